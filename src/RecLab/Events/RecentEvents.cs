namespace RecLab.Events;

/// <summary>An event as it was taken, for the page that shows whether anything arrives.</summary>
/// <param name="At">When it arrived, Unix milliseconds.</param>
/// <param name="Recommendation">The id of the list as it was sent, or null.</param>
public sealed record RecentEvent(long At, string Type, string? Item, string? Unit, string? Recommendation, bool Simulated, EventReceipt Receipt);

/// <summary>The newest events of this process, kept in memory only.</summary>
public sealed class RecentEvents
{
    private const int Kept = 200;
    private readonly Lock _gate = new();
    private readonly LinkedList<RecentEvent> _events = [];

    /// <summary>Newest first.</summary>
    public IReadOnlyList<RecentEvent> Read() { lock (_gate) return [.. _events]; }

    internal void Add(IReadOnlyList<ReceivedEvent> events, IReadOnlyList<EventReceipt> receipts)
    {
        lock (_gate)
        {
            for (var i = Math.Max(0, events.Count - Kept); i < events.Count; i++)
            {
                var e = events[i];
                _events.AddFirst(new RecentEvent(e.ReceivedAt, e.Type, e.Item, e.Unit, e.Recommendation, e.Simulated, receipts[i]));
            }
            while (_events.Count > Kept) _events.RemoveLast();
        }
    }
}
