using RecLab.Statistics.Distributions;
using Xunit;

namespace RecLab.Statistics.Tests.Distributions;

/// <summary>Tails far out against closed forms, and quantiles against the tails they invert.</summary>
public sealed class TailTests
{
    private static void Close(double expected, double got, double relative = 1e-12) =>
        Assert.True(Math.Abs(got - expected) <= relative * Math.Abs(expected), $"expected {expected:R}, got {got:R}, relative gap {Math.Abs(got / expected - 1):G3}");

    [Theory]
    [InlineData(0.3), InlineData(5), InlineData(1e3), InlineData(1e8), InlineData(1e200)]
    public void Student_with_one_and_two_degrees_has_closed_tails(double t)
    {
        Close(Math.Atan(1 / t) / Math.PI, StudentT.UpperTail(t, 1), 1e-11);
        var root = Math.Sqrt(1 + 2 / t / t); // sqrt(2 + t^2)/t; the tail is 1/((2 + t^2)(1 + t/sqrt(2 + t^2)))
        Close(1 / (t * root) / (t * root) / (1 + 1 / root), StudentT.UpperTail(t, 2), 1e-11);
    }

    [Theory]
    [InlineData(0.1), InlineData(2), InlineData(8), InlineData(20), InlineData(37)]
    public void Student_does_not_jump_where_its_method_changes(double t) =>
        Close(StudentT.UpperTail(t, 10_000), StudentT.UpperTail(t, 10_000 * (1 + 1e-14)), 1e-10);

    [Fact]
    public void Student_with_endless_degrees_is_normal()
    {
        Close(Normal.UpperTail(6), StudentT.UpperTail(6, 1e15), 1e-11);
        Assert.Equal(Normal.UpperTail(6), StudentT.UpperTail(6, double.PositiveInfinity));
    }

    [Theory]
    [InlineData(1e-3), InlineData(4), InlineData(300), InlineData(1400)]
    public void Chi_square_with_even_degrees_is_a_poisson_sum(double x)
    {
        Close(Math.Exp(-x / 2), ChiSquare.UpperTail(x, 2));
        Close(Math.Exp(-x / 2) * (1 + x / 2 + x * x / 8), ChiSquare.UpperTail(x, 6));
        Close(2 * Normal.UpperTail(Math.Sqrt(x)), ChiSquare.UpperTail(x, 1), 1e-11);
    }

    [Theory]
    [InlineData(1e-12), InlineData(0.2), InlineData(0.5), InlineData(0.999)]
    public void The_arcsine_law_and_powers_are_beta_distributions(double x)
    {
        Close(2 / Math.PI * Math.Asin(Math.Sqrt(x)), Beta.Cdf(x, 0.5, 0.5), 1e-11);
        Close(Math.Pow(x, 7), Beta.Cdf(x, 7, 1));
        Close(Math.Pow(1 - x, 300), Beta.UpperTail(x, 1, 300), 1e-11);
    }

    [Fact]
    public void Quantiles_lead_back_to_their_tails()
    {
        foreach (var p in new[] { 1e-300, 1e-100, 1e-12, 1e-4, 0.025, 0.3, 0.499999 })
        {
            Close(p, Normal.UpperTail(Normal.UpperQuantile(p)), 1e-11);
            foreach (var degrees in new[] { 0.8, 1, 2.7, 12.3, 400, 9_999, 123_456, 3e8 })
                if (double.IsFinite(StudentT.UpperQuantile(p, degrees))) Close(p, StudentT.UpperTail(StudentT.UpperQuantile(p, degrees), degrees), 1e-10);
            foreach (var (a, b) in new[] { (0.5, 0.5), (1.0, 10.0), (30.5, 2.0), (500.0, 4300.0), (5e4, 9.5e5) })
            {
                if (Beta.Quantile(p, a, b) > 1e-290) Close(p, Beta.Cdf(Beta.Quantile(p, a, b), a, b), 1e-9);
                if (p > 1e-12) Close(p, Beta.UpperTail(Beta.UpperQuantile(p, a, b), a, b), 1e-4); // 1 - x has only the digits a double near 1 leaves
            }
        }
    }

