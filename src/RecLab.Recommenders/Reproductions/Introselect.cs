namespace RecLab.Recommenders.Reproductions;

/// <summary>The k smallest numbers of an array, in which among equal ones it is the order of exchanges that decides: the partition that NumPy's <c>argpartition</c> makes (introselect with the median of
/// three as pivot), exchange for exchange, because a published value was made with it.</summary>
internal sealed class Introselect(int count)
{
    private readonly int[] _order = new int[count];

    /// <summary>The numbers to choose from; stay as they are.</summary>
    public double[] Values { get; } = new double[count];

    /// <summary>Which numbers stand before place k after the partition around that place.</summary>
    public int[] Smallest(int k)
    {
        for (var i = 0; i < _order.Length; i++) _order[i] = i;
        int low = 0, high = _order.Length - 1;
        if (k < 3) Few(k);
        else while (low + 1 < high)
        {
            int left = low + 1, right = high;
            Median(low, low + (high - low) / 2, high);
            var pivot = Values[_order[low]];
            while (true)
            {
                do left++; while (At(left) < pivot);
                do right--; while (pivot < At(right));
                if (right < left) break;
                Swap(left, right);
            }
            Swap(low, right);
            if (right >= k) high = right - 1;
            if (right <= k) low = left;
        }
        if (k >= 3 && high == low + 1 && At(high) < At(low)) Swap(high, low);
        return _order[..k];
    }

    private double At(int place) => Values[_order[place]];
    private void Swap(int a, int b) => (_order[a], _order[b]) = (_order[b], _order[a]);

    /// <summary>The median of three goes to the lowest place, the smallest beside it.</summary>
    private void Median(int low, int middle, int high)
    {
        if (At(high) < At(middle)) Swap(high, middle);
        if (At(high) < At(low)) Swap(high, low);
        if (At(low) < At(middle)) Swap(low, middle);
        Swap(middle, low + 1);
    }

    /// <summary>Selection one by one.</summary>
    private void Few(int k)
    {
        for (var i = 0; i <= k && i < _order.Length; i++)
        {
            var least = i;
            for (var j = i + 1; j < _order.Length; j++) if (At(j) < At(least)) least = j;
            Swap(i, least);
        }
    }
}
