using Bunit;
using RecLab.Controls.Charts;
using Xunit;

namespace RecLab.Tests.Controls.Charts;

public sealed class ScatterChartTests : BunitContext
{
    [Fact]
    public void Every_point_is_drawn_where_its_numbers_say_and_a_hostile_name_stays_text()
    {
        const string Name = "</title><img src=x onerror=\"alert(1)\">&amp;";
        var chart = Render<ScatterChart>(p => p.Add(c => c.Label, "quality against cost").Add(c => c.Log, false)
            .Add(c => c.Points, [new(0, 0, "origin", false), new(1, 1, Name, true), new(0.5, 0.5, "middle", false)]));
        var points = chart.FindAll("circle");
        Assert.Equal(["0% 100%", "100% 0%", "50% 50%"], points.Select(p => $"{p.GetAttribute("cx")} {p.GetAttribute("cy")}"));
        Assert.Equal(["pt", "pt on", "pt"], points.Select(p => p.ClassName));
        Assert.Empty(chart.FindAll("img"));
        Assert.Equal($"{Name}: 1.0000, 1", points[1].TextContent);
        chart.Find("button").Click();
        Assert.Equal(["origin", Name, "middle"], chart.FindAll("tbody th").Select(t => t.TextContent)); // the same as a table
    }

    [Fact]
    public void An_interval_lies_on_its_axis_by_its_shares()
    {
        // On an axis to 0.5: from 0.1 (a fifth) to 0.3 (three fifths), the estimate at 0.2 (two fifths).
        var bar = Render<RangeBar>(p => p.Add(b => b.Low, 0.1).Add(b => b.Value, 0.2).Add(b => b.High, 0.3).Add(b => b.Most, 0.5).Add(b => b.Spoken, "<b>0.1</b> to 0.3"));
        var box = bar.Find(".rb svg .box");
        Assert.Equal(("20%", "40%", "40%"), (box.GetAttribute("x"), box.GetAttribute("width"), bar.Find(".est").GetAttribute("x1")));
        Assert.Equal("<b>0.1</b> to 0.3", bar.Find(".cap").TextContent);
        Assert.Empty(bar.FindAll("b"));
    }
}
