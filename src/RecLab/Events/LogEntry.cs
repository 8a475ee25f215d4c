namespace RecLab.Events;

/// <summary>Something waiting to be written.</summary>
internal abstract class LogEntry
{
    private readonly TaskCompletionSource _written = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>How many rows it stands for in the queue.</summary>
    public abstract int Size { get; }

    /// <summary>Ends when it is durable, or with the reason why it is not.</summary>
    public Task Written => _written.Task;

    public void Done() => _written.TrySetResult();
    public void Fail(Exception reason) => _written.TrySetException(reason);
}

internal sealed class ExposureEntry(Exposure exposure, ListText? text = null) : LogEntry
{
    public Exposure Exposure { get; } = exposure;
    public ListText Text { get; } = text ?? ListText.Of(exposure.Items, exposure.Propensities);

    /// <summary>The list that was stored under this id before; the first write wins.</summary>
    public Exposure? Earlier { get; set; }
    public override int Size => 1;
}

internal sealed class EventsEntry(IReadOnlyList<ReceivedEvent> events) : LogEntry
{
    public IReadOnlyList<ReceivedEvent> Events { get; } = events;
    public EventReceipt[] Receipts { get; } = new EventReceipt[events.Count];
    public override int Size => Events.Count;
}

/// <summary>What an experiment asks to be kept beside what is kept of every experiment.</summary>
internal sealed class AskedEntry(int experiment, IReadOnlyList<(bool Simulated, UnitMeasure Measure)> measures) : LogEntry
{
    public int Experiment => experiment;
    public IReadOnlyList<(bool Simulated, UnitMeasure Measure)> Measures => measures;

    /// <summary>False where users of the experiment are counted already: what it asks stands.</summary>
    public bool Taken { get; set; }
    public override int Size => 1;
}

/// <summary>Something to be counted that is no event: a list without consent, a bot, a rejected body.</summary>
internal sealed class TallyEntry(string kind, string placement, bool simulated, long at, int count) : LogEntry
{
    public string Kind => kind;
    public string Placement => placement;
    public bool Simulated => simulated;
    public long At => at;
    public int Count => count;
    public override int Size => 1;
}

/// <summary>A person's interest in an item.</summary>
/// <param name="At">Unix milliseconds.</param>
/// <param name="Type">click, add_to_cart, purchase, rating or dismiss.</param>
public readonly record struct Interest(string Unit, bool Simulated, long At, string Item, string Type);

/// <summary>The log takes nothing at the moment; try again later. Nothing of the request was stored.</summary>
public sealed class EventLogBusyException(string message, Exception? inner = null) : Exception(message, inner);
