using Xunit;

namespace RecLab.Statistics.Tests;

public sealed class DiceTests
{
    [Fact]
    public void A_throw_is_a_function_of_its_key_and_nothing_else()
    {
        Assert.Equal(Dice.Of(5).For(7).Bits(3), Dice.Of(5).For(7).Bits(3));
        ulong[] others = [Dice.Of(5).For(7).Bits(4), Dice.Of(5).For(8).Bits(3), Dice.Of(6).For(7).Bits(3), Dice.Of(5).Bits(3), Dice.Of(7).For(5).Bits(3), Dice.Of(-5).For(7).Bits(3)];
        Assert.Distinct(others.Append(Dice.Of(5).For(7).Bits(3)));
    }

    [Fact]
    public void Bits_of_neighbouring_keys_and_counters_look_independent()
    {
        // 64 bits, each differing with probability 1/2: 32 +- 4 each; the mean of 2,000 pairs has standard error 0.09.
        double byCounter = 0, byKey = 0;
        for (var i = 0; i < 2000; i++)
        {
            byCounter += System.Numerics.BitOperations.PopCount(Dice.Of(1).Bits(i) ^ Dice.Of(1).Bits(i + 1)) / 2000.0;
            byKey += System.Numerics.BitOperations.PopCount(Dice.Of(1).For(i).Bits(0) ^ Dice.Of(1).For(i + 1).Bits(0)) / 2000.0;
        }
        Assert.InRange(byCounter, 32 - 0.45, 32 + 0.45);
        Assert.InRange(byKey, 32 - 0.45, 32 + 0.45);
    }

    [Fact]
    public void Moments_of_uniform_normal_and_exponential_numbers_are_those_of_the_laws()
    {
        const int n = 40_000;
        var dice = Dice.Of(3);
        double[] uniform = [.. Enumerable.Range(0, n).Select(i => dice.For(1).Uniform(i))], normal = [.. Enumerable.Range(0, n).Select(i => dice.For(2).Normal(i))], exponential = [.. Enumerable.Range(0, n).Select(i => dice.For(3).Exponential(i))];
        var reach = 5 / Math.Sqrt(n);
        Assert.All(uniform, u => Assert.InRange(u, 0, 1 - 1e-16));
        Assert.Equal(0.5, uniform.Average(), reach * Math.Sqrt(1 / 12.0));
        Assert.Equal(0, normal.Average(), reach);
        Assert.Equal(1, normal.Average(x => x * x), reach * Math.Sqrt(2)); // Var(Z^2) = 2
        Assert.Equal(1, exponential.Average(), reach);
        Assert.Equal(2, exponential.Average(x => x * x), reach * Math.Sqrt(20)); // Var(X^2) = 24 - 4
    }

    [Fact]
    public void Each_of_a_few_is_equally_likely()
    {
        var counts = new int[6];
        for (var i = 0; i < 60_000; i++) counts[Dice.Of(9).Below(6, i)]++;
        Assert.All(counts, c => Assert.InRange(c, 10_000 - 5 * 92, 10_000 + 5 * 92)); // sqrt(60000 * 5/36) = 91.3
    }

    [Fact]
    public void Every_order_of_three_is_equally_likely()
    {
        var seen = new Dictionary<string, int>();
        for (var i = 0; i < 12_000; i++)
        {
            char[] letters = ['a', 'b', 'c'];
            Dice.Of(i).Shuffle<char>(letters);
            seen[new(letters)] = seen.GetValueOrDefault(new(letters)) + 1;
        }
        Assert.Equal(6, seen.Count);
        Assert.All(seen.Values, c => Assert.InRange(c, 2000 - 5 * 41, 2000 + 5 * 41)); // sqrt(12000 * 5/36) = 40.8
    }
}