    [Theory]
    [InlineData(2, 10, 1), InlineData(2.5, 3, -1), InlineData(-1, 25, 2), InlineData(30, 8, 25), InlineData(1.97, 400, 3)]
    public void The_noncentral_t_is_the_average_over_the_chi_variable(double t, double degrees, double shift)
    {
        // Simpson over s of the density of S = sqrt(chi-square/degrees) times Phi(shift - t s).
        double Density(double s) => 2 * degrees * s * Math.Exp((degrees / 2 - 1) * Math.Log(degrees * s * s / 2) - degrees * s * s / 2 - LogGammaHalf((int)degrees)) / 2;
        const int steps = 200_000;
        double sum = 0, h = 12.0 / steps;
        for (var i = 1; i < steps; i++) sum += (i % 2 == 1 ? 4 : 2) * Density(i * h) * Normal.Cdf(shift - t * i * h);
        Close(sum * h / 3, NoncentralT.UpperTail(t, degrees, shift), 1e-8);
    }

    /// <summary>ln Gamma(n/2) by the recurrence from Gamma(1) and Gamma(1/2).</summary>
    private static double LogGammaHalf(int n)
    {
        var (x, sum) = (n % 2 == 0 ? 1.0 : 0.5, n % 2 == 0 ? 0.0 : 0.5 * Math.Log(Math.PI));
        for (; x < n / 2.0 - 0.25; x++) sum += Math.Log(x);
        return sum;
    }

    [Fact]
    public void The_lady_tasting_tea_has_p_34_of_70() =>
        Close(34.0 / 70, Hypergeometric.FisherTwoSided(3, 4, 1, 4)); // Fisher, The design of experiments (1935): tables 3-1, 4-0 and their mirrors, (16 + 1) x 2 of 70

    [Fact]
    public void Exact_tests_equal_the_sum_they_stand_for_also_when_one_sided_tails_differ()
    {
        // Direct sum over all outcomes no more likely than 7 of 50 at p = 0.31.
        double[] all = [.. Enumerable.Range(0, 51).Select(x => Binomial.Probability(x, 50, 0.31))];
        Close(1, all.Sum());
        Close(all.Where(one => one <= all[7] * (1 + 1e-7)).Sum(), Binomial.TwoSidedTest(7, 50, 0.31), 1e-11);
        Close(Binomial.Cdf(7, 50, 0.31), all.Take(8).Sum(), 1e-11);
        Assert.Equal(1, Hypergeometric.FisherTwoSided(0, 500, 0, 500));
        Assert.InRange(Hypergeometric.FisherTwoSided(30_000_000, 100_000_000, 30_100_000, 100_000_000), 1e-60, 1e-50); // z = 15.4
    }

    [Fact]
    public void The_expected_loss_far_out_keeps_its_digits()
    {
        // E[max(Z - u, 0)] = phi(u)/u^2 (1 - 3/u^2 + 15/u^4 - 105/u^6 + 945/u^8 - ...); at u = 30 the next term is 1e-12.
        var v = 1.0 / 900;
        Close(Normal.Density(30) * v * (1 + v * (-3 + v * (15 + v * (-105 + v * (945 - v * 10395))))), Normal.ExpectedExcess(30), 1e-11);
        Close(Normal.ExpectedExcess(5.6568), Normal.ExpectedExcess(5.6569) + Normal.UpperTail(5.65685) * 1e-4, 1e-9);
    }

    [Theory]
    [InlineData(-0.1), InlineData(1.1), InlineData(double.NaN)]
    public void What_is_no_probability_is_refused(double p)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Normal.Quantile(p));
        Assert.Throws<ArgumentOutOfRangeException>(() => StudentT.Quantile(p, 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => Beta.Quantile(p, 2, 3));
    }
}
