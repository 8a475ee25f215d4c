using RecLab.Statistics.Comparisons;
using RecLab.Statistics.Distributions;

namespace RecLab.Statistics.Planning;

/// <summary>How much is still missing, seen from the middle of an experiment.</summary>
/// <param name="PowerNow">Chance to see the target effect with the users so far.</param>
/// <param name="Factor">Additional users over users so far; 0 where the power is reached already.</param>
/// <param name="AdditionalUsers">Users still needed in these two arms; null where none is.</param>
public sealed record RemainingUsers(double PowerNow, double Factor, double? AdditionalUsers);

/// <summary>How an experiment will be judged, for the question how much longer it takes.</summary>
public sealed record RemainingUsersPlan
{
    public double Alpha { get; init; } = 0.05;

    /// <summary>Chance to find all goal metrics; each gets its root.</summary>
    public double TargetPower { get; init; } = 0.8;

    /// <summary>The effect to be seen, on the scale of the estimate: 0.02 for a 2 % lift.</summary>
    public required double TargetEffect { get; init; }

    public int GoalMetrics { get; init; } = 1;
    public int Variations { get; init; } = 2;

    /// <summary>Whether p values are corrected over goal metrics x treatments.</summary>
    public bool Corrected { get; init; }

    /// <summary>N* of an always-valid interval; null for a fixed horizon.</summary>
    public double? Tuning { get; init; }

    /// <summary>Prior on the scale of the estimate, where a posterior decides.</summary>
    public LiftPrior? Prior { get; init; }

    private double TestAlpha => Alpha / (Corrected ? (Variations - 1) * GoalMetrics : 1);

    /// <summary>Users still needed by these two arms.</summary>
    /// <param name="effect">The present estimate; only its variance counts.</param>
    /// <param name="units">Users of both arms so far.</param>
    /// <returns>No answer where even 100 million times the users would not do.</returns>
    public Answer<RemainingUsers> Remaining(Estimate effect, long units)
    {
        var target = Math.Pow(TargetPower, 1.0 / GoalMetrics);
        double Excess(double factor) => Power(effect.Variance, units, factor) - target;
        var now = Power(effect.Variance, units, 0);
        if (now > target) return new RemainingUsers(now, 0, null);
        var (low, high) = (0.0, 1.0);
        while (Excess(high) < 0)
        {
            (low, high) = (high, high * 2);
            if (high > 1e8) return OutOfReach;
        }
        var factor = Roots.Between(Excess, low, high, 1e-13);
        return new RemainingUsers(now, factor, factor * units);
    }

    /// <summary>Power after (1 + factor) times the users: the variance shrinks to SE^2/(1 + factor).</summary>
    public double Power(double variance, long units, double factor)
    {
        var shrunk = variance / (1 + factor);
        var spread = Math.Sqrt(shrunk);
        var z = Normal.UpperQuantile(TestAlpha / 2);
        var effect = Math.Abs(TargetEffect);
        if (Prior is { } prior)
        {
            var belief = prior.StandardDeviation * prior.StandardDeviation;
            var (a, b) = (shrunk * z * Math.Sqrt(1 / belief + 1 / shrunk), shrunk * prior.Mean / belief);
            return Normal.Cdf((effect + b - a) / spread) + Normal.Cdf(-(a + b + effect) / spread);
        }
        var half = Tuning is { } tuning ? AlwaysValid.HalfWidth(shrunk, units * (1 + factor), TestAlpha, tuning) : z * spread;
        return Normal.Cdf((effect - half) / spread) + Normal.Cdf(-(effect + half) / spread);
    }

    /// <summary>Why there is no number of users.</summary>
    public static NotComputable OutOfReach { get; } = new("power_out_of_reach", "The target power is not reached with any realistic number of users.");
}
