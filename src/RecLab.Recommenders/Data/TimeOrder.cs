namespace RecLab.Recommenders.Data;

/// <summary>The stable order of rows by time: a radix sort over 16-bit digits that skips the digits all rows share, so that a
/// year of seconds costs two passes.</summary>
internal static class TimeOrder
{
    private const int Digit = 1 << 16;

    /// <summary>Row numbers, oldest first; rows of one time keep their order.</summary>
    public static int[] Of(long[] time)
    {
        long low = long.MaxValue, high = long.MinValue;
        foreach (var t in time) { low = Math.Min(low, t); high = Math.Max(high, t); }
        var range = unchecked((ulong)high - (ulong)low);
        var order = new int[time.Length];
        for (var i = 0; i < order.Length; i++) order[i] = i;
        var next = new int[time.Length];
        var starts = new int[Digit + 1];
        for (var shift = 0; shift < 64 && (shift == 0 || range >> shift != 0); shift += 16)
        {
            Array.Clear(starts);
            foreach (var t in time) starts[DigitOf(t, low, shift) + 1]++;
            for (var d = 0; d < Digit; d++) starts[d + 1] += starts[d];
            foreach (var row in order) next[starts[DigitOf(time[row], low, shift)]++] = row;
            (order, next) = (next, order);
        }
        return order;
    }

    private static int DigitOf(long time, long low, int shift) => (int)((unchecked((ulong)time - (ulong)low) >> shift) & (Digit - 1));
}
