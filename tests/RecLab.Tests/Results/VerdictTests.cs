using RecLab.Controls;
using RecLab.Experiments;
using RecLab.Results;
using Xunit;
using static RecLab.Tests.Results.Readings;

namespace RecLab.Tests.Results;

public sealed class VerdictTests
{
    private static VerdictText Of(ResultsInput input) => ResultsView.Of(input).Verdict;

    [Fact]
    public void A_clear_gain_is_said_in_one_sentence_with_its_interval()
    {
        var verdict = Of(Input(Arm(0, 4000, 0.40), Arm(1, 4000, 0.50)));
        Assert.Equal("ALS is better: +25.0% click-through against Popularity.", verdict.Sentence);
        Assert.Equal((VerdictKind.Better, Tone.Good, 1), (verdict.Kind, verdict.Tone, verdict.Arm));
        Assert.Matches(@"^The always-valid interval, \+\d+\.\d% to \+\d+\.\d%, stays above zero, so this holds whenever you stop\.", verdict.Lede);
    }

    [Fact]
    public void A_clear_loss_is_said_too() =>
        Assert.Equal("ALS is worse: −20.0% click-through against Popularity.", Of(Input(Arm(0, 4000, 0.50), Arm(1, 4000, 0.40))).Sentence);

    [Fact]
    public void Swapping_the_arms_swaps_the_verdict()
    {
        var (a, b) = (Arm(0, 4000, 0.40), Arm(1, 4000, 0.50));
        Assert.Equal(VerdictKind.Better, Of(Input(a, b)).Kind);
        Assert.Equal(VerdictKind.Worse, Of(Input(b with { Arm = 0 }, a with { Arm = 1 })).Kind);
    }

    [Fact]
    public void Nobody_yet_comes_first() =>
        Assert.Equal("Cannot say yet, because no user has been shown a list.", Of(Input(ArmTotals.Empty(0), ArmTotals.Empty(1))).Sentence);

    [Fact]
    public void Too_few_users_in_one_arm_are_named() =>
        Assert.Equal("Cannot say yet, because ALS has 37 of the 100 users it needs.", Of(Input(Arm(0, 50, 0.4), Arm(1, 37, 0.9))).Sentence);

    [Fact]
    public void Less_than_a_week_gives_no_verdict_on_live_users()
    {
        var early = Input(Arm(0, 4000, 0.40), Arm(1, 4000, 0.50)) with { ReadAt = Start.AddDays(3.9) };
        Assert.Equal("Cannot say yet, because it has run 3 of 7 days.", Of(early).Sentence);
        var simulated = Of(early with { Simulated = true });
        Assert.Equal(VerdictKind.Better, simulated.Kind);
        Assert.True(ResultsView.Of(early with { Simulated = true }).Progress.DaysWaived);
    }

    [Fact]
    public void A_traffic_mismatch_blocks_the_best_of_numbers()
    {
        // 4,400 and 3,600 of 8,000 where halves were planned: chi-square (400^2 + 400^2)/4000 = 80, p about 4e-19.
        var view = ResultsView.Of(Input(Arm(0, 4400, 0.40), Arm(1, 3600, 0.60)));
        Assert.Equal("Do not trust: traffic mismatch.", view.Verdict.Sentence);
        Assert.True(view.Withheld);
        Assert.Equal(ExperimentOutcome.NoDecision, view.Recommendation.Outcome);
    }

    [Fact]
    public void A_control_without_clicks_is_not_computable_and_never_no_effect()
    {
        var verdict = Of(Input(Arm(0, 200, 0), Arm(1, 200, 0.5)));
        Assert.Equal(VerdictKind.CannotSay, verdict.Kind);
        Assert.StartsWith("Cannot say yet, because ", verdict.Sentence);
    }

