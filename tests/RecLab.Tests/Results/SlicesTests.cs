using Bunit;
using Microsoft.Extensions.DependencyInjection;
using RecLab.Access;
using RecLab.Events;
using RecLab.Experiments;
using RecLab.Results;
using RecLab.Results.Metrics;
using RecLab.Results.Parts;
using RecLab.Statistics;
using RecLab.Tests.Experiments;
using Xunit;
using static RecLab.Tests.Results.Readings;
using TestContext = Xunit.TestContext;

namespace RecLab.Tests.Results;

/// <summary>A result split by what users were, with the correction for how many comparisons that is.</summary>
public sealed class SlicesTests : BunitContext, IClassFixture<RecLabApp>
{
    private static readonly ClickThrough Metric = new();
    private readonly RecLabApp _app;

    public SlicesTests(RecLabApp app)
    {
        _app = app;
        JSInterop.Mode = JSRuntimeMode.Loose;
        AddAuthorization().SetAuthorized("Ada").SetRoles(Roles.Analyst);
        Services.AddFallbackServiceProvider(app.Services.CreateScope().ServiceProvider);
    }

    private static SliceSums[] Cell(string name, string value, int users, double before, double after) =>
        [new(name, value, 0, Arm(0, users, before).Sums["ctr"]), new(name, value, 1, Arm(1, users, after).Sums["ctr"])];

    [Fact]
    public void The_strongest_evidence_comes_first_and_p_values_hold_the_false_discovery_rate()
    {
        var table = SliceTable.Of(Metric, [.. Cell("known", "true", 1000, 0.4, 0.4), .. Cell("known", "false", 1000, 0.4, 0.5), .. Cell("device", "mobile", 2000, 0.4, 0.45)], 2, new() { Slices = ["known"] }, 0.05);
        Assert.Equal(["known false True", "device mobile False", "known true True"], table.Rows.Select(r => $"{r.Name} {r.Value} {r.Declared}"));
        Assert.Equal(3, table.Asked);
        var raw = table.Rows.Select(r => r.Effect.Value.PValue!.Value).ToArray();
        // Benjamini-Hochberg: p(i) m / i, made monotone from the largest down
        Assert.Equal(raw[0] * 3, table.Rows[0].P!.Value, 12);
        Assert.Equal(Math.Min(raw[1] * 3 / 2, raw[2]), table.Rows[1].P!.Value, 12);
        Assert.Equal(raw[2], table.Rows[2].P!.Value, 12);
        Assert.Equal(0.25, table.Rows[0].Effect.Value.Effect.Value, 10); // 0.10 against 0.08
    }

    [Fact]
    public void No_slice_is_called_better_before_the_evidence_holds_on_whatever_day_it_is_read()
    {
        // shares 40 and 45 of a hundred of 1,500: z = 0.05/sqrt((0.24 + 0.2475)/1500) = 2.77, p = 0.006 at one look; the always-valid bound for 3,000 users is above 3
        var row = SliceTable.Of(Metric, Cell("device", "mobile", 1500, 0.40, 0.45), 2, new(), 0.05).Rows[0];
        Assert.InRange(row.P!.Value, 0.05, 1);
        Assert.Equal((RecLab.Controls.Charts.Direction.Neutral, true), (row.Look(Metric, 0.05), row.Effect.Value.Interval.Contains(0)));
        // of four comparisons two are clear: their intervals are of 1 - 0.05 x 2/4 and leave zero out
        var table = SliceTable.Of(Metric, [.. Cell("a", "1", 4000, 0.4, 0.5), .. Cell("a", "2", 4000, 0.5, 0.4), .. Cell("b", "1", 4000, 0.4, 0.4), .. Cell("b", "2", 4000, 0.4, 0.41)], 2, new(), 0.05);
        Assert.Equal(["Better False", "Neutral True", "Neutral True", "Worse False"], table.Rows.Select(r => $"{r.Look(Metric, 0.05)} {r.Effect.Value.Interval.Contains(0)}").Order());
        Assert.All(table.Rows, r => Assert.Equal(0.975, r.Effect.Value.Interval.Level, 12));
    }

