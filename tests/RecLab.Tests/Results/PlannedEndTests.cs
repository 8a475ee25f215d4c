using RecLab.Events;
using RecLab.Experiments;
using RecLab.Results;
using RecLab.Results.Metrics;
using RecLab.Statistics;
using RecLab.Statistics.Interleaving;
using Xunit;
using static RecLab.Tests.Results.Readings;

namespace RecLab.Tests.Results;

/// <summary>The fixed-horizon test is read once, on the lists up to the planned end, however long an experiment runs on.</summary>
public sealed class PlannedEndTests(ITestOutputHelper output)
{
    /// <summary>The day of <see cref="Readings.Start"/>, 2026-01-01.</summary>
    private const int First = 20454;

    private static readonly ExperimentSettings TwoWeeks = new() { PlannedUsers = 1400, PlannedDays = 14 };

    /// <summary>So many users of an arm, of whom so many clicked.</summary>
    private static ArmTotals Clicked(int arm, long users, long clicked) => new(arm, default, new Dictionary<string, UnitSums> { ["clickers"] = new() { Units = users, Y = clicked, YY = clicked } });

    /// <summary>A live reading half an hour after the last of these days.</summary>
    private static ResultsInput Read(IReadOnlyList<Step> days, ExperimentSettings? settings = null)
    {
        var at = DateTimeOffset.UnixEpoch.AddDays(days[^1].At + 1).AddMilliseconds(EventTimes.JoinWindow);
        var input = Input([.. days[^1].Totals]);
        return input with { GoalMetric = "clickers", Settings = settings ?? TwoWeeks, ReadAt = at, Totals = input.Totals with { Days = days } };
    }

    /// <summary>A hundred users an arm a day; of those of a day this share clicks in the arms.</summary>
    private static Step[] Days(int days, Func<int, (double Control, double Arm)> share)
    {
        var (control, arm) = (0.0, 0.0);
        return [.. Enumerable.Range(0, days).Select(d =>
        {
            var (c, t) = share(d);
            (control, arm) = (control + 100 * c, arm + 100 * t);
            return new Step(First + d, [Clicked(0, 100 * (d + 1), (long)Math.Round(control)), Clicked(1, 100 * (d + 1), (long)Math.Round(arm))]);
        })];
    }

    // 1,000 experiments without an effect: a share of 5 % called different has a standard deviation of 0.69 points, so 7.1 % is three of them away
    [Fact]
    public void Without_an_effect_looks_on_every_day_after_the_planned_end_find_one_no_more_often_than_a_single_look()
    {
        const int runs = 1000, weeks = 10;
        var (frozen, moving, anywhen) = (0, 0, 0);
        var random = new Random(20140601);
        var rules = new JudgementRules(0.05, 700, AtPlannedEnd: false);
        for (var run = 0; run < runs; run++)
        {
            var days = Days(7 * weeks, _ => (Draw(random), Draw(random)));
            bool Any(IEnumerable<int> looks, Func<ResultsInput, Judgement> judge) => looks.Any(d => judge(Read(days[..d])).Significant);
            Judgement Page(ResultsInput input) => Scorecard.Of(input.Totals.Arms, new Clickers(), [], [], rules, end: PlannedEnd.Of(input)).Goal.Judgements[0];
            var after = Enumerable.Range(14, 7 * weeks - 13).ToArray();
            var late = Any(after, Page);
            if (late) frozen++;
            if (late || Any(Enumerable.Range(1, 13), Page)) anywhen++;
            if (Any(after, input => Judgement.Of(new Clickers(), input.Totals.Arms[0], input.Totals.Arms[1], rules with { AtPlannedEnd = true }))) moving++;
        }
        output.WriteLine($"read once: {frozen / (double)runs:P1}; at any look before or after: {anywhen / (double)runs:P1}; read anew on every day: {moving / (double)runs:P1}");
        Assert.InRange(frozen, 0.029 * runs, 0.071 * runs);
        Assert.True(moving > 0.15 * runs, $"Reading anew on every day must fail: {moving} of {runs}.");
    }

    /// <summary>Share of a hundred users who click, each with 30 %.</summary>
    private static double Draw(Random random) => Enumerable.Range(0, 100).Count(_ => random.NextDouble() < 0.3) / 100.0;

