using Microsoft.Extensions.DependencyInjection;
using RecLab.Experiments;
using RecLab.Results;
using RecLab.Storage;
using RecLab.Tests.Experiments;
using Xunit;

namespace RecLab.Tests.Results;

/// <summary>Writes events through the application and compares the page's numbers with SQL over the raw log and with formulas worked in the test.</summary>
public sealed class PageNumbersTests(RecLabApp app) : IClassFixture<RecLabApp>
{
    private RawLog Raw => new(app.Services.GetRequiredService<HostPaths>().EventDatabase);

    [Fact]
    public async Task Every_number_can_be_recomputed_by_sql_over_the_raw_log()
    {
        var experiment = await app.RunningAsync(await app.DraftAsync("by-sql", 0.4, 0.6));
        var now = DateTimeOffset.UtcNow;
        await app.StartedAsync("by-sql", now.AddDays(-10));
        await app.CrowdAsync(experiment, 400, 9, now, [0.10, 0.16]);
        await app.CrowdAsync(experiment, 100, 3, now, [0.5, 0.5], simulated: true);

        var view = ResultsView.Of((await app.Services.GetRequiredService<ResultsReader>().ReadAsync("by-sql", simulated: false))!);
        var users = Raw.Users(experiment.Id, 1, simulated: false);
        var (c, t) = (users.Where(u => u.Arm == 0).ToArray(), users.Where(u => u.Arm == 1).ToArray());

        Assert.Equal([c.Length, t.Length], view.Scorecard.Users.Select(n => (int)n));
        Assert.Equal(users.Sum(u => u.Viewable), view.Input.Totals.Arms.Sum(a => a.Total.Viewable));
        Assert.Equal(users.Sum(u => u.Clicked), view.Input.Totals.Arms.Sum(a => a.Total.Clicked));
        Assert.Equal(Raw.Scalar("SELECT coalesce(sum(value), 0) FROM event WHERE type = 'purchase' AND simulated = 0 AND experiment = $e", experiment.Id), view.Input.Totals.Arms.Sum(a => a.Total.Revenue));

        var judged = view.Scorecard.Goal.Judgements[0];
        var (rc, vc) = RawLog.Ratio(c);
        var (rt, vt) = RawLog.Ratio(t);
        var lift = rt / rc - 1;
        var se = Math.Sqrt(vt / (t.Length * rc * rc) + vc * rt * rt / (c.Length * Math.Pow(rc, 4)));
        Assert.Equal(rc, judged.Baseline, 12);
        Assert.Equal(rt, judged.Value, 12);
        Assert.Equal(lift, judged.Change!.Value, 10);
        Assert.Equal(se, judged.Fixed!.Effect.StandardError, 10);

        // always-valid interval: rho^2 = (-2 ln a + ln(1 - 2 ln a))/5000, half = SE sqrt(2(k+1) ln(sqrt(k+1)/a) / (n rho^2)), k = n rho^2
        double n = users.Count, rho2 = (-2 * Math.Log(0.05) + Math.Log(1 - 2 * Math.Log(0.05))) / 5000, k = n * rho2;
        var half = se * Math.Sqrt(2 * (k + 1) * Math.Log(Math.Sqrt(k + 1) / 0.05) / (n * rho2));
        Assert.Equal(lift - half, judged.Always!.Interval.Lower, 9);
        Assert.Equal(lift + half, judged.Always.Interval.Upper, 9);

        // sample ratio by hand: chi-square over planned 0.4 / 0.6, one degree of freedom, upper tail erfc(sqrt(x/2)) by its series
        var chi = Math.Pow(c.Length - 0.4 * n, 2) / (0.4 * n) + Math.Pow(t.Length - 0.6 * n, 2) / (0.6 * n);
        Assert.Equal(RecLab.Controls.Figures.P(Erfc(Math.Sqrt(chi / 2))), view.Health.Cells[0].Value);
        // and for the watch: the chance of the users one after the other under a Dirichlet of 10, 100, 1,000 and 10,000 against that under the plan
        var p = 4 / new[] { 10.0, 100, 1000, 10_000 }.Sum(m => Math.Exp(Enumerable.Range(0, c.Length).Sum(i => Math.Log((0.4 * m + i) / 0.4)) + Enumerable.Range(0, t.Length).Sum(i => Math.Log((0.6 * m + i) / 0.6)) - Enumerable.Range(0, c.Length + t.Length).Sum(i => Math.Log(m + i))));
        Assert.Equal(Math.Min(1, p), RecLab.Statistics.Comparisons.SequentialSampleRatio.PValue([c.Length, t.Length], [0.4, 0.6]).Value, 9);

        // the last point of the cumulative lift is the scorecard's number, and each earlier one is the same formula over the rows up to that day
        Assert.Equal(lift, view.Lift.Series[0].Points[^1].Y, 10);
        var day = (int)view.Lift.Series[0].Points[2].X;
        var upTo = Raw.Users(experiment.Id, 1, simulated: false, day);
        Assert.Equal(RawLog.Ratio([.. upTo.Where(u => u.Arm == 1)]).R / RawLog.Ratio([.. upTo.Where(u => u.Arm == 0)]).R - 1, view.Lift.Series[0].Points[2].Y, 10);
    }