    [Fact]
    public void Rare_values_are_put_together_and_few_users_are_not_compared()
    {
        var table = SliceTable.Of(Metric, [.. Enumerable.Range(0, 10).SelectMany(i => Cell("city", $"c{i}", 100 - i, 0.4, 0.5)), .. Cell("device", "tv", 5, 0.4, 0.5)], 2, new(), 0.05);
        Assert.Equal(10, table.Rows.Count); // eight cities, the two rarest together, and the television
        Assert.Equal(92 + 91, table.Rows.Single(r => r.Value == SliceTable.Others).Users);
        Assert.Equal(NotComputable.TooFewUnits, table.Rows[^1].Effect.Reason);
        Assert.Equal(9, table.Asked);
    }

    [Fact]
    public async Task Sums_of_a_slice_are_those_of_its_users_and_a_decision_freezes_them()
    {
        var experiment = await _app.RunningAsync(await _app.DraftAsync("sliced") with { Settings = new() { Slices = ["device"] } });
        var log = _app.Services.GetRequiredService<EventLog>();
        async Task ShowAsync(int user, string device, int clicks)
        {
            // the trait comes with the list, as the desk sends it; what happened is sent as everywhere else
            await log.AppendAsync(new Exposure
            {
                Id = Guid.CreateVersion7(), ServedAt = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), Placement = experiment.Placement, Experiment = experiment.Id, Phase = 1, Arm = user % 2,
                Variant = experiment.Arms[user % 2].VariantId, Unit = $"s{user}", Items = ["i1"], Propensities = [1], Reason = "assigned", Traits = new Dictionary<string, string> { ["device"] = device },
            });
            await _app.ShowAsync(experiment, user % 2, $"s{user}", DateTimeOffset.UtcNow, 10, clicks);
        }

        for (var user = 0; user < 100; user++) await ShowAsync(user, user % 4 < 2 ? "mobile" : "desktop", 1 + user % 2 + user % 3);
        var scope = new UnitScope(experiment.Id, 1, false);
        var read = _app.Services.GetRequiredService<UnitSlices>().Read(scope, "device", [UnitMeasure.ClickThrough]);
        // 25 users a cell; control's mobile users are 0, 4, ..., 96 with 1 + u mod 3 clicks: u mod 3 runs through 0, 1, 2, ... from 0: 9 x 1 + 8 x 2 + 8 x 3 = 49
        Assert.Equal((25L, 49.0, 250.0), read[("mobile", 0)][0] is var cell ? (cell.Units, cell.Y, cell.D) : default);

        async Task<SliceTable> TableAsync()
        {
            var page = (await _app.Services.GetRequiredService<ResultsPageReader>().ReadAsync("sliced", false, null, null, cancellation: TestContext.Current.CancellationToken))!;
            return (await _app.Services.GetRequiredService<SliceReader>().ReadAsync(page.View.Input, Metric, TestContext.Current.CancellationToken))!;
        }

        var before = await TableAsync();
        Assert.Equal(2, before.Asked);
        await _app.Services.GetRequiredService<DecisionDesk>().DecideAsync("sliced", new(ExperimentOutcome.NoDecision, null, "a try", "Grace", false), "Ada", TestContext.Current.CancellationToken);
        for (var user = 0; user < 100; user++) await ShowAsync(user, "mobile", 9);
        var after = await TableAsync();
        Assert.Equal(before.Rows.Select(r => (r.Name, r.Value, r.Users, r.P)), after.Rows.Select(r => (r.Name, r.Value, r.Users, r.P)));
    }

    [Fact]
    public async Task The_part_says_what_was_declared_and_what_is_exploratory()
    {
        var experiment = await _app.RunningAsync(await _app.DraftAsync("shown-slices") with { Settings = new() { Slices = ["device"] } });
        var page = (await _app.Services.GetRequiredService<ResultsPageReader>().ReadAsync("shown-slices", false, null, null, cancellation: TestContext.Current.CancellationToken))!;
        var part = Render<SlicePart>(p => p.Add(s => s.View, page.View).Add(s => s.Metric, Metric).Add(s => s.May, true));
        part.WaitForAssertion(() => Assert.Contains("Declared: device; nobody was recorded with them yet.", part.Markup), TimeSpan.FromSeconds(20));
        Assert.True(part.Find("button.btn").HasAttribute("disabled"));
        Assert.Equal("shown-slices", experiment.Key);
    }
}
