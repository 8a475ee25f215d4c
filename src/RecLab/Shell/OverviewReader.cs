using Microsoft.EntityFrameworkCore;
using RecLab.Controls.Charts;
using RecLab.Data;
using RecLab.Events;
using RecLab.Experiments;
using RecLab.Results;
using RecLab.Storage;
using RecLab.Training;

namespace RecLab.Shell;

/// <summary>Reads the home page from the rooms below.</summary>
public sealed class OverviewReader(BoardReader board, TrafficReader traffic, IDbContextFactory<RecLabDb> databases, TimeProvider clock)
{
    private static readonly ExperimentState[] Live = [ExperimentState.Running, ExperimentState.Paused, ExperimentState.Review];

    public async Task<Overview> ReadAsync(CancellationToken cancellation = default)
    {
        var experiments = await board.ReadAsync(new(null, ""), cancellation);
        var live = experiments.Rows.Where(r => Live.Contains(r.Experiment.State)).ToArray();
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var variants = await db.Set<Variant>().AsNoTracking().ToDictionaryAsync(v => v.Id, cancellation);
        var traffic = ReadTraffic(experiments.Rows, variants);
        var day = clock.GetUtcNow().AddDays(-1);
        var broken = await db.Set<TrainingRun>().AsNoTracking().Where(r => (r.State == RunState.Failed || r.State == RunState.Lost) && r.FinishedAt > day && r.VariantId != TrainingRun.NoVariant).OrderByDescending(r => r.Id).Take(3).ToListAsync(cancellation);
        return new()
        {
            Live = live,
            Decided = [.. experiments.Rows.Where(r => r.Experiment.State == ExperimentState.Decided).OrderByDescending(r => r.Experiment.DecidedAt).Take(3)],
            Axis = EffectAxis.Fit(live.Select(r => r.Main?.Fixed).OfType<Statistics.Comparisons.TTest>().Select(t => (t.Interval.Lower, t.Interval.Upper))),
            Steps = await StepsAsync(db, experiments, variants, traffic is not null, cancellation),
            Training = await TrainingAsync(db, variants, cancellation),
            Traffic = traffic,
            Broken = [.. broken.Select(r => (r, Title(r, variants)))],
            SetAside = SetAside(),
        };
    }

    private static string Title(TrainingRun run, Dictionary<int, Variant> variants) => $"{variants.GetValueOrDefault(run.VariantId)?.Name ?? $"Variant {run.VariantId}"} v{run.Version}";

    private static async Task<IReadOnlyList<FirstStep>> StepsAsync(RecLabDb db, ExperimentBoard experiments, Dictionary<int, Variant> variants, bool shown, CancellationToken cancellation)
    {
        var rows = await db.Set<Dataset>().Where(d => d.State == DatasetState.Ready).SumAsync(d => d.Rows, cancellation);
        var trained = variants.Values.Count(v => v.ServedRunId is not null);
        var started = experiments.Rows.Count(r => r.Experiment.StartedAt is not null);
        return
        [
            new("Import data", rows > 0, rows > 0 ? $"{Controls.Figures.Count(rows)} interactions" : "ratings, clicks or purchases", Place.Offered("/data")),
            new("Train two variants", trained >= 2, variants.Count == 0 ? "a baseline and a challenger" : $"{trained} of {variants.Count} ready", Place.Offered("/variants")),
            new("Show lists to somebody", shown, shown ? "lists are being served" : "the widget, the API or simulated visitors", Place.Offered("/placements")),
            new("Start an experiment", started > 0, started > 0 ? $"{started} started" : "needs the steps above", Place.Offered("/experiments/new")),
        ];
    }

    private static async Task<TrainingGlance?> TrainingAsync(RecLabDb db, Dictionary<int, Variant> variants, CancellationToken cancellation)
    {
        var runs = db.Set<TrainingRun>().AsNoTracking().Where(r => r.VariantId != TrainingRun.NoVariant);
        var run = await runs.Where(r => r.State == RunState.Running).OrderByDescending(r => r.StartedAt).FirstOrDefaultAsync(cancellation)
            ?? await runs.OrderByDescending(r => r.Id).FirstOrDefaultAsync(cancellation);
        if (run is null) return null;
        var points = await db.Set<RunPoint>().AsNoTracking().Where(p => p.RunId == run.Id).OrderBy(p => p.Epoch).ToListAsync(cancellation);
        var series = points.GroupBy(p => p.Series).OrderByDescending(g => g.Key.StartsWith("validation", StringComparison.Ordinal)).FirstOrDefault();
        return new(run, Title(run, variants), series?.Key ?? "", series is null ? [] : [.. series.Select(p => (p.Epoch, p.Value))], await runs.CountAsync(r => r.State == RunState.Queued, cancellation));
    }

    /// <summary>The newest day of traffic: live where anybody live came, else simulated, by its own clock.</summary>
    private TrafficGlance? ReadTraffic(IReadOnlyList<BoardRow> experiments, Dictionary<int, Variant> variants)
    {
        foreach (var simulated in (bool[])[false, true])
        {
            var hours = traffic.Hours(simulated, simulated ? DateTimeOffset.UnixEpoch : clock.GetUtcNow().AddDays(-30));
            if (hours.Count == 0) continue;
            var placement = hours.Where(h => h.Hour > hours[^1].Hour.AddDays(-1)).GroupBy(h => h.Placement).MaxBy(g => g.Sum(h => h.Lists))!.Key;
            var there = hours.Where(h => h.Placement == placement).ToArray();
            var day = there.Where(h => h.Hour > there[^1].Hour.AddDays(-1)).ToArray();
            var arms = experiments.FirstOrDefault(e => e.Experiment.Placement == placement && e.Experiment.State == ExperimentState.Running)?.Experiment.Arms ?? [];
            var series = day.GroupBy(h => h.Variant).Select(g => (Arm: arms.FirstOrDefault(a => a.VariantId == g.Key)?.Position, Hours: g)).OrderBy(s => s.Arm ?? int.MaxValue).ThenBy(s => s.Hours.Key)
                .Select(s => new ChartSeries(Name(s.Hours.Key), [.. Every(day[0].Hour, day[^1].Hour, s.Hours)]) { Arm = s.Arm });
            return new(placement, simulated, ChartSeries.Stack([.. series]), day.Sum(h => h.Lists), day.Sum(h => h.Viewable), day.Sum(h => h.Clicked));
        }
        return null;

        string Name(int variant) => variants.GetValueOrDefault(variant)?.Name ?? "fallback";
    }

    /// <summary>A point for each hour, also for those in which the variant showed nothing.</summary>
    private static IEnumerable<ChartPoint> Every(DateTimeOffset first, DateTimeOffset last, IEnumerable<TrafficHour> hours)
    {
        var lists = hours.ToDictionary(h => h.Hour, h => h.Lists);
        for (var hour = first; hour <= last; hour = hour.AddHours(1)) yield return new(hour.ToUnixTimeSeconds(), lists.GetValueOrDefault(hour));
    }

    private long SetAside() => traffic.Tallies(simulated: false, new DateTimeOffset(clock.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero))
        .Where(t => t.Kind.StartsWith("quarantined:", StringComparison.Ordinal)).Sum(t => t.Count);
}
