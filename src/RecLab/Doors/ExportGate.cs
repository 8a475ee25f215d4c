namespace RecLab.Doors;

/// <summary>Lets a few in at a time who read the whole log: each of them keeps a core and the disk busy, and lists must go on being served beside them.</summary>
internal sealed class ExportGate
{
    /// <summary>So many at a time.</summary>
    public const int Most = 2;

    /// <summary>Seconds after which it is worth while to come again.</summary>
    public const int RetryAfter = 5;

    private int _inside;

    /// <summary>A place, given back when disposed; null where none is free.</summary>
    public IDisposable? TryEnter()
    {
        if (Interlocked.Increment(ref _inside) <= Most) return new Place(this);
        Interlocked.Decrement(ref _inside);
        return null;
    }

    private sealed class Place(ExportGate gate) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0) Interlocked.Decrement(ref gate._inside);
        }
    }
}
