using RecLab.Data;

namespace RecLab.Events;

/// <summary>What one person did with one item, in one number.</summary>
/// <param name="Weight">Sum of the weights of the acts, at most the recipe's.</param>
/// <param name="Seconds">Unix time of the last of them.</param>
/// <param name="Placement">Where the last of them came about that followed from a list; null where none did.</param>
internal readonly record struct LogPair(string Unit, string Item, float Weight, long Seconds, string? Placement = null);

/// <summary>Adds interactions up per person and item, and keeps count of what was taken and what was not.</summary>
internal sealed class LogGathering(LogRecipe recipe, Func<string, bool> isKnownItem)
{
    private const string Repeated = "repeats of an act on the same list", Unknown = "items that the base data set does not know", Worthless = "ratings of no stars";
    private readonly List<(string Unit, string Item, double Weight, long At, string? Placement)> _acts = [];
    private readonly SortedDictionary<string, long> _taken = new(StringComparer.Ordinal), _left = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);

    /// <summary>When the oldest and newest event taken happened, Unix milliseconds.</summary>
    public (long First, long Last) Span => (_acts[0].At, _acts[^1].At);

    /// <summary>Takes an interaction in, or notes why not. They come oldest first.</summary>
    public void Add(in Interaction act)
    {
        var weight = recipe.Weights[act.Type] * (act.Type == EventTypes.Rating ? Math.Max(0, act.Value ?? 0) : 1);
        var reason = act.LeftOut switch
        {
            LeftOut.Nobody => "no person is named (no consent, no user id or a program)",
            LeftOut.NoItem => "no item is named",
            LeftOut.UnsureTime => "when it happened is not sure",
            LeftOut.Tester => "testers of an experiment",
            LeftOut.Machine => "users who behave like machines",
            _ => !isKnownItem(act.Item) ? Unknown : weight <= 0 ? Worthless : null,
        };
        if (reason is not null)
        {
            _left[reason] = _left.GetValueOrDefault(reason) + act.Events;
            return;
        }
        _taken[act.Type] = _taken.GetValueOrDefault(act.Type) + 1;
        if (act.Events > 1) _left[Repeated] = _left.GetValueOrDefault(Repeated) + act.Events - 1;
        _acts.Add((Shared(act.Unit), Shared(act.Item), weight, act.At, act.Placement is null ? null : Shared(act.Placement)));
    }

    /// <summary>One row per person and item, in the order of the last act.</summary>
    public IReadOnlyList<LogPair> Pairs()
    {
        Dictionary<(string, string), (double Weight, long At, string? Placement)> pairs = [];
        foreach (var (unit, item, weight, at, placement) in _acts)
        {
            var decayed = recipe.HalfLifeDays is { } days ? weight * Math.Pow(2, -(_acts[^1].At - at) / (days * EventTimes.Day)) : weight;
            var before = pairs.GetValueOrDefault((unit, item));
            pairs[(unit, item)] = (before.Weight + decayed, at, placement ?? before.Placement);
        }
        return [.. pairs.OrderBy(p => p.Value.At).ThenBy(p => p.Key.Item1, StringComparer.Ordinal).ThenBy(p => p.Key.Item2, StringComparer.Ordinal)
            .Select(p => new LogPair(p.Key.Item1, p.Key.Item2, (float)Math.Min(recipe.Most, p.Value.Weight), Math.DivRem(p.Value.At, 1000).Quotient, p.Value.Placement))];
    }

    public IReadOnlyList<LogCount> Counts() => [.. _taken.Select(t => new LogCount(t.Key, recipe.Weights[t.Key], t.Value))];
    public IReadOnlyList<LogLeftOut> Missing() => [.. _left.Select(l => new LogLeftOut(l.Key, l.Value))];

    /// <summary>One string for each id however often it was read.</summary>
    private string Shared(string text) => _names.TryGetValue(text, out var kept) ? kept : _names[text] = text;
}
