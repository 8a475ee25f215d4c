using RecLab.Experiments;
using RecLab.Results.Metrics;
using RecLab.Statistics;
using RecLab.Statistics.Comparisons;

namespace RecLab.Results.Bandits;

/// <summary>What is believed of an arm.</summary>
/// <param name="Mean">Of the goal, over phases (<see cref="Pooled.Mean"/>).</param>
/// <param name="Best">Chance to be the best of the arms beside control.</param>
/// <param name="Loss">What choosing it is expected to cost against the best of them, in the goal's own unit.</param>
public sealed record ArmBelief(int Arm, double Mean, double Best, double Loss);

/// <summary>The shares that Thompson sampling gives: control keeps its fixed one, the rest follows each other arm's chance to be best, never below the floor.</summary>
/// <param name="Beliefs">One per arm other than control; empty where nothing can be believed yet.</param>
/// <param name="Shares">By position; null where they stay as they are.</param>
/// <param name="Why">Why they change, or why not, as a clause.</param>
public sealed record Allocation(IReadOnlyList<ArmBelief> Beliefs, IReadOnlyList<double>? Shares, string Why)
{
    /// <summary>Smaller changes would begin a phase for nothing.</summary>
    public const double SmallestChange = 0.01;

    /// <param name="strata">Phases with the same arms, oldest first; the last is the present one with its shares.</param>
    public static Allocation Of(IOutcomeMetric goal, BanditPlan plan, IReadOnlyList<Stratum> strata)
    {
        IReadOnlyList<ArmTotals>[] totals = [.. strata.Select(s => s.Totals)];
        var arms = strata[^1].Arms.Count;
        var users = Enumerable.Range(0, arms).Select(a => totals.Sum(s => s[a].Units)).ToArray();
        if (users.Min() < plan.MinimumUsers) return new([], null, FormattableString.Invariant($"an arm has {users.Min()} of the {plan.MinimumUsers} users it needs"));
        var means = Enumerable.Range(1, arms - 1).Select(a => Pooled.Mean(goal, totals, a)).ToArray();
        // an arm in which nobody did it yet is as uncertain as one user of the most varied arm is
        var unit = means.Select((m, i) => m.Variance * users[i + 1]).Max();
        if (means.Any(m => double.IsNaN(m.Value)) || !(unit > 0)) return new([], null, "the goal does not vary in any arm yet");
        if (goal.Kind != MetricKind.Proportion) means = [.. means.Select((m, i) => m.Variance > 0 ? m : new Estimate(m.Value, unit / users[i + 1], m.Degrees))];
        var (best, loss) = Believe(goal, means, [.. Enumerable.Range(1, arms - 1).Select(a => totals.Sum(s => s[a].Units))]);
        ArmBelief[] beliefs = [.. means.Select((m, i) => new ArmBelief(i + 1, m.Value, best[i], loss[i]))];
        if (totals[^1].Sum(a => a.Units) < plan.MinimumUsers) return new(beliefs, null, FormattableString.Invariant($"this phase has fewer than {plan.MinimumUsers} users"));
        var shares = Rounded(plan.ControlShare, BestArm.FlooredWeights(best, plan.Floor));
        return shares.Zip(strata[^1].Arms, (s, a) => Math.Abs(s - a.Weight)).Max() < SmallestChange ? new(beliefs, null, "no share would change by a point") : new(beliefs, shares, "chance to be best");
    }

    /// <summary>A share of users is believed as Beta(1 + successes, 1 + failures) on as many users as carry the mean's variance, everything else as a normal mean with its clustered variance and a flat prior.</summary>
    private static (double[] Best, double[] Loss) Believe(IOutcomeMetric goal, Estimate[] means, long[] users)
    {
        if (goal.Kind == MetricKind.Proportion)
        {
            BetaPosterior[] rates = [.. means.Select((m, i) => { var n = m.Variance > 0 ? Math.Min(users[i], m.Value * (1 - m.Value) / m.Variance) : users[i]; return new BetaPosterior(1 + m.Value * n, 1 + (1 - m.Value) * n); })];
            return (BetaBinomial.ProbabilityBest(rates, !goal.HigherIsBetter), BetaBinomial.ExpectedLoss(rates, !goal.HigherIsBetter));
        }
        NormalPosterior[] normals = [.. means.Select(m => new NormalPosterior(m.Value, m.StandardError))];
        return (GaussianBestArm.ProbabilityBest(normals, !goal.HigherIsBetter), GaussianBestArm.ExpectedLoss(normals, !goal.HigherIsBetter));
    }

    /// <summary>In steps of a hundredth of a percent, as fine as users can be divided; what rounding leaves goes to the largest share.</summary>
    private static double[] Rounded(double control, double[] parts)
    {
        decimal[] shares = [Math.Round((decimal)control, 4), .. parts.Select(p => Math.Round((decimal)((1 - control) * p), 4))];
        var largest = Array.IndexOf(shares, shares.Skip(1).Max(), 1);
        shares[largest] += 1 - shares.Sum();
        return [.. shares.Select(s => (double)s)];
    }
}
