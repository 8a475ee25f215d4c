using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using RecLab.Recommenders;
using RecLab.Storage;

namespace RecLab.Training;

/// <summary>Carries what a training says to the database, at most four times a second and never on the training's thread; the same writing is the
/// heartbeat, and the same reading hears whether somebody wants the run stopped.</summary>
internal sealed class RunReporter : IProgress<TrainingProgress>, IAsyncDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(250), Pulse = TimeSpan.FromSeconds(1);
    private readonly IDbContextFactory<RecLabDb> _database;
    private readonly TimeProvider _clock;
    private readonly int _runId, _attempt;
    private readonly Action _cancel;
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _over = new();
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly Task _loop;
    private List<RunPoint> _points = [];
    private List<RunLogLine> _lines = [];
    private double _from, _to = 1, _fraction, _firstOfStage = double.NaN;
    private long _stageStarted = Stopwatch.GetTimestamp();
    private string _phase = "starting";
    private double? _left;
    private bool _dirty = true;

    /// <param name="cancel">Called when somebody asked to stop the run.</param>
    public RunReporter(IDbContextFactory<RecLabDb> database, TimeProvider clock, int runId, int attempt, Action cancel)
    {
        (_database, _clock, _runId, _attempt, _cancel) = (database, clock, runId, attempt, cancel);
        _loop = Task.Run(BeatAsync);
    }

    /// <summary>The next stage begins; it covers a stretch of the whole.</summary>
    public async Task StageAsync(string name, double from, double to)
    {
        lock (_gate)
        {
            (_from, _to, _fraction, _phase, _left, _dirty) = (from, to, from, name, null, true);
            _firstOfStage = double.NaN;
            _stageStarted = Stopwatch.GetTimestamp();
        }
        await using var db = await _database.CreateDbContextAsync();
        await EndStagesAsync(db);
        db.Add(new RunStage { RunId = _runId, Attempt = _attempt, Name = name, StartedAt = _clock.GetUtcNow() });
        await db.SaveChangesAsync();
    }

    public void Report(TrainingProgress value)
    {
        lock (_gate)
        {
            var inside = Math.Clamp(value.Fraction, 0, 1);
            if (double.IsNaN(_firstOfStage)) _firstOfStage = inside;
            _fraction = Math.Max(_fraction, _from + inside * (_to - _from));
            _phase = value.Phase;
            _left = value.Left?.TotalSeconds ?? Estimate(inside);
            if (value is { Curve: { } curve, Epoch: { } epoch })
                foreach (var (series, y) in curve)
                    if (double.IsFinite(y)) _points.Add(new() { RunId = _runId, Series = series, Epoch = epoch, Value = y });
            if (value.Log is { } line) _lines.Add(Line(line));
            _dirty = true;
        }
    }

    /// <summary>A line for the run's log.</summary>
    public void Log(string text)
    {
        lock (_gate)
        {
            _lines.Add(Line(text));
            _dirty = true;
        }
    }

    /// <summary>Writes what was said so far, so that who sees the run's end sees all that led to it.</summary>
    public Task WriteAsync() => FlushAsync();

    /// <summary>Writes what is left and stops the heartbeat.</summary>
    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _loop;
        await FlushAsync();
        await using var db = await _database.CreateDbContextAsync();
        await EndStagesAsync(db);
        _over.Dispose();
        _writing.Dispose();
    }

    private async Task BeatAsync()
    {
        var last = 0L;
        while (!_over.IsCancellationRequested)
        {
            if (_dirty || Stopwatch.GetElapsedTime(last) >= Pulse)
            {
                try
                {
                    await FlushAsync();
                    last = Stopwatch.GetTimestamp();
                }
                catch (Exception e) when (e is System.Data.Common.DbException or DbUpdateException)
                {
                    await Console.Error.WriteLineAsync($"The progress of run {_runId} could not be written, trying again: {e.Message}");
                }
            }
            await Task.Delay(Pace, _over.Token).ContinueWith(_ => { }, TaskScheduler.Default); // the end of the run cuts the pause short
        }
    }

    private async Task FlushAsync()
    {
        await _writing.WaitAsync();
        try
        {
            await FlushOnceAsync();
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task FlushOnceAsync()
    {
        List<RunPoint> points;
        List<RunLogLine> lines;
        double fraction;
        string phase;
        double? left;
        lock (_gate)
        {
            (points, _points, lines, _lines) = (_points, [], _lines, []);
            (fraction, phase, left, _dirty) = (_fraction, _phase, _left, false);
        }
        try
        {
            await using var db = await _database.CreateDbContextAsync();
            await using var transaction = await db.Database.BeginTransactionAsync();
            foreach (var point in points) // a resumed run may pass an epoch again
                await db.Set<RunPoint>().Where(p => p.RunId == _runId && p.Series == point.Series && p.Epoch == point.Epoch).ExecuteDeleteAsync();
            db.AddRange(points);
            db.AddRange(lines);
            await db.SaveChangesAsync();
            var now = _clock.GetUtcNow();
            await db.Set<TrainingRun>().Where(r => r.Id == _runId && r.Attempt == _attempt && r.State == RunState.Running).ExecuteUpdateAsync(set => set
                .SetProperty(r => r.HeartbeatAt, now).SetProperty(r => r.Fraction, fraction).SetProperty(r => r.Phase, phase).SetProperty(r => r.SecondsLeft, left));
            await transaction.CommitAsync();
            if (await db.Set<TrainingRun>().AnyAsync(r => r.Id == _runId && (r.CancelRequested || r.Attempt != _attempt))) _cancel();
        }
        catch
        {
            lock (_gate)
            {
                foreach (var entity in points) entity.Id = 0;
                foreach (var entity in lines) entity.Id = 0;
                _points.InsertRange(0, points);
                _lines.InsertRange(0, lines);
                _dirty = true;
            }
            throw;
        }
    }

    /// <summary>Time left of this stage, from its own speed so far; null until there is one to speak of.</summary>
    private double? Estimate(double inside)
    {
        var done = inside - _firstOfStage;
        return done < 0.02 ? null : Stopwatch.GetElapsedTime(_stageStarted).TotalSeconds / done * (1 - inside);
    }

    private RunLogLine Line(string text) => new() { RunId = _runId, At = _clock.GetUtcNow(), Text = text };

    private async Task EndStagesAsync(RecLabDb db)
    {
        var now = _clock.GetUtcNow();
        await db.Set<RunStage>().Where(s => s.RunId == _runId && s.FinishedAt == null).ExecuteUpdateAsync(set => set.SetProperty(s => s.FinishedAt, now));
    }
}
