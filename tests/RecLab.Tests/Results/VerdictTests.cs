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
        Assert.Equal("No difference shown yet.", Of(input).Sentence);
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
        var ended = Of(input with { Settings = input.Settings with { PlannedUsers = 1500, PlannedDays = 14 } });
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
    public void Before_the_start_there_is_nothing_to_say() =>
        Assert.Equal("Not started yet.", Of(Input(ArmTotals.Empty(0), ArmTotals.Empty(1)) with { State = ExperimentState.Draft }).Sentence);
}
