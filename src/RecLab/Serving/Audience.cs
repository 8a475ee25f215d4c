using System.Collections.Concurrent;
using RecLab.Experiments;

namespace RecLab.Serving;

/// <summary>What share of the people seen lately matches some conditions.</summary>
/// <param name="People">Different people of the sample.</param>
/// <param name="Matching">Of them those for whom every condition holds.</param>
public sealed record AudienceShare(int People, int Matching)
{
    public double? Share => People == 0 ? null : (double)Matching / People;
}

/// <summary>An attribute as it was seen lately.</summary>
/// <param name="Values">The most frequent values with the number of people, at most eight.</param>
public sealed record SeenAttribute(string Name, IReadOnlyList<(string Value, int People)> Values);

/// <summary>Who asks: completes what is known of a request by what RecLab knows itself, and remembers the newest people of each placement in memory, so that a targeting can be tried on them before
/// it is kept. Nothing of it is stored.</summary>
public sealed class Audience(ModelShelf models, UserShelf users)
{
    /// <summary>Name of the attribute that says whether the models have learnt from this person: "true" or "false". A request cannot claim it.</summary>
    public const string Known = "known";

    private const int Newest = 2000;
    private readonly ConcurrentDictionary<(string Placement, bool Simulated), Sample> _samples = new();

    /// <summary>The attributes by which this person is targeted and divided: what the host told of the user before, over it what came with the request, over that what RecLab knows itself.</summary>
    /// <param name="given">What came with the request.</param>
    public IReadOnlyDictionary<string, string> Complete(string unit, IReadOnlyDictionary<string, string>? given)
    {
        var attributes = new Dictionary<string, string>(users.Of(unit), StringComparer.Ordinal);
        foreach (var (name, value) in given ?? new Dictionary<string, string>()) attributes[name] = value;
        attributes[Known] = IsKnown(unit) ? "true" : "false";
        return attributes;
    }

    /// <summary>Remembers somebody.</summary>
    public void See(string placement, bool simulated, string unit, IReadOnlyDictionary<string, string>? given) => _samples.GetOrAdd((placement, simulated), _ => new()).Add(unit, given);

    /// <summary>How many of the newest people at a placement match all conditions; live people where there are any, else simulated ones.</summary>
    public AudienceShare Match(string placement, IReadOnlyCollection<Condition> conditions)
    {
        var people = People(placement);
        return new(people.Count, people.Count(p => Complete(p.Unit, p.Given) is var attributes && conditions.All(c => c.Holds(attributes))));
    }

    /// <summary>The attributes the newest people at a placement came with, by name.</summary>
    public IReadOnlyList<SeenAttribute> Seen(string placement) =>
        [.. People(placement).SelectMany(p => Complete(p.Unit, p.Given)).GroupBy(a => a.Key, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => new SeenAttribute(g.Key, [.. g.GroupBy(a => a.Value, StringComparer.OrdinalIgnoreCase).OrderByDescending(v => v.Count()).ThenBy(v => v.Key, StringComparer.Ordinal).Take(8).Select(v => (v.Key, v.Count()))]))];

    private bool IsKnown(string unit)
    {
        foreach (var model in models.All)
            if (model.Past.Users.IndexOf(unit) >= 0) return true;
        return models.LastResort is { } last && last.Past.Users.IndexOf(unit) >= 0;
    }

    private IReadOnlyCollection<(string Unit, IReadOnlyDictionary<string, string>? Given)> People(string placement)
    {
        foreach (var simulated in new[] { false, true })
            if (_samples.TryGetValue((placement, simulated), out var sample) && sample.Read() is { Count: > 0 } people) return people;
        return [];
    }

    /// <summary>The newest requests, each person with the newest of theirs.</summary>
    private sealed class Sample
    {
        private readonly Visit?[] _ring = new Visit?[Newest];
        private long _count;

        private sealed record Visit(string Unit, IReadOnlyDictionary<string, string>? Given);

        // every list passes here: a place of one's own in the ring instead of a lock
        public void Add(string unit, IReadOnlyDictionary<string, string>? given) => Volatile.Write(ref _ring[(Interlocked.Increment(ref _count) - 1) % Newest], new(unit, given));

        public IReadOnlyCollection<(string Unit, IReadOnlyDictionary<string, string>? Given)> Read()
        {
            Dictionary<string, (string, IReadOnlyDictionary<string, string>?)> people = new(StringComparer.Ordinal);
            var count = Interlocked.Read(ref _count);
            for (var i = Math.Max(0, count - Newest); i < count; i++)
                if (Volatile.Read(ref _ring[i % Newest]) is { } visit) people[visit.Unit] = (visit.Unit, visit.Given); // null: somebody is about to take the place
            return people.Values;
        }
    }
}
