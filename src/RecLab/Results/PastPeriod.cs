using RecLab.Controls;
using RecLab.Events;
using RecLab.Experiments;
using RecLab.Results.Metrics;

namespace RecLab.Results;

/// <summary>Where a cap comes from, or why there is none.</summary>
/// <param name="Fixed">Null where the past cannot say.</param>
/// <param name="Why">One sentence where it cannot.</param>
/// <param name="Short">One sentence where the past is shorter than the experiment will be.</param>
public sealed record CapAnswer(FixedCap? Fixed, string? Why, string? Short = null);

/// <summary>The stretch of the past that a cap rests on.</summary>
/// <param name="Source">Where it was measured: "control of Home page ranking, live".</param>
/// <param name="Wanted">Days that were asked for.</param>
public sealed record PastStretch(PastScope Scope, string Source, int Wanted)
{
    public int Days => Scope.LastDay - Scope.FirstDay + 1;

    /// <summary>One sentence where fewer days were seen than asked for; null otherwise.</summary>
    public string? Short => Days >= Wanted ? null
        : $"Of {(Scope.Scope.Simulated ? "simulated visitors" : "live users")} only {Days} of {Wanted} days {(Days == 1 ? "was" : "were")} seen, so those of the experiment have longer to reach the cap.";
}

/// <summary>Finds what one user may count for at most in the past of a placement: control of the newest experiment there that ran as many days as are asked for, else the longest of those and of the lists outside experiments of the users it was shown to, live and simulated apart.
/// That may read much of the event log, so what was found is remembered for a minute: an experiment that waits for its models is looked at every second, a form at every change.</summary>
public sealed class PastPeriod(ExperimentReader experiments, PastUsers past, TimeProvider clock)
{
    /// <summary>Fewer users say nothing about the rarest of them.</summary>
    public const int FewestUsers = 100;

    /// <summary>Days that are looked at where no plan says how many an experiment takes.</summary>
    public const int UsualDays = 28;

    /// <summary>How long an answer is given again without another look.</summary>
    public static readonly TimeSpan Remembered = TimeSpan.FromMinutes(1);

    private readonly Recollection<(string Placement, bool Simulated, int Days, int Without), PastStretch?> _stretches = new(clock, Remembered);
    private readonly Recollection<(CapRule Rule, string Placement, bool Simulated, int Days, int Without), CapAnswer> _caps = new(clock, Remembered);

    /// <summary>The stretch of the past that a cap would rest on; null where fewer than 100 users were seen.</summary>
    /// <param name="days">How many days at most; the last ones there are.</param>
    /// <param name="without">An experiment that does not count: the one that asks.</param>
    public Task<PastStretch?> FindAsync(string placement, bool simulated, int days, int without = 0, CancellationToken cancellation = default) =>
        _stretches.FindAsync((placement, simulated, days, without), () => LookAsync(placement, simulated, days, without, cancellation), cancellation);

    /// <summary>What a rule comes to now.</summary>
    public async Task<CapAnswer> FixAsync(CapRule rule, IOutcomeMetric metric, string placement, bool simulated, int days, int without = 0, CancellationToken cancellation = default)
    {
        if (rule.Value is not { } given)
            return await _caps.FindAsync((rule, placement, simulated, days, without), () => MeasureAsync(rule, metric, placement, simulated, days, without, cancellation), cancellation);
        var parts = (long)Math.Round(given * metric.Measure.Parts);
        return parts > 0 ? new(new(rule.Metric, simulated, (double)parts / metric.Measure.Parts, parts, "as given"), null) : new(null, $"The cap of {metric.Noun} is too small to be counted.");
    }

    /// <summary>Looks again when asked next.</summary>
    public async Task ForgetAsync(CancellationToken cancellation = default)
    {
        await _stretches.ForgetAsync(cancellation);
        await _caps.ForgetAsync(cancellation);
    }

    private async Task<PastStretch?> LookAsync(string placement, bool simulated, int days, int without, CancellationToken cancellation)
    {
        var word = simulated ? "simulated" : "live";
        var here = (await experiments.ListAsync(cancellation)).Where(e => e.Placement == placement && e.StartedAt is not null && e.Id != without).ToArray();
        return await Task.Run(Look, cancellation); // reads the event log on the calling thread

        PastStretch? Look()
        {
            PastStretch? longest = null;
            var most = 0; // days: a shorter stretch gives its users less time than those of the experiment will have
            foreach (var experiment in here)
                for (var phase = experiment.Phase; phase >= 1; phase--)
                {
                    var scope = new UnitScope(experiment.Id, phase, simulated);
                    if (past.Days(scope, 0, FewestUsers) is not { } seen || seen.Last - seen.First + 1 <= most) continue;
                    (most, longest) = (seen.Last - seen.First + 1, new(new(scope, 0, Math.Max(seen.First, seen.Last - days + 1), seen.Last), $"control of {experiment.Name}, {word}", days));
                    if (most >= days) return longest;
                }
            var until = simulated ? int.MaxValue : EventTimes.DayOf(clock.GetUtcNow().ToUnixTimeMilliseconds());
            return past.DaysOutside(placement, simulated, days, FewestUsers, until) is { } outside && outside.Last - outside.First + 1 > most
                ? new(new(new(0, 0, simulated), 0, outside.First, outside.Last, placement), $"lists outside experiments of its users, {word}", days) : longest;
        }
    }

    private async Task<CapAnswer> MeasureAsync(CapRule rule, IOutcomeMetric metric, string placement, bool simulated, int days, int without, CancellationToken cancellation)
    {
        if (await FindAsync(placement, simulated, days, without, cancellation) is not { } found)
            return new(null, $"Nothing was measured here of {FewestUsers} {(simulated ? "simulated visitors" : "live users")} yet, so no cap of {metric.Noun} can be taken from it; give one.");
        var values = await Task.Run(() => past.Values(found.Scope, metric.Measure).Order().ToArray(), cancellation);
        var at = values.Length == 0 ? 0 : (long)values[Rank(values.Length, rule.Percentile) - 1];
        var where = $"{Ordinal(rule.Percentile)} percentile of {Figures.Count(values.Length)} users over {found.Days} days: {found.Source}";
        return at > 0 ? new(new(rule.Metric, simulated, (double)at / metric.Measure.Parts, at, where), null, found.Short)
            : new(null, $"The {where} has no {metric.Noun}: such a cap would leave nothing; give one.");
    }

    /// <summary>Nearest rank: the smallest value that at least this share of the users does not exceed.</summary>
    internal static int Rank(int count, double percentile) => Math.Clamp((int)Math.Ceiling(percentile * count - 1e-9), 1, count);

    private static string Ordinal(double percentile) => FormattableString.Invariant($"{percentile * 100:0.###}th");
}
