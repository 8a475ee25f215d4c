using RecLab.Simulation.Clicks;
using RecLab.Statistics;
using Xunit;

namespace RecLab.Simulation.Tests.Clicks;

public sealed class ClickModelTests
{
    private static Func<int, int, double> Draws(int list) => (position, purpose) => Dice.Of(11).For(list).For(position).Uniform(purpose);

    [Fact]
    public void The_published_examination_curve_is_recovered_from_a_large_sample()
    {
        const int lists = 40_000;
        var looked = new int[10];
        var clicked = new int[10];
        double[] attraction = [.. Enumerable.Repeat(0.5, 10)];
        for (var list = 0; list < lists; list++)
        {
            var reactions = new PositionBased().React(attraction, Draws(list));
            for (var k = 0; k < 10; k++) { if (reactions[k].Examined) looked[k]++; if (reactions[k].Clicked) clicked[k]++; }
        }
        for (var k = 0; k < 10; k++)
        {
            var p = ClickModel.PublishedExamination[k];
            var fiveSigma = 5 * Math.Sqrt(p * (1 - p) / lists);
            Assert.InRange(looked[k] / (double)lists, p - fiveSigma, p + fiveSigma);
            Assert.InRange(clicked[k] / (double)lists, 0.5 * p - fiveSigma, 0.5 * p + fiveSigma);
        }
    }

    [Fact]
    public void A_cascade_stops_at_its_first_click()
    {
        var reactions = new Cascade().React([0, 1, 1], Draws(1));
        Assert.Equal([new(true, false), new(true, true), new(false, false)], reactions);
    }

    [Fact]
    public void A_dependent_visitor_stops_only_after_clicks()
    {
        Assert.All(new DependentClick(stop: 1).React([0, 0, 0], Draws(2)), r => Assert.Equal(new Reaction(true, false), r));
        Assert.Equal([new(true, true), new(false, false)], new DependentClick(stop: 1).React([1, 1], Draws(3)));
    }

    [Fact]
    public void A_bayesian_visitor_perseveres_until_satisfied()
    {
        // Attraction 0.5 throughout, satisfaction 0.8, perseverance 0.9: P(looked at k+1 given looked at k) = (1 - 0.5 * 0.8 * 0.5) * 0.9 = 0.72.
        const int lists = 40_000;
        var looked = new int[4];
        double[] attraction = [0.5, 0.5, 0.5, 0.5];
        for (var list = 0; list < lists; list++)
        {
            var reactions = new DynamicBayesian().React(attraction, Draws(list));
            for (var k = 0; k < 4; k++) if (reactions[k].Examined) looked[k]++;
        }
        for (var k = 0; k < 4; k++) Assert.Equal(Math.Pow(0.72, k), looked[k] / (double)lists, 5 * 0.0025); // standard error at most sqrt(0.25 / 40000)
    }

    [Fact]
    public void Every_name_makes_a_model_and_an_unknown_one_is_refused()
    {
        Assert.All(ClickModel.Names, name => Assert.NotNull(ClickModel.Of(name)));
        Assert.Contains("position", Assert.Throws<ArgumentException>(() => ClickModel.Of("psychic")).Message, StringComparison.Ordinal);
    }
}
