using RecLab.Statistics.Comparisons;
using RecLab.Statistics.Distributions;
using Xunit;

namespace RecLab.Statistics.Tests.Comparisons;

public sealed class ExpectedLossTests
{
    [Fact]
    public void Of_two_rates_it_is_the_loss_of_the_two_arm_comparison()
    {
        BetaPosterior a = new(10, 64), b = new(6, 102);
        var (_, first, second) = BetaBinomial.Compare(a, b);
        var loss = BetaBinomial.ExpectedLoss([a, b]);
        Assert.Equal(first, loss[0], 10);
        Assert.Equal(second, loss[1], 10);
        var lower = BetaBinomial.ExpectedLoss([a, b], lowerIsBetter: true); // E[a - min] = E[max(a - b, 0)]
        Assert.Equal(second, lower[0], 10);
        Assert.Equal(first, lower[1], 10);
    }

    [Fact]
    public void Of_two_means_it_is_the_closed_form_of_a_normal_difference()
    {
        NormalPosterior a = new(100.30, 0.4), b = new(100.05, 0.3); // b - a is Normal(-0.25, 0.5^2): E[max(., 0)] = s phi(u) - m Phi(-u) at u = 0.5
        var expected = 0.5 * Normal.Density(0.5) - 0.25 * Normal.Cdf(-0.5);
        Assert.Equal([expected, expected + 0.25], GaussianBestArm.ExpectedLoss([a, b]), (x, y) => Math.Abs(x - y) < 1e-10);
        Assert.Equal([expected + 0.25, expected], GaussianBestArm.ExpectedLoss([a, b], lowerIsBetter: true), (x, y) => Math.Abs(x - y) < 1e-10);
    }

    [Fact]
    public void Of_three_equal_arms_it_is_the_expected_maximum_of_three_normals()
    {
        // E[max of three standard normals] = 3/(2 sqrt(pi)) (David and Nagaraja, Order Statistics, 2003)
        var loss = GaussianBestArm.ExpectedLoss([new(5, 1), new(5, 1), new(5, 1)]);
        Assert.All(loss, l => Assert.Equal(3 / (2 * Math.Sqrt(Math.PI)), l, 10));
    }
}
