using Microsoft.Extensions.DependencyInjection;
using RecLab.Controls;
using RecLab.Events;
using RecLab.Experiments;
using RecLab.Results;
using RecLab.Results.Bandits;
using RecLab.Results.Metrics;
using RecLab.Tests.Experiments;
using Xunit;

namespace RecLab.Tests.Results.Bandits;

/// <summary>Shares that follow what is found, and what may be concluded from them.</summary>
public sealed class BanditTests(RecLabApp app) : IClassFixture<RecLabApp>
{
    private static readonly BanditPlan Plan = new(0.2, 0.05, 100, 1e-6);
    private static readonly IOutcomeMetric Clickers = OutcomeMetricCatalog.All.First(m => m.Kind == RecLab.Statistics.MetricKind.Proportion && m.Measure == UnitMeasure.Clickers);

    /// <summary>A phase: users per arm and the share of them who click, twice on ten seen.</summary>
    private static Stratum Phase(int number, double[] shares, params (int Users, double Clickers)[] arms) => new(number, Readings.Start.AddDays(number),
        [.. shares.Select((s, i) => new PhaseArm(i, i + 1, $"arm {i}", s, i + 1))], [.. arms.Select((a, i) => Readings.Arm(i, a.Users, a.Clickers))]);

    [Fact]
    public void Shares_follow_the_chance_to_be_best_and_keep_control_and_floor()
    {
        var allocation = Allocation.Of(OutcomeMetricCatalog.Get("ctr"), Plan, [Phase(1, [0.2, 0.4, 0.4], (200, 0.3), (400, 0.3), (400, 0.5))]);
        Assert.Equal(0.2, allocation.Shares![0]);
        Assert.Equal(1, allocation.Shares.Sum(), 12);
        Assert.Equal(0.04, allocation.Shares[1], 3); // the floor, 5 % of the 80 % beside control: arm 2 is best for certain
        Assert.True(allocation.Beliefs[1].Best > 0.999);
        Assert.True(allocation.Beliefs[1].Loss < allocation.Beliefs[0].Loss);
        Assert.Equal(0.04, allocation.Beliefs[0].Loss, 3); // 0.5/5 less 0.3/5, when arm 2 is best for certain
    }

    [Fact]
    public void A_share_of_users_is_believed_as_beta()
    {
        var allocation = Allocation.Of(Clickers, Plan, [Phase(1, [0.2, 0.4, 0.4], (150, 0.3), (200, 0.30), (200, 0.40))]);
        // Beta(61, 141) against Beta(81, 121)
        var best = RecLab.Statistics.Comparisons.BetaBinomial.ProbabilityBest([new(61, 141), new(81, 121)]);
        Assert.Equal(best[1], allocation.Beliefs[1].Best, 9);
        var (_, first, second) = RecLab.Statistics.Comparisons.BetaBinomial.Compare(new(61, 141), new(81, 121));
        Assert.Equal([first, second], allocation.Beliefs.Select(b => b.Loss), (a, b) => Math.Abs(a - b) < 1e-9);
    }

    [Fact]
    public void Nothing_changes_before_every_arm_has_its_users_nor_for_less_than_a_point()
    {
        Assert.Null(Allocation.Of(Clickers, Plan, [Phase(1, [0.2, 0.4, 0.4], (99, 0.3), (400, 0.3), (400, 0.5))]).Shares);
        Assert.Null(Allocation.Of(Clickers, Plan, [Phase(1, [0.2, 0.4, 0.4], (200, 0.3), (400, 0.4), (400, 0.4))]).Shares); // both equally likely the best: as they are
        var settled = Allocation.Of(Clickers, Plan, [Phase(1, [0.2, 0.4, 0.4], (200, 0.3), (400, 0.3), (400, 0.6)), Phase(2, [0.2, 0.04, 0.76], (10, 0.3), (4, 0.5), (40, 0.6))]);
        Assert.Equal((true, 2), (settled.Shares is null, settled.Beliefs.Count)); // the new phase has too few users yet
    }

