using System.Net;

namespace RecLab.Access;

/// <summary>Counts failed sign-ins by network address over the last quarter of an hour, so that one place cannot try many accounts. <c>RecLab:Rate:SignIn</c> failures (50) close the
/// door to that address for the rest of the time; an account has its own limit beside it. IPv6 addresses count by their /64, which one subscriber has whole. In memory and bounded.</summary>
public sealed class FailedSignIns(IConfiguration configuration, TimeProvider clock)
{
    private const int MostAddresses = 10_000;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(15);
    private readonly int _limit = configuration.GetValue("RecLab:Rate:SignIn", 50);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Queue<DateTimeOffset>> _failures = new(StringComparer.Ordinal);

    /// <summary>Whether this address has failed too often.</summary>
    public bool TooMany(IPAddress? address)
    {
        lock (_gate) return _failures.TryGetValue(Name(address), out var times) && Recent(times) >= _limit;
    }

    /// <summary>One more failure.</summary>
    public void Add(IPAddress? address)
    {
        lock (_gate)
        {
            var name = Name(address);
            if (!_failures.TryGetValue(name, out var times))
            {
                if (_failures.Count >= MostAddresses) Forget();
                _failures[name] = times = new();
            }
            times.Enqueue(clock.GetUtcNow());
            if (times.Count > _limit) times.Dequeue();
        }
    }

    private int Recent(Queue<DateTimeOffset> times)
    {
        var oldest = clock.GetUtcNow() - Window;
        while (times.TryPeek(out var first) && first <= oldest) times.Dequeue();
        return times.Count;
    }

    /// <summary>Makes room: whoever has not failed lately goes, or else the one whose last failure is oldest.</summary>
    private void Forget()
    {
        foreach (var (name, times) in _failures.ToArray())
            if (Recent(times) == 0) _failures.Remove(name);
        if (_failures.Count >= MostAddresses) _failures.Remove(_failures.MinBy(f => f.Value.Last()).Key);
    }

    private static string Name(IPAddress? address) => Subscriber.Of(address)?.ToString() ?? "";
}
