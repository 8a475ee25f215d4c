namespace RecLab.Simulation;

/// <summary>Random numbers without a state: each is a function of a seed and of what it is drawn for (user, session, position, ...), so a trace is the same
/// whatever the number of threads or the order of calls. Mixing is SplitMix64's finaliser (Steele, Lea, Flood, OOPSLA 2014) over the counters.</summary>
public static class CounterRandom
{
    /// <summary>64 random bits for a seed and its counters.</summary>
    public static ulong Bits(ulong seed, params ReadOnlySpan<ulong> counters)
    {
        var state = Mix(seed + 0x9E3779B97F4A7C15UL);
        foreach (var counter in counters) state = Mix(state ^ Mix(counter + 0x9E3779B97F4A7C15UL)) + 0x9E3779B97F4A7C15UL;
        return Mix(state);
    }

    /// <summary>Uniform in [0, 1) with 53 bits.</summary>
    public static double Unit(ulong seed, params ReadOnlySpan<ulong> counters) => (Bits(seed, counters) >> 11) * (1.0 / (1UL << 53));

    /// <summary>A counter from a text that is the same in every process (FNV-1a, 64 bit, over UTF-16 code units).</summary>
    public static ulong OfText(string text)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in text) hash = (hash ^ c) * 1099511628211UL;
        return hash;
    }

    /// <summary>A standard normal number (Box and Muller 1958), from two uniforms of the same counters.</summary>
    public static double Normal(ulong seed, params ReadOnlySpan<ulong> counters)
    {
        var bits = Bits(seed, counters);
        var first = 1 - (bits >> 11) * (1.0 / (1UL << 53));
        var second = (Mix(bits + 0x9E3779B97F4A7C15UL) >> 11) * (1.0 / (1UL << 53));
        return Math.Sqrt(-2 * Math.Log(first)) * Math.Cos(2 * Math.PI * second);
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
