using RecLab.Statistics.Comparisons;
using Xunit;

namespace RecLab.Statistics.Tests.Comparisons;

public sealed class SequentialSampleRatioTests
{
    /// <summary>Two arms, equal shares, a Dirichlet(1, 1): the chance of x of n under it is 1/(n + 1), under the plan C(n, x) 2^-n; the order of the users is the same in both.</summary>
    [Theory]
    [InlineData(10, 0, 1)]
    [InlineData(7, 3, 120)]
    [InlineData(5, 5, 252)]
    public void The_factor_is_the_one_of_a_uniform_share(long first, long second, double orders) =>
        Assert.Equal(Math.Log(Math.Pow(2, first + second) / ((first + second + 1) * orders)), SequentialSampleRatio.LogFactor([first, second], [0.5, 0.5], 2), 10);

    [Fact]
    public void Under_the_plan_the_factor_is_one_on_average()
    {
        // a martingale that begins at 1: sum over all outcomes of a multinomial of five users and three arms
        double[] plan = [0.2, 0.3, 0.5];
        var mean = 0.0;
        for (var a = 0; a <= 5; a++)
            for (var b = 0; a + b <= 5; b++)
                mean += Chance(a, b, 5 - a - b) * Math.Exp(SequentialSampleRatio.LogFactor([a, b, 5 - a - b], plan, 10));
        Assert.Equal(1, mean, 10);

        double Chance(int a, int b, int c) => Factorial(5) / (Factorial(a) * Factorial(b) * Factorial(c)) * Math.Pow(plan[0], a) * Math.Pow(plan[1], b) * Math.Pow(plan[2], c);
        static double Factorial(int n) => n < 2 ? 1 : n * Factorial(n - 1);
    }

    [Fact]
    public void Arms_without_weight_count_for_nothing_and_nobody_is_no_answer()
    {
        Assert.Equal(SequentialSampleRatio.PValue([500, 510], [0.5, 0.5]).Value, SequentialSampleRatio.PValue([500, 900, 510], [0.5, 0, 0.5]).Value, 12);
        Assert.Equal(SequentialSampleRatio.PValue([500, 510], [0.5, 0.5]).Value, SequentialSampleRatio.PValue([500, 510], [2, 2]).Value, 12);
        Assert.False(SequentialSampleRatio.PValue([0, 0], [0.5, 0.5]).IsKnown);
    }

    /// <summary>400 sound experiments looked at after every 50 of 10,000 users. At most 1 % may ever be called a mismatch: with 400 a binomial exceeds 10 with probability 0.003.
    /// The chi-square test at the same level calls several times as many.</summary>
    [Fact]
    public void Looking_all_the_time_calls_hardly_a_sound_experiment_a_mismatch()
    {
        var random = new Random(41);
        var (sequential, fixedHorizon) = (0, 0);
        for (var run = 0; run < 400; run++)
        {
            long[] seen = [0, 0];
            var (called, naive) = (false, false);
            for (var user = 1; user <= 10_000; user++)
            {
                seen[random.Next(2)]++;
                if (user % 50 != 0) continue;
                called |= SequentialSampleRatio.PValue(seen, [0.5, 0.5]).Value < SequentialSampleRatio.Threshold;
                naive |= SampleRatio.Test(seen, [0.5, 0.5]).Value.PValue < SequentialSampleRatio.Threshold;
            }
            if (called) sequential++;
            if (naive) fixedHorizon++;
        }
        Assert.InRange(sequential, 0, 10);
        Assert.InRange(fixedHorizon, 30, 400);
    }

    /// <summary>From a gross fault to one of a point and a half.</summary>
    [Theory]
    [InlineData(50, 110)]
    [InlineData(900, 1100)]
    [InlineData(19_400, 20_600)]
    [InlineData(492_000, 508_000)]
    public void A_split_that_is_off_is_found(long first, long second) =>
        Assert.True(SequentialSampleRatio.PValue([first, second], [0.5, 0.5]).Value < SequentialSampleRatio.Threshold);

    [Fact]
    public void Millions_of_users_as_planned_are_no_mismatch() =>
        Assert.Equal(1, SequentialSampleRatio.PValue([5_000_800, 4_999_200], [0.5, 0.5]).Value);
}
