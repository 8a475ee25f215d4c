using RecLab.Recommenders.Data;
using RecLab.Recommenders.Numerics;

namespace RecLab.Recommenders.Models.Factors;

/// <summary>Draws (user, touched item, untouched item): the cell uniformly among all that are filled, the other item uniformly among those the user
/// did not touch.</summary>
internal sealed class PairSampler
{
    private const int Tries = 32;
    private readonly SparseMatrix _touched;
    private readonly int[] _userOf;
    private FastRandom _random;

    public PairSampler(SparseMatrix touched, int seed)
    {
        _touched = touched;
        _random = new FastRandom((ulong)seed);
        _userOf = new int[touched.Count];
        for (var u = 0; u < touched.Rows; u++) _userOf.AsSpan(touched.Starts[u], touched.Size(u)).Fill(u);
    }

    /// <summary>False where the user drawn touched (nearly) everything.</summary>
    public bool Next(out int user, out int item, out int other)
    {
        var cell = _random.Below(_userOf.Length);
        (user, item) = (_userOf[cell], _touched.AllColumns[cell]);
        return Other(_touched.ColumnsOf(user), out other);
    }

    /// <summary>Fills up with further untouched items of the user.</summary>
    /// <param name="first">The one drawn with the pair.</param>
    /// <returns>How many there are, <paramref name="others"/> whole unless the user touched nearly everything.</returns>
    public int More(int user, int first, Span<int> others)
    {
        var own = _touched.ColumnsOf(user);
        others[0] = first;
        for (var n = 1; n < others.Length; n++)
            if (!Other(own, out others[n])) return n;
        return others.Length;
    }

    private bool Other(ReadOnlySpan<int> own, out int other)
    {
        for (var t = 0; t < Tries; t++)
        {
            other = _random.Below(_touched.Columns);
            if (own.BinarySearch(other) < 0) return true;
        }
        other = -1;
        return false;
    }
}
