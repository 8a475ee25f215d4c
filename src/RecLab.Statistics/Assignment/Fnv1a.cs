namespace RecLab.Statistics.Assignment;

/// <summary>The 32-bit FNV-1a hash over UTF-16 code units (Fowler, Noll, Vo). A whole code unit is mixed in at once, as the GrowthBook SDKs in
/// JavaScript and C# do; for ASCII text this equals the usual hash over bytes.</summary>
public static class Fnv1a
{
    /// <summary>The state before any text: 2166136261.</summary>
    public const uint Start = 2166136261;

    private const uint Prime = 16777619;

    /// <summary>The hash of a text.</summary>
    public static uint Hash(ReadOnlySpan<char> text) => Continue(Start, text);

    /// <summary>Mixes more text into a state: <c>Continue(Hash(a), b)</c> is the hash of a followed by b.</summary>
    public static uint Continue(uint state, ReadOnlySpan<char> text)
    {
        foreach (var unit in text) state = (state ^ unit) * Prime;
        return state;
    }

    /// <summary>The hash of a number written in decimal digits, without writing it.</summary>
    public static uint HashDigits(uint number)
    {
        Span<char> digits = stackalloc char[10];
        var at = digits.Length;
        do
        {
            digits[--at] = (char)('0' + number % 10);
            number /= 10;
        }
        while (number != 0);
        return Continue(Start, digits[at..]);
    }
}
