using System.Collections.Concurrent;
using RecLab.Events;

namespace RecLab.Serving;

/// <summary>Lists made a moment ago. One is shown again only while everything it was made from is the same: the models on the shelf, the placement, the person's interests and the seed of the
/// exploration. Showing it again still gets its own id and exposure.</summary>
public sealed class ListCache(IConfiguration configuration)
{
    private readonly int _kept = configuration.GetValue("RecLab:Serving:CachedLists", 20_000);
    private int _count; // the dictionary's own takes all its locks
    private readonly ConcurrentDictionary<Key, Entry> _lists = new();

    /// <param name="Seed">Names placement, experiment, phase, person and session.</param>
    public readonly record struct Key(string Seed, string Unit, string? Item, int Count, bool Because, bool Simulated, int? Wanted);

    private sealed record Entry(long Generation, LivePlacement Placement, IReadOnlyList<Interest> Known, ChosenList List);

    /// <summary>The list, or null where none was made from exactly this.</summary>
    public ChosenList? Find(in Key key, long generation, LivePlacement placement, IReadOnlyList<Interest> known) =>
        _lists.TryGetValue(key, out var entry) && entry.Generation == generation && ReferenceEquals(entry.Placement, placement) && ReferenceEquals(entry.Known, known) ? entry.List : null;

    public void Keep(in Key key, long generation, LivePlacement placement, IReadOnlyList<Interest> known, ChosenList list)
    {
        if (_kept <= 0) return;
        var entry = new Entry(generation, placement, known, list);
        if (!_lists.TryAdd(key, entry)) _lists[key] = entry;
        else if (Interlocked.Increment(ref _count) > _kept)
        {
            _lists.Clear();
            Volatile.Write(ref _count, 0);
        }
    }
}