    [Fact]
    public void A_good_week_with_a_larger_share_does_not_pass_for_a_good_arm()
    {
        // nobody differs; everybody clicks three times as often in the second week, when arm 1 has most of the users
        Stratum[] weeks = [Phase(1, [0.2, 0.2, 0.6], (200, 0.1), (200, 0.1), (600, 0.1)), Phase(2, [0.2, 0.7, 0.1], (200, 0.3), (700, 0.3), (100, 0.3))];
        var rules = new JudgementRules(0.05, 5000, false);
        foreach (var arm in new[] { 1, 2 })
        {
            var judged = Pooled.Judge(Clickers, [weeks[0].Totals, weeks[1].Totals], arm, rules, null);
            Assert.Equal(0, judged.Change!.Value, 12);
            Assert.Equal(judged.Baseline, judged.Value, 12);
        }
        var mixed = (0.1 * 200 + 0.3 * 700) / 900 - (0.1 * 200 + 0.3 * 200) / 400; // added up, arm 1 would seem better by more than five points
        Assert.True(mixed > 0.05);
    }

    // 3 clickers of 100 against 5, then 7 against 5: as many in all. Weighted by 1/variance of the relative change the unlucky phase would weigh nine times as much and the arm seem 19 % worse.
    [Fact]
    public void A_phase_in_which_control_was_unlucky_weighs_as_much_as_one_in_which_it_was_lucky()
    {
        Stratum[] phases = [Phase(1, [0.2, 0.2, 0.6], (100, 0.03), (100, 0.05), (300, 0.05)), Phase(2, [0.2, 0.2, 0.6], (100, 0.07), (100, 0.05), (300, 0.05))];
        Assert.Equal(0, Pooled.Judge(Clickers, [.. phases.Select(p => p.Totals)], 1, new(0.05, 5000, false), null).Change!.Value, 12);
    }

    // Rare clicks and small phases; 300 bandits of 28 phases: a change has a standard error of sqrt(2 (0.95 / 0.05) / 5600), 8 points, their mean half a point.
    [Fact]
    public void Equal_arms_with_rare_clicks_in_many_small_phases_show_no_change_on_average_and_hardly_a_verdict()
    {
        var random = new Random(29);
        var judged = Enumerable.Range(0, 300).Select(_ => Pooled.Judge(Clickers, [.. Enumerable.Range(1, 28).Select(number =>
            Phase(number, [0.5, 0.5], (200, Share()), (200, Share())).Totals)], 1, new(0.05, 5000, false), null)).ToArray();
        Assert.InRange(judged.Average(j => j.Change!.Value), -0.03, 0.03);
        Assert.InRange(judged.Count(j => j.Significant), 0, 15);

        double Share() => Enumerable.Range(0, 200).Count(_ => random.NextDouble() < 0.05) / 200.0;
    }

    [Fact]
    public void An_arm_in_which_nobody_clicks_loses_its_share()
    {
        var shares = Allocation.Of(Clickers, Plan, [Phase(1, [0.2, 0.4, 0.4], (1000, 0.1), (5000, 0), (5000, 0.1))]).Shares!;
        Assert.Equal(Plan.Floor * 0.8, shares[1], 3);
    }

    [Fact]
    public void Equal_arms_are_called_different_in_at_most_one_of_twenty_bandits_looked_at_after_every_phase()
    {
        // a binomial with n = 200, p = 0.05 exceeds 20 with probability 0.0007
        var (random, wrong) = (new Random(17), 0);
        for (var bandit = 0; bandit < 200; bandit++)
        {
            List<Stratum> phases = [];
            double[] shares = [0.2, 0.4, 0.4];
            var seen = false;
            for (var number = 1; number <= 8; number++)
            {
                phases.Add(Phase(number, shares, [.. shares.Select(s => (Users: (int)Math.Round(600 * s), Rate: Rate(random, (int)Math.Round(600 * s), 0.2 + 0.02 * number)))]));
                var judged = Pooled.Judge(Clickers, [.. phases.Select(p => p.Totals)], 1, new(0.05, 5000, false), null);
                seen |= judged.Significant;
                shares = [.. Allocation.Of(Clickers, Plan, phases).Shares ?? shares];
            }
            if (seen) wrong++;
        }
        Assert.InRange(wrong, 0, 20);

        static double Rate(Random random, int users, double chance) => (double)Enumerable.Range(0, users).Count(_ => random.NextDouble() < chance) / users;
    }

