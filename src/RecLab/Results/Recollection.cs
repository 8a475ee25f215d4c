namespace RecLab.Results;

/// <summary>Answers that take long, kept for a while: who asks again soon is told the same. One look at a time, so that whoever waits for one is told what it found.</summary>
/// <param name="keep">How long an answer is given again, from the beginning of its look.</param>
internal sealed class Recollection<TKey, TValue>(TimeProvider clock, TimeSpan keep) where TKey : notnull
{
    private readonly SemaphoreSlim _looking = new(1, 1);
    private readonly Dictionary<TKey, (DateTimeOffset At, TValue Value)> _found = [];

    /// <summary>What was found lately, else what a look finds now. A look that fails is not remembered.</summary>
    public async Task<TValue> FindAsync(TKey key, Func<Task<TValue>> look, CancellationToken cancellation)
    {
        await _looking.WaitAsync(cancellation);
        try
        {
            var now = clock.GetUtcNow();
            foreach (var (old, found) in _found.ToArray())
                if (now - found.At >= keep || found.At > now) _found.Remove(old);
            if (!_found.TryGetValue(key, out var known)) _found[key] = known = (now, await look());
            return known.Value;
        }
        finally
        {
            _looking.Release();
        }
    }

    /// <summary>Looks again when asked next.</summary>
    public async Task ForgetAsync(CancellationToken cancellation)
    {
        await _looking.WaitAsync(cancellation);
        _found.Clear();
        _looking.Release();
    }
}