    [Fact]
    public async Task Ranking_metrics_of_served_lists_can_be_recomputed_by_sql_over_the_raw_log()
    {
        var experiment = await app.RunningAsync(await app.DraftAsync("lists-by-sql"));
        var now = DateTimeOffset.UtcNow;
        await app.StartedAsync("lists-by-sql", now.AddDays(-10));
        await app.CrowdAsync(experiment, 120, 9, now, [0.10, 0.20]);
        var input = (await app.Services.GetRequiredService<ResultsReader>().ReadAsync("lists-by-sql", simulated: false))!;
        // these lists are clicked from the top down: the topmost click is at rank 1 wherever there is one, and no order is better than the one served
        foreach (var arm in input.Totals.Arms)
        {
            var seen = Raw.Scalar($"SELECT count(DISTINCT recommendation) FROM event WHERE experiment = $e AND arm = {arm.Arm} AND type IN ('viewable', 'click')", experiment.Id);
            var clicked = Raw.Scalar($"SELECT count(DISTINCT recommendation) FROM event WHERE experiment = $e AND arm = {arm.Arm} AND type = 'click'", experiment.Id);
            Assert.Equal(clicked / seen, arm.Of(new RecLab.Results.Metrics.FirstClickRank()).Value, 12);
            Assert.Equal(clicked / seen, arm.Of(new RecLab.Results.Metrics.ClickGain()).Value, 12);
            Assert.Equal(10, arm.Of(new RecLab.Results.Metrics.CatalogueCoverage()).Value, 9);
        }
        Assert.Equal(["click-mrr", "click-ndcg", "coverage"], ResultsView.Of(input).Served.Rows.Select(r => r.Metric.Key));
    }

    [Fact]
    public async Task Live_and_simulated_are_two_readings_with_a_verdict_each()
    {
        var experiment = await app.RunningAsync(await app.DraftAsync("two-readings"));
        var now = DateTimeOffset.UtcNow;
        await app.StartedAsync("two-readings", now.AddDays(-9));
        await app.CrowdAsync(experiment, 30, 5, now, [0.2, 0.2]);
        await app.CrowdAsync(experiment, 500, 5, now, [0.10, 0.30], simulated: true);
        var reader = app.Services.GetRequiredService<ResultsReader>();
        var live = ResultsView.Of((await reader.ReadAsync("two-readings", simulated: false))!);
        var simulated = ResultsView.Of((await reader.ReadAsync("two-readings", simulated: true))!);

        Assert.Equal((30, 500), (live.Scorecard.TotalUsers, simulated.Scorecard.TotalUsers));
        Assert.Equal(VerdictKind.CannotSay, live.Verdict.Kind);
        Assert.Equal(VerdictKind.Better, simulated.Verdict.Kind);
        Assert.Equal(Raw.Users(experiment.Id, 1, simulated: true).Sum(u => u.Clicked), simulated.Input.Totals.Arms.Sum(a => a.Total.Clicked));
    }

    [Fact]
    public async Task Who_reads_after_a_commit_sees_it_even_if_another_viewer_has_just_read()
    {
        var experiment = await app.RunningAsync(await app.DraftAsync("just-read"));
        var reader = app.Services.GetRequiredService<ResultsReader>();
        var now = DateTimeOffset.UtcNow;
        for (var clicks = 1; clicks <= 3; clicks++)
        {
            await app.ShowAsync(experiment, 0, $"user-{clicks}", now, 2, 1);
            var readings = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => reader.ReadAsync("just-read", simulated: false)));
            Assert.All(readings, r => Assert.Equal((clicks, 2 * clicks), ((int)r!.Totals.Arms[0].Total.Clicked, (int)r.Totals.Arms[0].Total.Viewable)));
        }
    }

    [Fact]
    public async Task A_decision_freezes_the_numbers_whatever_happens_later()
    {
        var experiment = await app.RunningAsync(await app.DraftAsync("frozen-numbers"));
        var now = DateTimeOffset.UtcNow;
        await app.StartedAsync("frozen-numbers", now.AddDays(-9));
        await app.CrowdAsync(experiment, 600, 8, now, [0.10, 0.30]);
        var page = app.Services.GetRequiredService<ResultsPageReader>();
        var before = (await page.ReadAsync("frozen-numbers", false, null, null))!.View;

        var desk = app.Services.GetRequiredService<DecisionDesk>();
        var opposed = await Assert.ThrowsAsync<RecLab.Controls.Refusal>(() => desk.DecideAsync("frozen-numbers", new(ExperimentOutcome.KeepControl, null, "habit", "", false), "ada"));
        Assert.Equal("The numbers say 'ship B'. Deciding otherwise needs the name of a reviewer.", opposed.Message);
        await desk.DecideAsync("frozen-numbers", new(ExperimentOutcome.Ship, 1, "clear gain", "", false), "ada");
        await app.CrowdAsync((await app.StoredAsync("frozen-numbers")), 1, 1, now, [1, 1]);
        await app.ShowAsync(experiment, 0, "late", now, 10, 10);
        await Task.Delay(ResultsReader.Shared + TimeSpan.FromMilliseconds(100), TestContext.Current.CancellationToken);

        var after = (await page.ReadAsync("frozen-numbers", false, null, null))!;
        Assert.Equal(before.Verdict, after.View.Verdict);
        Assert.Equal(before.Scorecard.Goal.Judgements[0].Fixed, after.View.Scorecard.Goal.Judgements[0].Fixed);
        Assert.Equal("clear gain", after.Decision!.Why);
        await using var db = await app.Databases().CreateDbContextAsync();
        Assert.Equal(experiment.Arms[1].VariantId, Microsoft.EntityFrameworkCore.EntityFrameworkQueryableExtensions.AsNoTracking(db.Set<RecLab.Serving.Placement>()).Single(p => p.Key == "frozen-numbers").DefaultVariantId);
    }

    /// <summary>1 - erf(x), erf by its Maclaurin series: good to 12 digits for x below 3.</summary>
    private static double Erfc(double x)
    {
        double sum = x, term = x;
        for (var k = 1; k < 200; k++)
        {
            term *= -x * x / k;
            sum += term / (2 * k + 1);
        }
        return 1 - 2 / Math.Sqrt(Math.PI) * sum;
    }
}
