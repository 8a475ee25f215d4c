namespace RecLab.Doors;

/// <summary>What came from one origin in the last hour.</summary>
/// <param name="Origin">"https://shop.example", as the browser said it.</param>
/// <param name="Answered">Requests that passed the door.</param>
/// <param name="Refused">Requests turned away because of key or origin.</param>
/// <param name="LastRefusal">Why the last of them was, or null.</param>
/// <param name="Placements">Placements asked for, by name.</param>
public sealed record OriginSeen(string Origin, long Answered, long Refused, DateTimeOffset LastAt, string? LastRefusal, IReadOnlyList<string> Placements);

/// <summary>Which sites browsers came from in the last hour, the refused ones too, so that an installation can be tested. In memory and bounded: when it is full,
/// the origin that was only ever refused and was seen longest ago makes room.</summary>
public sealed class OriginBook(TimeProvider clock)
{
    private const int Most = 200, MostPlacements = 20, Longest = 200, Minutes = 60;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    private sealed class Entry
    {
        public readonly (long Minute, long Answered, long Refused)[] Ring = new (long, long, long)[Minutes];
        public readonly SortedSet<string> Placements = new(StringComparer.Ordinal);
        public long LastAt, LastAnswered;
        public string? LastRefusal;
    }

    /// <param name="placement">As asked for, or null where the request names none.</param>
    /// <param name="refusal">Why it was turned away, or null.</param>
    public void Add(string origin, string? placement, string? refusal)
    {
        if (origin.Length > Longest || origin.Any(char.IsControl)) return;
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var minute = now / 60_000;
        lock (_gate)
        {
            if (!_entries.TryGetValue(origin, out var entry))
            {
                if (_entries.Count >= Most) _entries.Remove(_entries.MinBy(e => (e.Value.LastAnswered > 0, e.Value.LastAt)).Key);
                _entries[origin] = entry = new();
            }
            ref var slot = ref entry.Ring[minute % Minutes];
            if (slot.Minute != minute) slot = (minute, 0, 0);
            if (refusal is null) (slot.Answered, entry.LastAnswered) = (slot.Answered + 1, now);
            else (slot.Refused, entry.LastRefusal) = (slot.Refused + 1, refusal);
            entry.LastAt = now;
            if (refusal is null && placement is { Length: > 0 and <= 40 } && entry.Placements.Count < MostPlacements) entry.Placements.Add(placement);
        }
    }

    /// <summary>The origins of the last hour, the newest first.</summary>
    public IReadOnlyList<OriginSeen> LastHour()
    {
        var oldest = clock.GetUtcNow().ToUnixTimeMilliseconds() / 60_000 - Minutes + 1;
        lock (_gate)
            return [.. _entries.Select(e => (e.Key, e.Value, Answered: e.Value.Ring.Where(r => r.Minute >= oldest).Sum(r => r.Answered), Refused: e.Value.Ring.Where(r => r.Minute >= oldest).Sum(r => r.Refused)))
                .Where(e => e.Answered + e.Refused > 0).OrderByDescending(e => e.Value.LastAt)
                .Select(e => new OriginSeen(e.Key, e.Answered, e.Refused, DateTimeOffset.FromUnixTimeMilliseconds(e.Value.LastAt), e.Refused > 0 ? e.Value.LastRefusal : null, [.. e.Value.Placements]))];
    }
}
