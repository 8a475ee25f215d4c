namespace RecLab.Statistics;

/// <summary>Random numbers as a pure function of a key and a counter: the same key and counter give the same number whoever asks, in
/// whatever order, on whatever thread, today and in ten years. The key of "user 7, session 3" is <c>Dice.Of(seed).For(7).For(3)</c>.</summary>
/// <remarks>SplitMix64 read at any place of its sequence (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA
/// 2014); counter-based as in Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011. Not for secrets.</remarks>
public readonly struct Dice : IEquatable<Dice>
{
    private const ulong Golden = 0x9E3779B97F4A7C15;
    private readonly ulong _key;

    private Dice(ulong key) => _key = key;

    public static Dice Of(long seed) => new(Mix((ulong)seed + Golden));

    /// <summary>The dice of a part: statistically independent of the whole and of every other part.</summary>
    public Dice For(long part) => new(Mix(_key ^ Mix((ulong)part * 0xD1342543DE82EF95 + Golden)));

    /// <summary>64 random bits.</summary>
    public ulong Bits(long counter) => Mix(_key + (ulong)counter * Golden);

    /// <summary>Uniform on [0, 1), in steps of 2^-53.</summary>
    public double Uniform(long counter) => (Bits(counter) >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform on 0..<paramref name="count"/>-1; the bias of the multiplication is below count / 2^64 (Lemire, TOMACS 2019).</summary>
    /// <param name="count">At least 1.</param>
    public int Below(int count, long counter) => (int)Math.BigMul(Bits(counter), (ulong)count, out _);

    /// <summary>Standard normal (Box and Muller 1958), from two counters of its own.</summary>
    public double Normal(long counter)
    {
        var radius = Math.Sqrt(-2 * Math.Log(1 - Uniform(2 * counter)));
        return radius * Math.Cos(2 * Math.PI * Uniform(2 * counter + 1));
    }

    /// <summary>Exponential with mean 1.</summary>
    public double Exponential(long counter) => -Math.Log(1 - Uniform(counter));

    /// <summary>Every order equally likely (Fisher and Yates).</summary>
    public void Shuffle<T>(Span<T> values)
    {
        for (var i = values.Length - 1; i > 0; i--)
        {
            var j = Below(i + 1, i);
            (values[i], values[j]) = (values[j], values[i]);
        }
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    public bool Equals(Dice other) => _key == other._key;
    public override bool Equals(object? obj) => obj is Dice other && Equals(other);
    public override int GetHashCode() => _key.GetHashCode();
}
