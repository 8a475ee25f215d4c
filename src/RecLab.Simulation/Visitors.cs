using RecLab.Simulation.Clicks;
using RecLab.Simulation.Worlds;
using RecLab.Statistics;

namespace RecLab.Simulation;

/// <summary>Who comes, and how often.</summary>
/// <param name="Seed">Same seed, world and lists, same trace.</param>
/// <param name="People">At most this many visitors; fewer where the world has fewer.</param>
/// <param name="Days">Length of the simulated period.</param>
/// <param name="SessionsEach">Average sessions a visitor, at least one.</param>
/// <param name="Start">Midnight of the first simulated day, UTC.</param>
public sealed record VisitorOptions(int Seed, int People, int Days, double SessionsEach, DateTimeOffset Start);

/// <summary>One visit.</summary>
/// <param name="User">Index in the world's vocabulary.</param>
/// <param name="UserId">Outside id.</param>
/// <param name="Number">0, 1, ... per user.</param>
/// <param name="At">Simulated time of the request.</param>
public sealed record Visit(int User, string UserId, int Number, DateTimeOffset At)
{
    /// <summary>The session id sent with requests and events.</summary>
    public string Session => $"{UserId}/{Number}";
}

/// <summary>Something a visitor did with a list.</summary>
/// <param name="Position">1-based.</param>
/// <param name="Type">"viewable" or "click".</param>
public sealed record VisitEvent(int Position, string ItemId, string Type, DateTimeOffset At);

/// <summary>Draws visitors: who they are, when they come, what they do with a list. Everything is a pure function of the seed and of (user, session, position),
/// so the same lists give the same trace at any number of threads; visitors draw the same numbers whichever variant they see (common random numbers).</summary>
public sealed class Visitors
{
    private readonly World _world;
    private readonly ClickModel _clicks;
    private readonly VisitorOptions _options;
    private readonly Dice _dice;
    private enum Draw { Chosen = 400, Sessions, Activity, When, Look, Return }

    /// <exception cref="ArgumentOutOfRangeException">No people, days or sessions.</exception>
    public Visitors(World world, ClickModel clicks, VisitorOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.People);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Days);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.SessionsEach, 1);
        (_world, _clicks, _options, _dice) = (world, clicks, options, Dice.Of(options.Seed));
        People = [.. world.People.OrderBy(u => _dice.For((int)Draw.Chosen).Bits(u)).Take(options.People)];
    }

    /// <summary>The visitors, in an order drawn from the seed.</summary>
    public IReadOnlyList<int> People { get; }

    /// <summary>The visits one person plans, oldest first: a Poisson number with a mean that differs between people (gamma-like activity), at least one, at times of day when people are awake.
    /// A visitor may stop coming earlier: see <see cref="ComesBack"/>.</summary>
    public IReadOnlyList<Visit> Visits(int user)
    {
        var activity = -Math.Log(1 - Unit(Draw.Activity, user));
        var count = 1 + Poisson((_options.SessionsEach - 1) * activity, user);
        return [.. Enumerable.Range(0, count).Select(s => When(user, s)).Order().Select((at, s) => new Visit(user, _world.Users[user], s, at))];
    }

    /// <summary>What the visitor does with a list: "viewable" for what was examined, "click" for what was clicked, in order of time.</summary>
    /// <param name="visit">The visit.</param>
    /// <param name="items">Item indices shown, best position first; -1 for an item the world does not know (never liked).</param>
    /// <param name="ids">Their outside ids.</param>
    /// <param name="appeal">Factor on every P(click given examined), 0..1; the draws stay the same, so the clicks of a smaller factor are among those of a larger one.</param>
    public IReadOnlyList<VisitEvent> React(Visit visit, IReadOnlyList<int> items, IReadOnlyList<string> ids, double appeal = 1)
    {
        var all = System.Buffers.ArrayPool<float>.Shared.Rent(_world.Items.Count);
        try
        {
            var attraction = all.AsSpan(0, _world.Items.Count);
            _world.Attraction(visit.User, attraction);
            var shown = new double[items.Count];
            for (var k = 0; k < shown.Length; k++) shown[k] = appeal * (items[k] < 0 ? World.Noise : attraction[items[k]]);
            var look = _dice.For((int)Draw.Look).For(visit.User).For(visit.Number);
            var reactions = _clicks.React(shown, (position, purpose) => look.For(position).Uniform(purpose));
            List<VisitEvent> events = [];
            for (var k = 0; k < reactions.Length; k++)
            {
                if (reactions[k].Examined) events.Add(new(k + 1, ids[k], "viewable", visit.At.AddSeconds(1 + 2 * k)));
                if (reactions[k].Clicked) events.Add(new(k + 1, ids[k], "click", visit.At.AddSeconds(2 + 2 * k)));
            }
            return events;
        }
        finally { System.Buffers.ArrayPool<float>.Shared.Return(all); }
    }

    /// <summary>Whether the visitor comes back after this visit: 0.85, or 0.97 after a click; satisfied people return.</summary>
    public bool ComesBack(Visit visit, int clicks) => Unit(Draw.Return, visit.User, visit.Number) < (clicks > 0 ? 0.97 : 0.85);

    private DateTimeOffset When(int user, int session)
    {
        var day = (int)(Unit(Draw.When, user, session) * _options.Days);
        // Waking hours, most of them in the afternoon: the mean of three uniforms over 7:00 to 23:30.
        var hour = 7 + 16.5 * (Unit(Draw.When, user, session, 1) + Unit(Draw.When, user, session, 2) + Unit(Draw.When, user, session, 3)) / 3;
        return _options.Start.AddDays(day).AddSeconds(Math.Floor(hour * 3600));
    }

    private int Poisson(double mean, int user)
    {
        var (limit, product, count) = (Math.Exp(-Math.Min(mean, 50)), Unit(Draw.Sessions, user), 0);
        while (product > limit && count < 200) product *= Unit(Draw.Sessions, user, ++count);
        return count;
    }

    private double Unit(Draw draw, int user, int a = 0, int b = 0) => _dice.For((int)draw).For(user).For(a).Uniform(b);
}
