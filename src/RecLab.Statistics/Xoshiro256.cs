using System.Numerics;

namespace RecLab.Statistics;

/// <summary>The generator xoshiro256** (Blackman, Vigna, "Scrambled linear pseudorandom number generators", 2021), seeded by SplitMix64: fast, and the same
/// sequence for a seed on every machine and runtime, which <see cref="Random"/> does not promise.</summary>
public sealed class Xoshiro256
{
    private ulong _a, _b, _c, _d;

    public Xoshiro256(ulong seed)
    {
        _a = SplitMix(ref seed);
        _b = SplitMix(ref seed);
        _c = SplitMix(ref seed);
        _d = SplitMix(ref seed);
    }

    /// <summary>One of many independent sequences of a seed, so that runs may be worked in any order or at once.</summary>
    public static Xoshiro256 Stream(ulong seed, ulong number)
    {
        var mixed = SplitMix(ref seed);
        number += mixed;
        return new(SplitMix(ref number) ^ mixed);
    }

    private static ulong SplitMix(ref ulong state)
    {
        var z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>64 random bits.</summary>
    public ulong NextBits()
    {
        var result = BitOperations.RotateLeft(_b * 5, 7) * 9;
        var t = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= t;
        _d = BitOperations.RotateLeft(_d, 45);
        return result;
    }

    /// <summary>Uniform in [0, 1) with 53 bits.</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in 0..count-1 (Lemire's multiplication, with rejection, so without bias).</summary>
    public int NextIndex(int count)
    {
        if (count <= 0) throw new ArgumentOutOfRangeException(nameof(count), count, "There must be something to choose from.");
        var bound = (uint)count;
        var product = (NextBits() >> 32) * bound;
        if ((uint)product < bound)
            for (var threshold = (0u - bound) % bound; (uint)product < threshold;) product = (NextBits() >> 32) * bound;
        return (int)(product >> 32);
    }

    /// <summary>Standard normal (Marsaglia's polar method).</summary>
    public double NextNormal()
    {
        while (true)
        {
            var (x, y) = (2 * NextDouble() - 1, 2 * NextDouble() - 1);
            var s = x * x + y * y;
            if (s is > 0 and < 1) return x * Math.Sqrt(-2 * Math.Log(s) / s);
        }
    }

    /// <summary>Gamma with the given shape and scale 1 (Marsaglia, Tsang, 2000).</summary>
    public double NextGamma(double shape)
    {
        if (shape < 1) return NextGamma(shape + 1) * Math.Pow(1 - NextDouble(), 1 / shape);
        var d = shape - 1.0 / 3;
        var c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            var x = NextNormal();
            var v = 1 + c * x;
            if (v <= 0) continue;
            v = v * v * v;
            if (Math.Log(1 - NextDouble()) < 0.5 * x * x + d - d * v + d * Math.Log(v)) return d * v;
        }
    }

    /// <summary>Beta with the given shapes.</summary>
    public double NextBeta(double a, double b)
    {
        var x = NextGamma(a);
        return x / (x + NextGamma(b));
    }

    /// <summary>How many of <paramref name="trials"/> succeed. Counted one by one for few trials; for many, split at a beta-distributed order statistic (Devroye,
    /// "Non-uniform random variate generation", 1986, X.4), so the work grows with the logarithm.</summary>
    public int NextBinomial(int trials, double p)
    {
        var successes = 0;
        while (trials > 64)
        {
            var middle = trials / 2 + 1;
            var value = NextBeta(middle, trials + 1 - middle);
            if (value <= p)
            {
                successes += middle;
                trials -= middle;
                p = (p - value) / (1 - value);
            }
            else
            {
                trials = middle - 1;
                p /= value;
            }
        }
        for (var i = 0; i < trials; i++)
            if (NextDouble() < p) successes++;
        return successes;
    }
}
