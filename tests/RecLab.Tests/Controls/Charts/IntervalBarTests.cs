using Bunit;
using RecLab.Controls.Charts;
using Xunit;

namespace RecLab.Tests.Controls.Charts;

public sealed class IntervalBarTests : BunitContext
{
    private static readonly EffectAxis Axis = new(0.10, 0.05, 0.01);

    [Fact]
    public void Box_line_and_wings_stand_where_the_numbers_are()
    {
        // On an axis from -10 % to +10 %, x = (v + 0.1) / 0.2: 4 % is at 70 %, 2.4 % at 62 %, 5.6 % at 78 %, 1.5 % at 57.5 %, 6.5 % at 82.5 %.
        var bar = Render<IntervalBar>(p => p.Add(b => b.Axis, Axis).Add(b => b.Estimate, 0.04).Add(b => b.Low, 0.024).Add(b => b.High, 0.056)
            .Add(b => b.WingLow, 0.015).Add(b => b.WingHigh, 0.065).Add(b => b.Look, Direction.Better));
        Assert.Equal("70%", bar.Find(".est").GetAttribute("x1"));
        Assert.Equal(("62%", "16%"), (bar.Find(".box").GetAttribute("x"), bar.Find(".box").GetAttribute("width")));
        Assert.Equal(("57.5%", "82.5%"), (bar.Find(".wing").GetAttribute("x1"), bar.Find(".wing").GetAttribute("x2")));
        Assert.Contains("ib-better", bar.Find(".ib").ClassName!, StringComparison.Ordinal);
        Assert.Equal("+4.0 percent, 95 % interval +2.4 to +5.6, always-valid +1.5 to +6.5, better", bar.Find(".vh").TextContent);
    }

    [Fact]
    public void What_lies_beyond_the_axis_gets_a_chevron_and_no_cap()
    {
        var bar = Render<IntervalBar>(p => p.Add(b => b.Axis, Axis).Add(b => b.Estimate, 0.075).Add(b => b.Low, 0.03).Add(b => b.High, 0.13)
            .Add(b => b.WingLow, 0.006).Add(b => b.WingHigh, 0.15));
        Assert.Single(bar.FindAll(".beyond"));
        Assert.Equal(2, bar.FindAll(".wing").Count); // the wing line and its left cap
    }

    [Fact]
    public void Without_numbers_it_says_why()
    {
        var bar = Render<IntervalBar>(p => p.Add(b => b.Axis, Axis).Add(b => b.Reason, "not computable: no clicks in control"));
        Assert.Equal("not computable: no clicks in control", bar.Find(".why").TextContent);
        Assert.Empty(bar.FindAll(".box"));
    }

    [Fact]
    public void Withheld_hides_the_interval_even_when_there_is_one()
    {
        var bar = Render<IntervalBar>(p => p.Add(b => b.Axis, Axis).Add(b => b.Estimate, 0.04).Add(b => b.Low, 0.02).Add(b => b.High, 0.06).Add(b => b.Withheld, true).Add(b => b.Reason, "traffic mismatch"));
        Assert.Empty(bar.FindAll(".box"));
        Assert.NotEmpty(bar.FindAll("pattern"));
        Assert.Equal("withheld: traffic mismatch", bar.Find(".vh").TextContent);
    }

    [Fact]
    public void A_fitted_axis_holds_every_box_and_has_zero_among_at_most_nine_labels()
    {
        var axis = EffectAxis.Fit([(-0.026, 0.118), (0.01, 0.02), (double.NaN, double.NaN)]);
        Assert.False(axis.Beyond(0.118));
        Assert.Equal(50, axis.At(0));
        Assert.Contains(0.0, axis.Labels);
        Assert.InRange(axis.Labels.Count(), 3, 9);
        Assert.Equal("+5%", axis.Format(0.05));
    }

    [Fact]
    public void One_wild_metric_does_not_stretch_the_axis_beyond_the_limit() => Assert.True(EffectAxis.Fit([(-3, 4)]).Half <= 0.5);

    [Fact]
    public void The_head_has_a_text_for_every_label()
    {
        var head = Render<AxisHeader>(p => p.Add(a => a.Axis, Axis));
        Assert.Equal(["−10%", "−5%", "0", "+5%", "+10%"], head.FindAll("text").Select(t => t.TextContent));
    }
}
