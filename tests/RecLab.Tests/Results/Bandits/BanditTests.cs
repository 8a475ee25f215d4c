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
        Assert.Null(await app.Desk().ReweightAsync("bandit", 1, [0.2, 0.3, 0.5], "ada", "late")); // made from a phase that is over
        Assert.Equal(2, (await app.StoredAsync("bandit")).Phase);
        await Assert.ThrowsAsync<Refusal>(() => app.Desk().ReweightAsync("bandit", 2, [0.3, 0.3, 0.4], "ada", "control"));

        var view = ResultsView.Of((await app.Services.GetRequiredService<ResultsReader>().ReadAsync("bandit", simulated: true, cancellation: TestContext.Current.CancellationToken))!);
        Assert.Single(view.Input.Earlier);
        Assert.True(view.Progress.EnoughUsers is false || view.Scorecard.Users.Min() >= 20);
        Assert.True(view.Scorecard.TotalUsers > 200); // of the phase before: nobody has come since
        Assert.Equal(2, view.Allocation!.Beliefs.Count);
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
