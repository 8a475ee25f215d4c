using RecLab.Events;
using RecLab.Experiments;
using RecLab.Results;

namespace RecLab.Tests.Results;

/// <summary>Builds readings of results pages from users given one by one.</summary>
public static class Readings
{
    public static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>A user with so many viewable and clicked impressions.</summary>
    public static UnitTotal User(long viewable, long clicked, long purchases = 0, long revenue = 0) =>
        new() { Lists = 1, Served = viewable, Rendered = viewable, Viewable = viewable, Clicked = clicked, Purchases = purchases, Revenue = revenue };

    /// <summary>An arm of n users with ten viewable impressions each: a share <paramref name="clickers"/> of them clicks twice, the rest never. CTR = clickers / 5.</summary>
    public static ArmTotals Arm(int position, int n, double clickers) =>
        ArmTotals.Of(position, Enumerable.Range(0, n).Select(i => User(10, i < Math.Round(n * clickers) ? 2 : 0)));

    /// <summary>A running experiment with these arms, two weeks after its start.</summary>
    public static ResultsInput Input(params ArmTotals[] arms) => new()
    {
        Key = "home-1", Name = "Home page ranking", State = ExperimentState.Running, GoalMetric = "ctr", Alpha = 0.05, Settings = new(), Phase = 1,
        Arms = [.. arms.Select((a, i) => new PhaseArm(i, i + 1, new[] { "Popularity", "ALS", "Transformer" }[i], 1.0 / arms.Length, i + 1))],
        PhaseStartedAt = Start, Simulated = false, ReadAt = Start.AddDays(14),
        Totals = new() { Arms = arms, Days = [new(20454, arms)], SeveralArms = 0 },
        Facts = new(0, 0, 1000, 0, Start.AddDays(14).AddSeconds(-38)),
    };
}