    [Fact]
    public async Task A_reweighting_is_made_once_is_logged_and_its_phases_are_read_together()
    {
        var draft = await app.DraftAsync("bandit", 0.2, 0.4, 0.4);
        var experiment = await app.RunningAsync(draft with { Settings = ExperimentSettings.Default with { Mode = ExperimentMode.Bandit, Bandit = Plan with { MinimumUsers = 20 } } });
        await app.CrowdAsync(experiment, 240, 1, DateTimeOffset.UtcNow, [0.1, 0.1, 0.6], simulated: true);
        var keeper = app.Services.GetRequiredService<BanditKeeper>();
        await keeper.LookAsync(TestContext.Current.CancellationToken); // or the service itself came first
        await keeper.LookAsync(TestContext.Current.CancellationToken);
        var stored = await app.StoredAsync("bandit");
        Assert.Equal((2, 0.2), (stored.Phase, stored.Arms[0].Weight));
        Assert.True(stored.Arms[2].Weight > 0.7);
        var move = Assert.Single(await app.MovesAsync(experiment.Id), m => m.Verb == "reweight");
        Assert.Equal(BanditKeeper.Who, move.Who);
        Assert.Contains("best with a chance of", move.Why, StringComparison.Ordinal);
        Assert.Null(await app.PhaseDesk().ReweightAsync("bandit", 1, [0.2, 0.3, 0.5], "ada", "late")); // made from a phase that is over
        Assert.Equal(2, (await app.StoredAsync("bandit")).Phase);
        await Assert.ThrowsAsync<Refusal>(() => app.PhaseDesk().ReweightAsync("bandit", 2, [0.3, 0.3, 0.4], "ada", "control"));

        var view = ResultsView.Of((await app.Services.GetRequiredService<ResultsReader>().ReadAsync("bandit", simulated: true, cancellation: TestContext.Current.CancellationToken))!);
        Assert.Single(view.Input.Earlier);
        Assert.True(view.Progress.EnoughUsers is false || view.Scorecard.Users.Min() >= 20);
        Assert.True(view.Scorecard.TotalUsers > 200); // of the phase before: nobody has come since
        Assert.Equal(2, view.Allocation!.Beliefs.Count);
    }

