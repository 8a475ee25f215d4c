using System.Collections.Concurrent;

namespace RecLab.Live;

/// <summary>Carries one message only: "something about this topic changed, read again". No data travels; listeners are told at most twice a second
/// per topic, and a change is never lost (the last one is always followed by a call).</summary>
public sealed class LiveFeed(TimeProvider clock)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private readonly ConcurrentDictionary<string, Topic> _topics = new(StringComparer.Ordinal);

    /// <summary>Topics in use. An experiment's or run's own topic is a name and an id: <c>run:12</c>.</summary>
    public const string Experiments = "experiments", Runs = "runs", Datasets = "datasets", Variants = "variants", Results = "results", Placements = "placements";

    /// <summary>Says that something about the topic changed. Returns at once; callable from any thread.</summary>
    public void Changed(string topic)
    {
        if (_topics.TryGetValue(topic, out var listeners)) listeners.Signal();
    }

    /// <summary>Calls back after changes, until disposed. The callback runs on a pool thread and must not throw.</summary>
    public IDisposable Listen(string topic, Func<Task> read) => _topics.GetOrAdd(topic, _ => new Topic(clock, Pause)).Add(read);

    private sealed class Topic(TimeProvider clock, TimeSpan pause)
    {
        private readonly ConcurrentDictionary<Guid, Func<Task>> _readers = new();
        private int _pending, _running;

        public IDisposable Add(Func<Task> read)
        {
            var id = Guid.NewGuid();
            _readers[id] = read;
            return new Leaving(() => _readers.TryRemove(id, out _));
        }

        public void Signal()
        {
            Volatile.Write(ref _pending, 1);
            if (Interlocked.Exchange(ref _running, 1) == 0) _ = Task.Run(Drain);
        }

        private async Task Drain()
        {
            do
            {
                while (Interlocked.Exchange(ref _pending, 0) == 1)
                {
                    await Task.WhenAll(_readers.Values.Select(read => read()));
                    await Task.Delay(pause, clock);
                }
                Volatile.Write(ref _running, 0);
            }
            while (Volatile.Read(ref _pending) == 1 && Interlocked.Exchange(ref _running, 1) == 0);
        }
    }

    private sealed class Leaving(Action leave) : IDisposable
    {
        public void Dispose() => leave();
    }
}
