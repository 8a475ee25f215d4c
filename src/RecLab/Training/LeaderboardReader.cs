using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RecLab.Data;
using RecLab.Recommenders.Evaluation;
using RecLab.Storage;

namespace RecLab.Training;

/// <summary>Reads leaderboards. What is known of a finished run never changes, so its evaluation is read once.</summary>
public sealed class LeaderboardReader(IDbContextFactory<RecLabDb> database)
{
    private const int MostRuns = 5000;
    private readonly ConcurrentDictionary<int, RunFacts> _facts = new();

    /// <summary>The leaderboard, or null while no run has succeeded.</summary>
    public async Task<Leaderboard?> ReadAsync(LeaderboardFilter filter, CancellationToken cancellation = default)
    {
        await using var db = await database.CreateDbContextAsync(cancellation);
        var judged = db.Set<TrainingRun>().AsNoTracking().Where(r => r.State == RunState.Succeeded && r.Evaluation != null);
        var counts = await judged.GroupBy(r => r.DatasetId).Select(g => new { Id = g.Key, Runs = g.Count() }).ToListAsync(cancellation);
        var sets = await db.Set<Dataset>().AsNoTracking().Select(d => new { d.Id, d.Name, d.HiddenShare, d.Origin, d.Cut }).ToListAsync(cancellation);
        var known = sets.Join(counts, s => s.Id, c => c.Id, (s, c) => (s.Id, s.Name, Plan: new Dataset { Name = s.Name, Layout = "", HiddenShare = s.HiddenShare, Origin = s.Origin, Cut = s.Cut }.Plan(), c.Runs)).OrderByDescending(d => d.Runs).ThenBy(d => d.Id).ToArray();
        if (known.Length == 0) return null;
        var chosen = known.FirstOrDefault(d => d.Id == filter.Dataset) is { Runs: > 0 } asked ? asked : known[0];

        var runs = await Slim(judged.Where(r => r.DatasetId == chosen.Id).OrderByDescending(r => r.Id).Take(MostRuns)).ToListAsync(cancellation);
        var facts = await FactsAsync(db, runs, cancellation);
        var variants = await db.Set<Variant>().AsNoTracking().ToDictionaryAsync(v => v.Id, cancellation);
        var protocols = runs.Select(r => (Run: r, Protocol: Protocol.Of(facts[r.Id].Options, chosen.Plan))).ToArray();
        var groups = protocols.GroupBy(p => p.Protocol).OrderByDescending(g => g.Count()).ToArray();
        var group = groups.FirstOrDefault(g => g.Key.Key == filter.Protocol) ?? groups[0];
        filter = filter with { Dataset = chosen.Id, Protocol = groups.Length > 1 ? group.Key.Key : null };

        var metrics = group.SelectMany(g => facts[g.Run.Id].Values).GroupBy(v => v.Metric, (metric, values) => (metric, Ks: values.Select(v => v.K).Distinct().Order().ToArray())).ToArray();
        if (metrics.FirstOrDefault(m => m.metric == filter.Metric) is { Ks: { } ks } && !ks.Contains(filter.K)) filter = filter with { K = ks.Contains(10) ? 10 : ks[0] };
        var lines = Lines([.. group.Select(g => g.Run)], facts, variants, filter);
        var shown = lines.Where(l => (filter.Family is null || l.Family == filter.Family) && (filter.Search is not { } word || l.Title.Contains(word, StringComparison.OrdinalIgnoreCase)
            || l.Key.Contains(word, StringComparison.OrdinalIgnoreCase) || l.Family.Contains(word, StringComparison.OrdinalIgnoreCase)));
        return new(filter, chosen.Name, group.Key, [.. known.Select(d => (d.Id, d.Name, d.Runs))], [.. groups.Select(g => g.Key)], [.. lines.Select(l => l.Family).Distinct().Order(StringComparer.Ordinal)],
            metrics, [.. Leaderboard.InOrder(shown, filter)], lines.Count);
    }