    [Fact]
    public void What_comes_after_the_planned_end_changes_neither_number_nor_verdict_of_it()
    {
        // 40 against 46 of a hundred for two weeks: z = 0.06/sqrt((0.24 + 0.2484)/1400) = 3.2; afterwards the arm loses
        var days = Days(42, d => d < 14 ? (0.40, 0.46) : (0.40, 0.30));
        var (end, later) = (ResultsView.Of(Read(days[..14])), ResultsView.Of(Read(days)));
        Assert.Equal("ALS is better: +15.0% users who click against Popularity.", end.Verdict.Sentence);
        Assert.Equal(end.Verdict, later.Verdict);
        Assert.Equal(end.Scorecard.Goal.Judgements[0], later.Scorecard.Goal.Judgements[0]);
        Assert.Equal((1400, 4200), (later.Scorecard.Goal.Judgements[0].Users, later.Scorecard.Users[1]));
        Assert.Equal("The plan was complete on 14 Jan 2026: the box decides, taken once, from the lists up to that day.", later.Basis);
        Assert.Equal(end.Recommendation, later.Recommendation);
        Assert.True(later.Lift.Series[0].Points[^1].Y < 0); // the curve goes on
    }

    [Fact]
    public void The_day_must_be_over_and_what_follows_on_its_lists_must_have_happened()
    {
        var days = Days(14, _ => (0.40, 0.46));
        var read = Read(days);
        PlannedEnd? At(double dayNumber) => PlannedEnd.Of(read with { ReadAt = DateTimeOffset.UnixEpoch.AddDays(dayNumber) });
        Assert.Null(At(First + 13.99));
        Assert.Equal(First + 13, At(First + 14)!.Day);
        Assert.Equal([false, true], new[] { First + 14, First + 14.03 }.Select(d => At(d)!.Decides(new Clickers()))); // clicks come within half an hour
        Assert.Equal([false, true], new[] { First + 20.9, First + 21 }.Select(d => At(d)!.Decides(new Conversion()))); // purchases within a week
        Assert.False(At(First + 30)!.Decides(new CatalogueCoverage()));
        // the days are over and the users are not there: the end is the day on which they are
        Assert.Equal(First + 19, PlannedEnd.Of(Read(Days(25, _ => (0.4, 0.4)), TwoWeeks with { PlannedUsers = 1950 }))!.Day);
        Assert.Null(PlannedEnd.Of(Read(days, TwoWeeks with { PlannedUsers = 1401 })));
    }

    [Fact]
    public void Where_no_end_can_be_fixed_the_always_valid_interval_decides_for_good()
    {
        // 40 against 45 of a hundred: z = 2.7, beyond 1.96 and short of the always-valid bound
        var live = Read(Days(14, _ => (0.40, 0.45)));
        Assert.Equal(VerdictKind.Better, ResultsView.Of(live).Verdict.Kind);
        foreach (var (other, why) in new[] { (live with { Simulated = true }, "Simulated visitors"), (live with { Settings = live.Settings with { Mode = ExperimentMode.Bandit } }, "The shares of a bandit") })
        {
            var view = ResultsView.Of(other);
            Assert.Equal((VerdictKind.NoDifference, true, null), (view.Verdict.Kind, view.Progress.PlanComplete, view.End));
            Assert.StartsWith(why, view.Basis);
        }
    }

    [Fact]
    public void A_preference_is_read_once_too()
    {
        // on the first 14 days 60 users prefer the arm and 30 control, afterwards as many the other way; 90 users who click are planned
        var standing = new RivalTotals(1, 0, 0, 0, [new Standing(1, 0, 90), new Standing(0, 1, 90)], [new(First + 13, 90, 30, 90), new(First + 30, 180, 0, 180)]);
        var settings = new ExperimentSettings { Mode = ExperimentMode.Interleaving, PlannedUsers = 90, PlannedDays = 14, MinimumUsers = 50 };
        var input = Read(Days(31, _ => (0.4, 0.4)), settings) with { Contest = new([new(0, 500, 0, 0, 0), new(1, 500, 0, 0, 0)], [standing]) { Draws = new(1000, [0.5, 0.5]) } };
        var view = ResultsView.Of(input);
        Assert.Equal((First + 13, 90L), (view.End!.Day, view.Contest!.Rivals[0].Users));
        Assert.Equal(30.0 / 90, view.Contest.Rivals[0].Score!.Value, 12); // t = 0.333/sqrt((90 - 10)/89/90) = 3.3
        Assert.StartsWith("ALS is preferred: 66.7%", view.Verdict.Sentence);
        Assert.StartsWith("The 95 % interval at the planned end", view.Verdict.Lede);
    }
}
