using Microsoft.EntityFrameworkCore;
using RecLab.Recommenders;
using RecLab.Recommenders.Evaluation;
using RecLab.Storage;

namespace RecLab.Training.Searches;

/// <summary>What a trial found.</summary>
/// <param name="Value">The search's metric on validation.</param>
/// <param name="Validation">NDCG@10 on validation, as every run has it.</param>
/// <param name="Bytes">Size of the model; it is weighed and not kept.</param>
public sealed record TrialResult(double Value, double? Validation, double? ScoringMicroseconds, long Bytes, double Seconds);

/// <summary>A trial's part of the training process: judge on validation, record, keep no model.</summary>
public static class TrialWork
{
    /// <summary>Judges a trained model.</summary>
    /// <param name="split">Made by <see cref="Split.WithoutTest"/>, so that no test row is at hand.</param>
    /// <exception cref="TrainingException">Validation has nothing to say in this metric.</exception>
    public static TrialResult Judge(IModel model, Split split, Search search, double seconds, int threads, IProgress<double>? progress, CancellationToken cancellation)
    {
        if (split.Test.Count + split.Hidden.Count > 0) throw new ArgumentException("A trial is judged without the test slice.", nameof(split));
        var result = Evaluator.Evaluate(model, split.ForTuning(), new() { Ks = [.. new[] { 10, search.K }.Distinct()], WithRunMetrics = false, WithSlices = false, Resamples = 0, Threads = threads }, progress, cancellation);
        var value = result[search.Metric, search.K]?.Mean ?? throw new TrainingException($"Validation gave no {LeaderboardWords.Metric(search.Metric, search.K)}.");
        using var scale = new Scale();
        model.Save(scale);
        return new(value, result["ndcg", 10]?.Mean, OfflineEvaluation.ScoringTime(model, split, cancellation), scale.Length, seconds);
    }

    /// <summary>Ends run and trial in one transaction: a trial that has a result is never run again.</summary>
    internal static async Task RecordAsync(RecLabDb db, TrainingRun attempt, SearchTrial trial, TrialResult result, DateTimeOffset now)
    {
        await using var transaction = await db.Database.BeginTransactionAsync();
        var run = await db.Set<TrainingRun>().FirstAsync(r => r.Id == attempt.Id);
        if (run.Attempt != attempt.Attempt || run.State != RunState.Running) throw new RefusedException("Another attempt has taken over this run.");
        (run.State, run.FinishedAt, run.Fraction, run.Phase, run.SecondsLeft, run.ProcessId, run.Error) = (RunState.Succeeded, now, 1, "done", null, null, null);
        (run.TrainSeconds, run.ValidationScore, run.ScoringMicroseconds) = (result.Seconds, result.Validation, result.ScoringMicroseconds);
        await db.Set<SearchTrial>().Where(t => t.Id == trial.Id).ExecuteUpdateAsync(set => set
            .SetProperty(t => t.Value, result.Value).SetProperty(t => t.Seconds, result.Seconds).SetProperty(t => t.Bytes, result.Bytes)
            .SetProperty(t => t.ScoringMicroseconds, result.ScoringMicroseconds).SetProperty(t => t.EndedAt, now));
        await db.Set<RunStage>().Where(s => s.RunId == run.Id && s.FinishedAt == null).ExecuteUpdateAsync(set => set.SetProperty(s => s.FinishedAt, now));
        await db.SaveChangesAsync();
        await transaction.CommitAsync();
    }

    /// <summary>Counts what is written to it. Reading and seeking are refused, as Stream asks where CanRead and CanSeek are false.</summary>
    private sealed class Scale : Stream
    {
        private long _length;

        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => _length;
        public override long Position { get => _length; set => throw new NotSupportedException(); }

        public override void Write(byte[] buffer, int offset, int count) => _length += count;
        public override void Write(ReadOnlySpan<byte> buffer) => _length += buffer.Length;
        public override void Flush() { }
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
