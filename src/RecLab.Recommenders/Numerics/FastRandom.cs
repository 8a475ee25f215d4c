namespace RecLab.Recommenders.Numerics;

/// <summary>A small, fast and fully reproducible generator for the inner loops of training: xoshiro256** (Blackman and Vigna, TOMS 2021),
/// seeded by SplitMix64.</summary>
internal struct FastRandom
{
    private ulong _a, _b, _c, _d;

    public FastRandom(ulong seed)
    {
        _a = Next(ref seed); _b = Next(ref seed); _c = Next(ref seed); _d = Next(ref seed);

        static ulong Next(ref ulong state)
        {
            var z = state += 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }

    public ulong Bits()
    {
        var result = ulong.RotateLeft(_b * 5, 7) * 9;
        var t = _b << 17;
        _c ^= _a; _d ^= _b; _b ^= _c; _a ^= _d; _c ^= t;
        _d = ulong.RotateLeft(_d, 45);
        return result;
    }

    /// <summary>0 .. below - 1, by multiplication (Lemire, TOMACS 2019); the bias is below 2^-32.</summary>
    public int Below(int below) => (int)((Bits() >> 32) * (ulong)below >> 32);

    /// <summary>[0, 1) on 24 bits.</summary>
    public float Unit() => (Bits() >> 40) * (1f / (1 << 24));
}