    private static List<LeaderboardLine> Lines(TrainingRun[] runs, IReadOnlyDictionary<int, RunFacts> facts, Dictionary<int, Variant> variants, LeaderboardFilter filter)
    {
        double? Value(TrainingRun run) => facts[run.Id].Values.FirstOrDefault(v => v.Metric == filter.Metric && v.K == filter.K)?.Mean;
        LeaderboardLine Line(TrainingRun run, int count, TrainingRun? newest) => variants.TryGetValue(run.VariantId, out var variant)
            ? new(run, facts[run.Id], variant.Key, variant.Name, variant.Family, variant.ServedRunId == run.Id, count, newest, newest is null ? null : Value(newest))
            : new(run, facts[run.Id], "", "deleted variant", "", false, count, newest, newest is null ? null : Value(newest));
        if (filter.Lines == LeaderboardLines.Runs) return [.. runs.Select(r => Line(r, 1, null))];
        return [.. runs.GroupBy(r => r.VariantId).Select(g =>
        {
            var best = g.OrderByDescending(r => r.ValidationScore ?? double.NegativeInfinity).ThenByDescending(r => r.Version).First();
            var newest = g.MaxBy(r => r.Version)!;
            return Line(best, g.Count(), newest.Id == best.Id ? null : newest);
        })];
    }

    /// <summary>Without the evaluation, which is large and read once a run.</summary>
    private static IQueryable<TrainingRun> Slim(IQueryable<TrainingRun> runs) => runs.Select(r => new TrainingRun
    {
        Id = r.Id, VariantId = r.VariantId, DatasetId = r.DatasetId, Version = r.Version, State = r.State, Device = r.Device, Seed = r.Seed, Options = "", FinishedAt = r.FinishedAt,
        ArtifactBytes = r.ArtifactBytes, TrainSeconds = r.TrainSeconds, ScoringMicroseconds = r.ScoringMicroseconds, ValidationScore = r.ValidationScore,
    });

    private async Task<IReadOnlyDictionary<int, RunFacts>> FactsAsync(RecLabDb db, List<TrainingRun> runs, CancellationToken cancellation)
    {
        int[] missing = [.. runs.Select(r => r.Id).Where(id => !_facts.ContainsKey(id))];
        if (missing.Length > 0)
        {
            // New runs have the highest numbers, so that a range names what is missing; hundreds of numbers in one command take longer to translate than to read.
            var (dataset, least) = (runs[0].DatasetId, missing.Min());
            var evaluations = (await db.Set<TrainingRun>().AsNoTracking().Where(r => r.DatasetId == dataset && r.Id >= least && r.State == RunState.Succeeded && r.Evaluation != null).Select(r => new { r.Id, r.Evaluation }).ToListAsync(cancellation))
                .IntersectBy(missing, r => r.Id).ToArray();
            var points = await db.Set<RunPoint>().AsNoTracking().Where(p => p.RunId >= least && p.Series.StartsWith("validation") && !p.Series.Contains("loss"))
                .Join(db.Set<TrainingRun>().Where(r => r.DatasetId == dataset), p => p.RunId, r => r.Id, (p, _) => new { p.RunId, p.Series, p.Epoch, p.Value }).ToListAsync(cancellation);
            var curves = points.GroupBy(p => p.RunId).ToDictionary(g => g.Key, g => g.GroupBy(p => p.Series, StringComparer.Ordinal).OrderBy(s => s.Key, StringComparer.Ordinal).First().OrderBy(p => p.Epoch).ToArray());
            if (_facts.Count > 2 * MostRuns) _facts.Clear();
            foreach (var evaluation in evaluations)
            {
                var result = EvaluationResult.FromJson(evaluation.Evaluation!);
                var curve = curves.GetValueOrDefault(evaluation.Id);
                _facts[evaluation.Id] = new(result.Values, result.Options, curve?.Max(p => p.Value), curve?[^1].Value);
            }
        }
        return runs.ToDictionary(r => r.Id, r => _facts[r.Id]);
    }
}