    [Fact]
    public void A_small_difference_is_not_shown_yet_and_never_no_effect()
    {
        var input = Input(Arm(0, 1000, 0.40), Arm(1, 1000, 0.41));
        var planned = input with { Settings = input.Settings with { PlannedUsers = 1500, PlannedDays = 14 } };
        Assert.StartsWith("No difference shown yet", Of(input).Sentence);
        // 1,000 users an arm in 14 days, 1,500 planned: 500 more take 7 days.
        Assert.Equal("No difference shown yet, about 7 days left.", Of(planned).Sentence);
        Assert.Contains("which includes no difference", Of(planned).Lede);
    }

    [Fact]
    public void At_the_planned_end_the_fixed_interval_decides()
    {
        // z = 0.05 / sqrt(0.4*0.6/1500 + 0.45*0.55/1500) = 2.77 for shares of clickers: beyond 1.96, short of the always-valid bound.
        var input = Input(Arm(0, 1500, 0.40), Arm(1, 1500, 0.45));
        Assert.Equal(VerdictKind.NoDifferenceYet, Of(input).Kind);
        var ended = Of(input with { Settings = input.Settings with { PlannedUsers = 1500, PlannedDays = 14 }, ReadAt = Start.AddDays(14).AddMinutes(30) });
        Assert.Equal(VerdictKind.Better, ended.Kind);
        Assert.StartsWith("The 95 % interval at the planned end", ended.Lede);
    }

    [Fact]
    public void A_broken_guardrail_is_part_of_the_sentence()
    {
        static ArmTotals With(int arm, double clickers, double buyers) => ArmTotals.Of(arm, Enumerable.Range(0, 4000).Select(i =>
            User(10, i < 4000 * clickers ? 2 : 0, purchases: i % 1000 < 1000 * buyers ? 1 : 0)));
        var input = Input(With(0, 0.40, 0.30), With(1, 0.50, 0.20)) with { Settings = new() { Guardrails = [new("conversion", 0.05)] } };
        var view = ResultsView.Of(input);
        Assert.Equal("ALS gains +25.0% click-through but breaks a guardrail: conversion.", view.Verdict.Sentence);
        Assert.Equal("keep A", view.Recommendation.Text);
        Assert.True(view.Recommendation.IsOpposedBy(ExperimentOutcome.Ship, 1));
    }

    [Fact]
    public void Of_two_better_arms_the_larger_gain_leads_and_the_other_is_named()
    {
        var verdict = Of(Input(Arm(0, 4000, 0.40), Arm(1, 4000, 0.48), Arm(2, 4000, 0.52)));
        Assert.Equal("Transformer is better: +30.0% click-through against Popularity.", verdict.Sentence);
        Assert.Contains("ALS is better too, +20.0%.", verdict.Lede);
    }

    [Fact]
    public void A_good_arm_is_shipped_though_a_better_one_broke_a_guardrail()
    {
        static ArmTotals With(int arm, double clickers, double buyers) => ArmTotals.Of(arm, Enumerable.Range(0, 8000).Select(i =>
            User(10, i < 8000 * clickers ? 2 : 0, purchases: i % 1000 < 1000 * buyers ? 1 : 0)));
        var view = ResultsView.Of(Input(With(0, 0.40, 0.30), With(1, 0.48, 0.32), With(2, 0.52, 0.20)) with { Settings = new() { Guardrails = [new("conversion", 0.05)] } });
        Assert.Equal("ALS is better: +20.0% click-through against Popularity.", view.Verdict.Sentence);
        Assert.Contains("Transformer gains +30.0% but breaks a guardrail: conversion. No guardrail of ALS crosses its margin.", view.Verdict.Lede);
        Assert.Equal((ExperimentOutcome.Ship, 1, "ship B"), (view.Recommendation.Outcome, view.Recommendation.Arm, view.Recommendation.Text));
    }

