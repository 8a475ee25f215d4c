using Bunit;
using RecLab.Controls.Charts;
using Xunit;

namespace RecLab.Tests.Controls.Charts;

public sealed class LineChartTests : BunitContext
{
    private static readonly ChartSeries Loss = new("validation", [new(0, 8), new(1, 6), new(2, double.NaN), new(3, 4)]) { Arm = 1, Ring = new(3, 4) };

    private IRenderedComponent<LineChart> Chart(params ChartSeries[] series) =>
        Render<LineChart>(p => p.Add(c => c.Label, "Loss by epoch").Add(c => c.Series, series).Add(c => c.XName, "epoch"));

    [Fact]
    public void Is_an_image_with_a_label_that_names_the_last_values()
    {
        var label = Chart(Loss).Find("[role=img]").GetAttribute("aria-label");
        Assert.StartsWith("Loss by epoch. validation 4.", label, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_value_lifts_the_pen()
    {
        // X 0..3 over 1000 units, Y 4..8: 8 is the top (0), 6 the middle (500), 4 the bottom (1000).
        Assert.Equal("M0 0L333.33 500M1000 1000", Chart(Loss).Find(".curve").GetAttribute("d"));
    }

    [Fact]
    public void The_table_has_the_same_numbers_and_says_where_one_is_missing()
    {
        var chart = Chart(Loss);
        chart.FindAll("button").Single(b => b.TextContent == "Show table").Click();
        var rows = chart.FindAll("tbody tr").Select(r => r.TextContent).ToArray();
        Assert.Equal(["08", "16", "2no value", "34"], rows);
        chart.FindAll("button").Single(b => b.TextContent == "Show chart").Click();
        Assert.NotEmpty(chart.FindAll("[role=img]"));
    }

    [Fact]
    public void Download_holds_every_point_with_its_band()
    {
        JSInterop.SetupVoid("reclab.download", _ => true).SetVoidResult();
        var chart = Chart(new ChartSeries("B", [new(1, 0.5)]) { Band = [new(1, 0.25, 0.75)] });
        chart.FindAll("button").Single(b => b.TextContent == "Download CSV").Click();
        var call = Assert.Single(JSInterop.Invocations["reclab.download"]);
        Assert.Equal("chart.csv", call.Arguments[0]);
        Assert.Equal("series,epoch,value,low,high,outer low,outer high\r\nB,1,0.5,0.25,0.75,,\r\n", call.Arguments[1]);
    }

    [Fact]
    public void Without_values_it_says_so() =>
        Assert.Equal("Loss by epoch: no values yet", Chart().Find("[role=img]").GetAttribute("aria-label"));

    [Fact]
    public void A_long_series_is_thinned_to_a_thousand_points_and_keeps_its_peak()
    {
        var points = Enumerable.Range(0, 50_000).Select(i => new ChartPoint(i, i == 31_337 ? 99 : Math.Sin(i))).ToArray();
        var thin = ChartSeries.Thin(points);
        Assert.InRange(thin.Count, 900, 1000);
        Assert.Contains(thin, p => p.Y == 99);
        Assert.Equal((points[0], points[^1]), (thin[0], thin[^1]));
        Assert.Equal(thin.OrderBy(p => p.X), thin);
    }

    [Theory]
    [InlineData(0.1487, 0.3512)]
    [InlineData(-3, 17)]
    [InlineData(0, 123456)]
    [InlineData(5, 5)]
    public void An_axis_has_round_ends_that_hold_the_data_and_at_most_six_ticks(double low, double high)
    {
        var scale = ChartScale.Of([low, high]);
        Assert.True(scale.Low <= low && scale.High >= high);
        Assert.InRange(scale.Ticks.Count, 2, 6);
        Assert.All(scale.Ticks, t => Assert.InRange(scale.At(t), -1e-9, 1 + 1e-9));
    }

    [Fact]
    public void A_logarithmic_axis_puts_a_factor_of_ten_at_equal_distances()
    {
        var scale = ChartScale.Of([1, 10, 100], log: true);
        Assert.Equal(0.5, scale.At(10), 12);
        Assert.Contains(10.0, scale.Ticks);
    }

    [Fact]
    public void Stacked_series_are_drawn_on_top_of_each_other_and_told_alone()
    {
        var stack = ChartSeries.Stack([new("A", [new(0, 1), new(1, 2)]), new("B", [new(1, 3)])]);
        Assert.Equal([new ChartPoint(0, 1), new(1, 5)], stack[1].Points); // 1 + nothing, 2 + 3
        Assert.Equal([new BandPoint(0, 1, 1), new(1, 2, 5)], stack[1].Band);
        var chart = Chart([.. stack]);
        chart.FindAll("button").Single(b => b.TextContent == "Show table").Click();
        Assert.Equal(["01no value", "123"], chart.FindAll("tbody tr").Select(r => r.TextContent));
    }

    [Fact]
    public void Labels_at_the_line_ends_never_overlap()
    {
        ChartSeries[] series = [new("A", [new(0, 1), new(1, 1)]), new("B", [new(0, 1), new(1, 1.01)]), new("C", [new(0, 1), new(1, 0.99)])];
        var tops = LineGeometry.Of(series, false, [], null, null, null).Labels(series, 240, 30).Order().ToArray();
        Assert.True(tops[1] - tops[0] >= 30 && tops[2] - tops[1] >= 30);
        Assert.InRange(tops[0], 0, 240);
        Assert.InRange(tops[2], 0, 240);
    }
}
