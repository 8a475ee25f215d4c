using System.Collections.Concurrent;
using System.Collections.Frozen;
using RecLab.Data;
using RecLab.Recommenders.Data;

namespace RecLab.Serving;

/// <summary>What one version of a model can show as the shop stands now: the model's own items under their numbers, and behind them newcomers, items the shop told of that the model has not learnt.
/// Immutable; the same one serves until the shop says something new.</summary>
internal sealed class Assortment
{
    private const int MostNewcomers = 1_000, Neighbours = 20;
    private readonly ServedModel _served;
    private readonly FrozenDictionary<string, ToldItem> _told;
    private readonly ItemInfo[] _newcomers;
    private readonly (int Item, float Cosine)[][] _like;
    private readonly Dictionary<string, int> _indices = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool[]?> _categories = new(StringComparer.OrdinalIgnoreCase);
    private readonly bool _moved;

    /// <param name="likeness">Asked for only where there are newcomers.</param>
    public Assortment(ServedModel served, FrozenDictionary<string, ToldItem> told, long generation, Func<Likeness> likeness)
    {
        (_served, _told, Generation) = (served, told, generation);
        ToldItem[] fresh = [.. told.Values.Where(i => i.Sold() && served.Items.IndexOf(i.Id) < 0).OrderByDescending(i => i.FirstAt).ThenBy(i => i.Id, StringComparer.Ordinal).Take(MostNewcomers)];
        _newcomers = Array.ConvertAll(fresh, i => i.Over(served.Catalogue.Contains(i.Id) ? served.Catalogue[i.Id] : null));
        for (var i = 0; i < fresh.Length; i++) _indices[fresh[i].Id] = Known + i;
        _like = fresh.Length == 0 ? [] : Like(likeness(), _newcomers);
        foreach (var item in told.Values)
        {
            if (served.Items.IndexOf(item.Id) is not (>= 0 and var index)) continue;
            _moved |= item.Categories is not null;
            if (!item.Sold()) (Withdrawn ??= new bool[Count])[index] = true;
        }
    }

    /// <summary>Of what the shop said that this was made from.</summary>
    public long Generation { get; }

    /// <summary>Items the model has learnt; their numbers are the model's.</summary>
    public int Known => _served.Items.Count;
    public int Newcomers => _newcomers.Length;
    public int Count => Known + Newcomers;

    /// <summary>One flag per item that is not to be had; null where all are.</summary>
    public bool[]? Withdrawn { get; }

    /// <summary>An item's number, or -1.</summary>
    public int IndexOf(string id) => _served.Items.IndexOf(id) is >= 0 and var index ? index : _indices.GetValueOrDefault(id, -1);

    public string IdOf(int index) => index < Known ? _served.Items[index] : _newcomers[index - Known].Id;

    /// <summary>What is known of an item now.</summary>
    public ItemInfo InfoOf(int index)
    {
        if (index >= Known) return _newcomers[index - Known];
        var info = _served.Catalogue[_served.Items[index]];
        return _told.TryGetValue(info.Id, out var told) ? told.Over(info) : info;
    }

    /// <summary>One flag per item of a category; null where no item has it.</summary>
    public bool[]? InCategory(string category) => Newcomers == 0 && !_moved ? _served.InCategory(category) : _categories.GetOrAdd(category, Flags);

    /// <summary>The model's item that a newcomer is most like, or -1; for any other item itself.</summary>
    public int StandIn(int index) => index < Known ? index : _like[index - Known] is [var first, ..] ? first.Item : -1;

    /// <summary>Scores newcomers by content: the mean of the model's scores of the items they are like, weighted by likeness. One like nothing gets the lowest score there is, so that exploration can still draw it.</summary>
    /// <param name="scores">One per item; the model's own are filled in.</param>
    public void ScoreNewcomers(Span<float> scores)
    {
        if (Newcomers == 0) return;
        var lowest = float.PositiveInfinity;
        foreach (var score in scores[..Known])
            if (score < lowest) lowest = score;
        for (var i = 0; i < Newcomers; i++)
        {
            var (sum, weights) = (0f, 0f);
            foreach (var (item, cosine) in _like[i])
                if (!float.IsNaN(scores[item])) (sum, weights) = (sum + cosine * scores[item], weights + cosine);
            scores[Known + i] = weights > 0 ? sum / weights : float.IsPositiveInfinity(lowest) ? 0 : lowest;
        }
    }

    private static (int, float)[][] Like(Likeness likeness, ItemInfo[] newcomers) => Array.ConvertAll(newcomers, n => likeness.Nearest(n, Neighbours));

    private bool[]? Flags(string category)
    {
        var flags = new bool[Count];
        _served.InCategory(category)?.CopyTo(flags, 0);
        foreach (var item in _told.Values)
            if (item.Categories is not null && IndexOf(item.Id) is >= 0 and var index) flags[index] = item.CategoryList()!.Contains(category, StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < _newcomers.Length; i++) flags[Known + i] = _newcomers[i].Categories.Contains(category, StringComparer.OrdinalIgnoreCase);
        return Array.IndexOf(flags, true) < 0 ? null : flags;
    }
}