    /// <summary>At the planned end of two weeks: so many of a thousand users an arm bought something.</summary>
    private static ResultsView Bought(params int[] buyers)
    {
        var input = Input([.. buyers.Select((n, arm) => ArmTotals.Of(arm, Enumerable.Range(0, 1000).Select(i => User(10, i % 3 == 0 ? 1 : 0, purchases: i < n ? 1 : 0))))]);
        return ResultsView.Of(input with { GoalMetric = "conversion", Settings = new() { PlannedUsers = 1000, PlannedDays = 14, Guardrails = [new("ctr", 0.2)] }, ReadAt = Start.AddDays(22) });
    }

    [Fact]
    public void Where_nobody_of_an_arm_did_it_the_exact_test_answers_at_the_planned_end()
    {
        // Fisher, two-sided: all 12 of 2,000 fall on one side, twice C(1000,12)/C(2000,12) = 4.6e-4. Newcombe from the Wilson intervals 0 to 3.84/1003.84 and of 12 of 1,000: lower 0.0120 - sqrt((0.0120 - 0.00688)^2 + 0.00383^2) = 0.0056.
        var view = Bought(0, 12);
        var judged = view.Scorecard.Goal.Judgements[0];
        Assert.Equal(2 * Enumerable.Range(0, 12).Aggregate(1.0, (p, i) => p * (1000 - i) / (2000 - i)), judged.P!.Value, 9);
        Assert.Equal((0.012, 0.0056), (judged.Exact!.Effect.Value, Math.Round(judged.Exact.Interval.Lower, 4)));
        Assert.Equal("ALS is better: +1.20 pp conversion against Popularity.", view.Verdict.Sentence);
        Assert.Contains("Newcombe; Fisher's exact test, p < 0.001", view.Verdict.Lede);
        Assert.Equal("ship B", view.Recommendation.Text);
        Assert.Equal(VerdictKind.Worse, Bought(12, 0).Verdict.Kind);
        Assert.Equal(VerdictKind.NoDifference, Bought(0, 2).Verdict.Kind); // p = 0.50
        Assert.Equal("zero_variance", ResultsView.Of(view.Input with { Settings = new() }).Scorecard.Goal.Judgements[0].Reason!.Code); // before an end it would not hold under peeking
    }

    [Fact]
    public void With_several_arms_the_printed_interval_is_the_one_that_holds_for_all_of_them()
    {
        // z of the arms: 0.05/sqrt((0.24 + 0.2475)/1000) = 2.26 and 0.08/sqrt((0.24 + 0.2496)/1000) = 3.6; 97.5 % of two sides needs 2.24, and the relative scale a little more
        var input = Input(Arm(0, 1000, 0.40), Arm(1, 1000, 0.45), Arm(2, 1000, 0.48)) with { Settings = new() { PlannedUsers = 1000, PlannedDays = 14 }, ReadAt = Start.AddDays(15) };
        var view = ResultsView.Of(input);
        var (second, best) = (view.Scorecard.Goal.Judgements[0], view.Scorecard.Goal.Judgements[1]);
        Assert.Equal((0.975, 0.975), (best.Fixed!.Interval.Level, best.Always!.Interval.Level));
        Assert.StartsWith("The 97.5 % interval at the planned end, ", view.Verdict.Lede);
        // Holm's second step asks 0.05 of the other arm; its interval, which asks 0.025, includes zero
        Assert.True(second is { Significant: true } && second.Deciding!.Value.Contains(0));
        var alone = Of(input with { Totals = input.Totals with { Arms = [input.Totals.Arms[0], input.Totals.Arms[1], Arm(2, 1000, 0.30)], Days = [new(20454, [input.Totals.Arms[0], input.Totals.Arms[1], Arm(2, 1000, 0.30)])] } });
        Assert.Equal(VerdictKind.Better, alone.Kind);
        Assert.Contains("includes no difference, and the test of all comparisons together shows one (p = 0.0", alone.Lede);
        Assert.DoesNotContain("above zero", alone.Lede);
    }

    [Fact]
    public void Before_the_start_there_is_nothing_to_say() =>
        Assert.Equal("Not started yet.", Of(Input(ArmTotals.Empty(0), ArmTotals.Empty(1)) with { State = ExperimentState.Draft }).Sentence);
}
