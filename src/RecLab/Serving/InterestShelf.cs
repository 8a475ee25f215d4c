using System.Collections.Concurrent;
using RecLab.Events;

namespace RecLab.Serving;

/// <summary>What people have shown interest in since the models were trained. A click that the log has acknowledged is in the next answer: the
/// log says whose interests changed before it answers the sender.</summary>
public sealed class InterestShelf
{
    private const int Kept = 50_000, Newest = 200;
    private readonly InterestReader _reader;
    private readonly ConcurrentDictionary<(string Unit, bool Simulated), IReadOnlyList<Interest>> _shelf = new();
    private long _changes;
    private int _count; // the dictionary's own takes all its locks

    public InterestShelf(InterestReader reader, EventLog log)
    {
        _reader = reader;
        log.Committed += Forget;
    }

    /// <summary>The newest interests of a person, oldest first.</summary>
    public IReadOnlyList<Interest> Of(string unit, bool simulated)
    {
        if (_shelf.TryGetValue((unit, simulated), out var known)) return known;
        var before = Interlocked.Read(ref _changes);
        var read = _reader.Of(unit, simulated, Newest);
        if (Interlocked.Increment(ref _count) > Kept)
        {
            _shelf.Clear();
            Volatile.Write(ref _count, 0);
        }
        // what was read may be old already when something was committed meanwhile
        if (Interlocked.Read(ref _changes) == before)
        {
            _shelf[(unit, simulated)] = read;
            if (Interlocked.Read(ref _changes) != before) _shelf.TryRemove((unit, simulated), out _);
        }
        return read;
    }

    private void Forget(IReadOnlyList<Interest> interests)
    {
        Interlocked.Increment(ref _changes);
        foreach (var interest in interests) _shelf.TryRemove((interest.Unit, interest.Simulated), out _);
    }
}