    [Fact]
    public async Task Somebody_can_have_the_shares_changed_before_their_time_and_is_told_why_they_stay()
    {
        var draft = await app.DraftAsync("now", 0.2, 0.4, 0.4);
        var experiment = await app.RunningAsync(draft with { Name = "Now", Settings = ExperimentSettings.Default with { Mode = ExperimentMode.Bandit, Bandit = Plan with { MinimumUsers = 20, EveryHours = 24 } } });
        var desk = app.Services.GetRequiredService<BanditDesk>();
        Assert.Equal("The shares of 'Now' stay: an arm has 0 of the 20 users it needs.", (await Assert.ThrowsAsync<Refusal>(() => desk.ReweightAsync("now", "ada"))).Message);
        await app.CrowdAsync(experiment, 240, 1, DateTimeOffset.UtcNow, [0.1, 0.1, 0.6], simulated: true);
        Assert.Empty(await app.Services.GetRequiredService<BanditKeeper>().LookAsync(TestContext.Current.CancellationToken)); // its day is not over
        var changed = await desk.ReweightAsync("now", "ada", "a sale begins", TestContext.Current.CancellationToken);
        Assert.Equal((2, 0.2), (changed.Phase, changed.Arms[0].Weight));
        var move = Assert.Single(await app.MovesAsync(experiment.Id), m => m.Verb == "reweight");
        Assert.Equal("ada", move.Who);
        Assert.EndsWith("of simulated visitors. Reason: a sale begins", move.Why, StringComparison.Ordinal);
        Assert.StartsWith("The shares of 'Now' stay: this phase has fewer than 20 users", (await Assert.ThrowsAsync<Refusal>(() => desk.ReweightAsync("now", "ada"))).Message, StringComparison.Ordinal);
        await app.Desk().PauseAsync("now", "ada", "night");
        Assert.Equal("The experiment 'Now' is paused and cannot be given other shares; only one that is running can.", (await Assert.ThrowsAsync<Refusal>(() => desk.ReweightAsync("now", "ada"))).Message);
        await app.RunningAsync(await app.DraftAsync("no-bandit"));
        Assert.Contains("is no bandit", (await Assert.ThrowsAsync<Refusal>(() => desk.ReweightAsync("no-bandit", "ada"))).Message, StringComparison.Ordinal);
        Assert.Contains("no experiment with the key", (await Assert.ThrowsAsync<Refusal>(() => desk.ReweightAsync("nothing", "ada"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_told_of_days_later_asks_for_phases_of_a_week_whether_goal_or_guardrail()
    {
        ExperimentDraft Asked(string goal, string guard, double hours) => new()
        {
            Key = "b", Name = "b", Placement = "home", GoalMetric = goal, Arms = [new(1, "a", 0.2), new(2, "b", 0.4), new(3, "c", 0.4)],
            Settings = ExperimentSettings.Default with { Mode = ExperimentMode.Bandit, Bandit = new(EveryHours: hours), Guardrails = [new(guard, 0.05)] },
        };
        Assert.Empty(Asked("ctr", "clickers", 24).Faults());
        Assert.Empty(Asked("ctr", "conversion", 168).Faults());
        Assert.StartsWith("'conversion' counts for seven days after a list, so a bandit with it as its goal or a guardrail", Assert.Single(Asked("ctr", "conversion", 24).Faults()), StringComparison.Ordinal);
        Assert.StartsWith("'revenue'", Assert.Single(Asked("revenue", "clickers", 24).Faults()), StringComparison.Ordinal);
        Assert.All(OutcomeMetricCatalog.All.Where(m => m.Definition.Contains("seven days", StringComparison.Ordinal)), m => Assert.True(BanditPlan.IsTold(m.Key), m.Key));
        Assert.Equal(["ctr", "clicks", "clickers", "time-to-click", "click-mrr", "click-ndcg", "popularity", "diversity", "coverage"], OutcomeMetricCatalog.All.Where(m => !BanditPlan.IsTold(m.Key)).Select(m => m.Key));
    }

    /// <summary>40 bandits of two weekly phases with 2,000 users who come every day, sent anew in the second week. Each buys something in control with a chance of 8 % a day and in the arm of 6 %, a quarter less. Counted for seven days after the
    /// last list, half of what the first phase is told happens while half of its users have the other arm, and its change comes out at about an eighth.</summary>
    [Fact]
    public void Purchases_count_in_the_phase_in_which_they_happen()
    {
        var random = new Random(43);
        var (cut, carried) = (new List<double>(), new List<double>());
        for (var run = 0; run < 40; run++)
        {
            var (first, second) = (Arms(), Arms());
            var whole = Enumerable.Range(0, 2000).Select(u => (Arm: first[u], InPhase: Bought(first[u]), After: Bought(second[u]))).ToArray();
            ArmTotals Totals(int arm, bool after) => ArmTotals.Of(arm, whole.Where(w => w.Arm == arm).Select(w => Readings.User(70, 7, w.InPhase + (after ? w.After : 0))));
            var found = new PhaseTotals { Arms = [Totals(0, true), Totals(1, true)], SeveralArms = 0, Days = [new(6, [Totals(0, false), Totals(1, false)]), new(13, [Totals(0, true), Totals(1, true)])] };
            var purchases = OutcomeMetricCatalog.Get("purchases");
            double Change(IReadOnlyList<ArmTotals> arms) => Pooled.Judge(purchases, [arms], 1, new(0.05, 5000, false), null).Change!.Value;
            cut.Add(Change(Stratum.Ended(found, nextBegan: 7)));
            carried.Add(Change(Stratum.Ended(found, nextBegan: null)));
            Assert.Equal(found.Arms[1].Sums["ctr"], Stratum.Ended(found, 7)[1].Sums["ctr"]); // what is seen on the list itself stays whole
        }
        // one bandit's change has a standard error of sqrt(2 / (1000 * 0.5)) or 6 points, the mean of forty 1
        Assert.InRange(cut.Average(), -0.28, -0.22);
        Assert.InRange(carried.Average(), -0.16, -0.09);

        int[] Arms() => [.. Enumerable.Range(0, 2000).Select(_ => random.Next(2))];
        int Bought(int arm) => Enumerable.Range(0, 7).Count(_ => random.NextDouble() < (arm == 0 ? 0.08 : 0.06));
    }

    [Fact]
    public void A_bandit_needs_two_arms_beside_control_and_controls_fixed_share()
    {
        ExperimentDraft Asked(double[] weights) => new()
        {
            Key = "b", Name = "b", Placement = "home", Arms = [.. weights.Select((w, i) => new ArmDraft(i + 1, $"v{i}", w))], Settings = ExperimentSettings.Default with { Mode = ExperimentMode.Bandit },
        };
        Assert.Empty(Asked([0.2, 0.4, 0.4]).Faults());
        Assert.Contains("A bandit shares out users between at least two arms beside control.", Asked([0.2, 0.8]).Faults());
        Assert.Contains("Control has the weight 0.4 and must have its fixed share, 0.2.", Asked([0.4, 0.3, 0.3]).Faults());
    }
}
