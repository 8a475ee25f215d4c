using Bunit;
using RecLab.Events;
using RecLab.Results;
using RecLab.Results.Parts;
using RecLab.Statistics;
using Xunit;
using static RecLab.Tests.Results.Readings;

namespace RecLab.Tests.Results;

/// <summary>The drill-down of a metric in each of its states.</summary>
public sealed class MetricPanelTests : BunitContext
{
    private static readonly SpotTotal[] Spots = [new(0, 1, 10, 10, 6), new(0, 2, 10, 8, 2), new(1, 1, 10, 10, 5)];

    public MetricPanelTests() => JSInterop.Mode = JSRuntimeMode.Loose;

    private static Dictionary<(int, int), UnitSums> Ages(int users) => new() { [(0, 0)] = Arm(0, users, 0.4).Sums["ctr"], [(1, 0)] = Arm(1, users, 0.5).Sums["ctr"] };

    private IRenderedComponent<MetricPanel> Panel(ResultsInput input, IReadOnlyDictionary<(int, int), UnitSums> ages, IReadOnlyList<SpotTotal> spots, Action? close = null)
    {
        var view = ResultsView.Of(input);
        return Render<MetricPanel>(p => p.Add(m => m.View, view).Add(m => m.Detail, MetricDetail.Of(view, "ctr", ages, spots)!).Add(m => m.OnClose, () => close?.Invoke()));
    }

    [Fact]
    public void Shows_definition_counts_and_a_table_for_each_chart()
    {
        var panel = Panel(Input(Arm(0, 1000, 0.4), Arm(1, 1000, 0.5)), Ages(100), Spots);
        Assert.Equal("Click-through rate", panel.Find("h2").TextContent);
        Assert.Contains("Clicks per viewable item, users as clusters.", panel.Find("p.sec").TextContent);
        Assert.Contains("800 / 10,000", panel.Find("dl").TextContent);
        Assert.Equal(3, panel.FindAll(".chart [role=img]").Count);
        foreach (var i in Enumerable.Range(0, 3)) panel.FindAll(".chart-tools button:first-child")[i].Click();
        Assert.Equal(["day", "days since first list", "position"], panel.FindAll(".chart-table thead th:first-child").Select(t => t.TextContent));
        Assert.Contains("75.0%", panel.FindAll(".chart-table")[2].TextContent);
        Assert.Contains("+25%", panel.FindAll(".chart-table")[1].TextContent);
    }

    [Fact]
    public void Without_a_past_the_adjusted_row_says_why()
    {
        var rows = Panel(Input(Arm(0, 1000, 0.4), Arm(1, 1000, 0.5)), Ages(100), Spots).FindAll(".score tbody tr");
        Assert.Contains("+25.0%", rows[0].TextContent);
        Assert.Contains("not computable: nothing is known of the users of an arm from before their first list", rows[1].QuerySelector(".why")!.TextContent);
        Assert.Empty(rows[1].QuerySelectorAll(".box"));
    }

    [Fact]
    public void Before_anybody_came_every_part_says_so()
    {
        var panel = Panel(Input(Arm(0, 0, 0), Arm(1, 0, 0)), Ages(0), []);
        Assert.Empty(panel.FindAll("[role=img]"));
        Assert.Contains("No effect yet", panel.Markup);
        Assert.Contains("An effect by day needs 20 users on the same day", panel.Markup);
        Assert.Contains("No click yet", panel.Markup);
        Assert.Contains("none yet", panel.Find("dl").TextContent);
        Assert.DoesNotContain("NaN", panel.Markup);
    }

    [Fact]
    public void Coverage_says_that_it_is_not_known_day_by_day()
    {
        var lost = new long[32];
        (lost[3], lost[9]) = (2, 1);
        ArmTotals With(ArmTotals arm, long items) => arm with { Sums = new Dictionary<string, UnitSums>(arm.Sums) { ["coverage"] = RecLab.Results.Metrics.CatalogueCoverage.Sums(new(items, lost), arm.Units) } };
        var input = Input(Arm(0, 1000, 0.4), Arm(1, 1000, 0.5));
        var view = ResultsView.Of(input with { Totals = input.Totals with { Arms = [With(Arm(0, 1000, 0.4), 200), With(Arm(1, 1000, 0.5), 260)] } });
        var panel = Render<MetricPanel>(p => p.Add(m => m.View, view).Add(m => m.Detail, MetricDetail.Of(view, "coverage", new Dictionary<(int, int), UnitSums>(), Spots)!));
        Assert.Contains("A property of all lists of an arm together is known as it stands, not day by day.", panel.Markup);
        Assert.Contains("260 items", panel.Find("dl").TextContent);
        Assert.Contains("+30.0%", panel.Find(".score tbody tr").TextContent);
    }

    [Fact]
    public void A_traffic_mismatch_withholds_every_effect()
    {
        var panel = Panel(Input(Arm(0, 1000, 0.4), Arm(1, 2000, 0.5)), Ages(100), Spots);
        Assert.Equal(3, System.Text.RegularExpressions.Regex.Count(panel.Markup, "Withheld"));
        Assert.Empty(panel.FindAll(".box"));
        Assert.DoesNotContain("+25", panel.Markup);
    }

    [Fact]
    public void Escape_and_the_button_close_it()
    {
        var closed = 0;
        var panel = Panel(Input(Arm(0, 1000, 0.4), Arm(1, 1000, 0.5)), Ages(100), Spots, () => closed++);
        panel.Find("#metric-detail").KeyDown("Enter");
        Assert.Equal(0, closed);
        panel.Find("#metric-detail").KeyDown("Escape");
        panel.Find(".card-h button").Click();
        Assert.Equal(2, closed);
    }

    [Fact]
    public void A_metrics_name_opens_and_closes_its_detail()
    {
        List<string?> asked = [];
        var view = ResultsView.Of(Input(Arm(0, 1000, 0.4), Arm(1, 1000, 0.5)));
        var table = Render<ScorecardTable>(p => p.Add(t => t.View, view).Add(t => t.OnMetric, key => asked.Add(key)));
        Assert.Equal("false", table.Find("button.open").GetAttribute("aria-expanded"));
        table.Find("button.open").Click();
        table.Render(p => p.Add(t => t.Open, "ctr"));
        Assert.Equal("true", table.Find("button.open").GetAttribute("aria-expanded"));
        table.Find("button.open").Click();
        Assert.Equal(["ctr", null], asked);
    }
}
