using System.Collections.Concurrent;

namespace RecLab.Live;

/// <summary>Carries one message only: "something about this topic changed, read again". No data travels; each listener is told at most twice a second
/// per topic, never twice at the same time, and a change is never lost (the last one is always followed by a call). A slow listener slows only itself.</summary>
public sealed class LiveFeed(TimeProvider clock, ILogger<LiveFeed> log)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<Listener, byte>> _topics = new(StringComparer.Ordinal);

    /// <summary>Topics in use. An experiment's or run's own topic is a name and an id: <c>run:12</c>.</summary>
    public const string Experiments = "experiments", Runs = "runs", Datasets = "datasets", Variants = "variants", Results = "results", Placements = "placements",
        People = "people", Keys = "keys", Searches = "searches", Notices = "notices";

    /// <summary>Says that something about the topic changed. Returns at once; callable from any thread.</summary>
    public void Changed(string topic)
    {
        if (!_topics.TryGetValue(topic, out var listeners)) return;
        foreach (var (listener, _) in listeners) listener.Signal(); // not the keys, which take all its locks
    }

    /// <summary>Calls back after changes, until disposed. The callback runs on a pool thread; what it throws is logged and it is called again at the next change.
    /// Disposed asynchronously, it also waits for a call under way, so that nothing the callback uses is taken from under it; not from within the callback.</summary>
    public Listening Listen(string topic, Func<Task> read)
    {
        var listeners = _topics.GetOrAdd(topic, _ => new());
        var listener = new Listener(read, clock, error => log.LogError(error, "A listener of {Topic} failed", topic), gone => listeners.TryRemove(gone, out _));
        listeners[listener] = 0;
        return listener;
    }

    /// <summary>A place in the audience, until disposed.</summary>
    public abstract class Listening : IDisposable, IAsyncDisposable
    {
        public abstract void Dispose();

        public abstract ValueTask DisposeAsync();
    }

    private sealed class Listener(Func<Task> read, TimeProvider clock, Action<Exception> failed, Action<Listener> leave) : Listening
    {
        private readonly SemaphoreSlim _call = new(1, 1);
        private int _pending, _running, _left;

        public void Signal()
        {
            Volatile.Write(ref _pending, 1);
            if (Interlocked.Exchange(ref _running, 1) == 0) _ = Task.Run(DrainAsync);
        }

        public override void Dispose()
        {
            Volatile.Write(ref _left, 1);
            leave(this);
        }

        public override async ValueTask DisposeAsync()
        {
            Dispose();
            await _call.WaitAsync(); // the call under way is over, and it was the last
            _call.Release();
        }

        private async Task DrainAsync()
        {
            do
            {
                while (Interlocked.Exchange(ref _pending, 0) == 1)
                {
                    await _call.WaitAsync();
                    try
                    {
                        if (Volatile.Read(ref _left) == 1) return;
                        await read();
                    }
#pragma warning disable CA1031 // one listener's failure must not end the feed for it; it is logged
                    catch (Exception error) { failed(error); }
#pragma warning restore CA1031
                    finally
                    {
                        _call.Release();
                    }
                    await Task.Delay(Pause, clock);
                }
                Volatile.Write(ref _running, 0);
            }
            while (Volatile.Read(ref _pending) == 1 && Interlocked.Exchange(ref _running, 1) == 0);
        }
    }
}
