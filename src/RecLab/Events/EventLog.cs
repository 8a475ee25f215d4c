using Microsoft.EntityFrameworkCore;
using RecLab.Live;
using RecLab.Storage;

namespace RecLab.Events;

/// <summary>The append-only record of what was served and what happened. Whoever appends waits until the rows are durable: one thread takes everything that
/// waits, writes it in one transaction, syncs once and answers all of them (group commit). The queue is bounded; when it is full the log says so at once.</summary>
public sealed class EventLog(EventStore store, IDbContextFactory<RecLabDb> databases, LiveFeed feed, IConfiguration configuration, TimeProvider clock, ILogger<EventLog> log)
    : IHostedService, IDisposable
{
    /// <summary>Rows in one transaction at most: about a tenth of a second of work.</summary>
    private const int GroupSize = 5_000;

    /// <summary>Name of the setting with the installation's currency (ISO 4217).</summary>
    public const string CurrencySetting = "currency";

    private readonly int _capacity = configuration.GetValue("RecLab:Events:Queue", 20_000);
    private readonly object _gate = new(); // the writer sleeps on it, which a Lock cannot do
    private readonly Queue<LogEntry> _waiting = [];
    private readonly RecentEvents _recent = new();
    private Thread? _thread;
    private IdSealer? _sealer;
    private EventWriter? _writer;
    private int _size;
    private bool _open;
    private long _committed;

    /// <summary>Called on the writer's thread after a commit and before anybody is answered, with the interests the group brought. Must be quick and must not throw.</summary>
    public event Action<IReadOnlyList<Interest>>? Committed;

    /// <summary>Seals the ids of served lists.</summary>
    public IdSealer Sealer => _sealer ?? throw new InvalidOperationException("The event log has not been started.");

    /// <summary>The installation's currency, ISO 4217.</summary>
    public string Currency { get; private set; } = "EUR";

    /// <summary>Rows waiting to be written.</summary>
    public int Waiting { get { lock (_gate) return _size; } }

    /// <summary>Rows made durable since the start.</summary>
    public long Rows => Volatile.Read(ref _committed);

    /// <summary>The newest events as they were taken.</summary>
    public RecentEvents Recent => _recent;

    /// <summary>Whether live events still come.</summary>
    public Pulse Pulse { get; } = new();

    /// <summary>Records a served list. Ends when it is durable.</summary>
    /// <param name="text">Its items and propensities as they are stored, where somebody has written them already.</param>
    /// <returns>The list as it is stored: the earlier one where one is stored under this id already.</returns>
    /// <exception cref="EventLogBusyException">The queue is full or the database cannot be written.</exception>
    public async Task<Exposure> AppendAsync(Exposure exposure, ListText? text = null)
    {
        if (exposure.Propensities.Count != exposure.Items.Count) throw new ArgumentException($"{exposure.Items.Count} items need as many propensities, got {exposure.Propensities.Count}.");
        if (exposure.Teams is { } teams && (teams.Owners.Count != exposure.Items.Count || teams.Owners.Any(t => t < 0 || t >= teams.Count)))
            throw new ArgumentException($"{exposure.Items.Count} items need as many owners among {teams.Count} arms.");
        var entry = new ExposureEntry(exposure, text);
        await Enqueue(entry);
        Pulse.Listed(exposure.Simulated);
        return entry.Earlier ?? exposure;
    }

    /// <summary>Records events. Ends when they are durable, with one receipt for each.</summary>
    /// <exception cref="EventLogBusyException">The queue is full or the database cannot be written; send them again.</exception>
    public async Task<IReadOnlyList<EventReceipt>> AppendAsync(IReadOnlyList<ReceivedEvent> events)
    {
        if (events.Count == 0) return [];
        var entry = new EventsEntry(events);
        await Enqueue(entry);
        _recent.Add(events, entry.Receipts);
        if (events.Any(e => !e.Simulated)) Pulse.Heard(clock.GetUtcNow());
        return entry.Receipts;
    }

    /// <summary>Keeps from now on what an experiment asks for beside what is kept of every experiment. Ends when that is durable.</summary>
    /// <param name="measures">For each of the two readings; those of an earlier call are replaced.</param>
    /// <returns>False, and nothing changed, where users of the experiment are counted already.</returns>
    /// <exception cref="EventLogBusyException">The queue is full or the database cannot be written.</exception>
    public async Task<bool> AskAsync(int experiment, IReadOnlyList<(bool Simulated, UnitMeasure Measure)> measures)
    {
        var entry = new AskedEntry(experiment, measures);
        await Enqueue(entry);
        return entry.Taken;
    }

    /// <summary>Counts something that is no event, for the health pages. Nobody waits for it; it is dropped when the log is busy.</summary>
    public void Count(string kind, string placement, bool simulated, int count = 1)
    {
        lock (_gate)
            if (!_open || _size >= _capacity) return;
        _ = Enqueue(new TallyEntry(kind, placement, simulated, clock.GetUtcNow().ToUnixTimeMilliseconds(), count))
            .ContinueWith(t => log.LogDebug(t.Exception, "A count of {Kind} was lost.", kind), TaskContinuationOptions.OnlyOnFaulted);
    }

    public async Task StartAsync(CancellationToken cancellation)
    {
        store.Create();
        var key = await SealKey.ReadAsync(databases, cancellation);
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var currency = await db.Set<Setting>().Where(s => s.Name == CurrencySetting).Select(s => s.Value).SingleOrDefaultAsync(cancellation) ?? "EUR";
        _sealer = new IdSealer(key);
        Currency = currency;
        _writer = new EventWriter(store, _sealer, currency);
        lock (_gate) _open = true;
        _thread = new Thread(Work) { Name = "event log", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Takes nothing new, writes what waits, and ends.</summary>
    public Task StopAsync(CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (!_open) return Task.CompletedTask;
            _open = false;
            Monitor.Pulse(_gate);
        }
        return Task.Run(() => _thread!.Join(), cancellation);
    }

    public void Dispose() => _writer?.Dispose();

    private Task Enqueue(LogEntry entry)
    {
        lock (_gate)
        {
            if (!_open) throw new EventLogBusyException("The event log is not open.");
            if (_size > 0 && _size + entry.Size > _capacity) throw new EventLogBusyException($"{_size} rows are waiting to be written already.");
            _size += entry.Size;
            _waiting.Enqueue(entry);
            if (_waiting.Count == 1) Monitor.Pulse(_gate);
        }
        return entry.Written;
    }

    private void Work()
    {
        List<LogEntry> group = [];
        while (Take(group))
        {
            Write(group);
            group.Clear();
        }
    }

    /// <summary>Waits for something and moves what waits into the group, oldest first, up to its size; false when the log has ended.</summary>
    private bool Take(List<LogEntry> group)
    {
        var size = 0;
        lock (_gate)
        {
            while (_waiting.Count == 0)
            {
                if (!_open) return false;
                Monitor.Wait(_gate);
            }
            while (_waiting.TryPeek(out var next) && (size == 0 || size + next.Size <= GroupSize))
            {
                group.Add(_waiting.Dequeue());
                size += next.Size;
            }
        }
        return true;
    }

    private void Write(List<LogEntry> group)
    {
        try
        {
            _writer!.Write(group);
            Interlocked.Add(ref _committed, group.Sum(e => e.Size));
            Pulse.Wrote(true, clock.GetUtcNow());
            if (_writer.Interests.Count > 0) Committed?.Invoke(_writer.Interests);
            foreach (var entry in group) entry.Done();
            feed.Changed(LiveFeed.Results);
        }
        catch (Exception fault)
        {
            Pulse.Wrote(false, clock.GetUtcNow());
            log.LogError(fault, "A group of {Count} entries could not be written to the event log; the senders were asked to try again.", group.Count);
            var busy = new EventLogBusyException("The event log cannot be written at the moment.", fault);
            foreach (var entry in group) entry.Fail(busy);
        }
        finally
        {
            lock (_gate) _size -= group.Sum(e => e.Size);
        }
    }
}
