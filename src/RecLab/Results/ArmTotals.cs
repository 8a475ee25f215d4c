using RecLab.Events;
using RecLab.Results.Metrics;
using RecLab.Statistics;

namespace RecLab.Results;

/// <summary>What the users of one arm did: everything added up, and for every metric the sums over users from which its mean and variance follow.</summary>
/// <param name="Arm">Position; 0 = control.</param>
/// <param name="Total">All users together.</param>
/// <param name="Sums">By metric key.</param>
public sealed record ArmTotals(int Arm, UnitTotal Total, IReadOnlyDictionary<string, UnitSums> Sums)
{
    /// <summary>Users shown at least one list.</summary>
    public long Units => Sums.Values.Select(s => s.Units).FirstOrDefault();

    /// <summary>The moments of a metric in this arm.</summary>
    public Moments Of(IOutcomeMetric metric) => Moments.Of(metric.Kind, Sums.GetValueOrDefault(metric.Key));

    /// <summary>Nobody yet.</summary>
    public static ArmTotals Empty(int arm) => new(arm, default, OutcomeMetricCatalog.All.ToDictionary(m => m.Key, _ => default(UnitSums)));

    /// <summary>Totals of users given one by one.</summary>
    public static ArmTotals Of(int arm, IEnumerable<UnitTotal> users)
    {
        var (total, sums) = (default(UnitTotal), Empty(arm).Sums.ToDictionary());
        foreach (var user in users)
        {
            total += user;
            foreach (var metric in OutcomeMetricCatalog.PerUser)
                sums[metric.Key] += UnitSums.Of(metric.Measure.Numerator(user), metric.Measure.Denominator?.Invoke(user) ?? 0);
        }
        return new(arm, total, sums);
    }
}

/// <summary>The totals as they stood at one moment, everything before included.</summary>
/// <param name="At">Position on the time axis.</param>
/// <param name="Totals">One per arm by position.</param>
public sealed record Step(double At, IReadOnlyList<ArmTotals> Totals);

/// <summary>Everything recorded about one phase of an experiment in one reading (live or simulated).</summary>
public sealed record PhaseTotals
{
    /// <summary>One per arm by position.</summary>
    public required IReadOnlyList<ArmTotals> Arms { get; init; }

    /// <summary>The totals as they stood at the end of each UTC day on which something happened, oldest first; <see cref="Step.At"/> is the day number.</summary>
    public required IReadOnlyList<Step> Days { get; init; }

    /// <summary>Users shown lists by more than one arm.</summary>
    public required long SeveralArms { get; init; }

    /// <summary>Users left out because they behave like machines.</summary>
    public long Machines { get; init; }
}
