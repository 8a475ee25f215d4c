using System.Collections.Concurrent;
using RecLab.Events;

namespace RecLab.Serving;

/// <summary>What people have shown interest in since the models were trained, at hand in memory: a click is here before its sender is told that it is durable, so the same
/// person's next list knows it. Live and simulated people are kept apart.</summary>
public sealed class Interests : IDisposable
{
    private const int Kept = 200, MaxPeople = 200_000;
    private readonly ConcurrentDictionary<(string Unit, bool Simulated), List<Interest>> _people = new();
    private readonly InterestReader _reader;
    private readonly EventLog _log;

    public Interests(InterestReader reader, EventLog log)
    {
        (_reader, _log) = (reader, log);
        log.Committed += Take;
    }

    /// <summary>The newest interests of a person, oldest first.</summary>
    public Interest[] Of(string unit, bool simulated)
    {
        if (_people.Count > MaxPeople) _people.Clear();
        var list = _people.GetOrAdd((unit, simulated), _ => []);
        lock (list)
        {
            // The first question reads the log under the list's lock; a commit that comes meanwhile waits for it and is added after.
            if (list.Count == 0) Fill(list, unit, simulated);
            return [.. list.Where(i => i.Item.Length > 0)];
        }
    }

    public void Dispose() => _log.Committed -= Take;

    private void Fill(List<Interest> list, string unit, bool simulated)
    {
        list.Add(new(unit, simulated, 0, "", "")); // the mark of a list that has been read
        list.AddRange(_reader.Of(unit, simulated, Kept));
    }

    private void Take(IReadOnlyList<Interest> interests)
    {
        foreach (var interest in interests)
        {
            if (!_people.TryGetValue((interest.Unit, interest.Simulated), out var list)) continue;
            lock (list)
            {
                if (list.Count == 0 || list.Contains(interest)) continue;
                var at = list.Count;
                while (at > 1 && list[at - 1].At > interest.At) at--;
                list.Insert(at, interest);
                if (list.Count > 2 * Kept) list.RemoveRange(1, Kept);
            }
        }
    }
}
