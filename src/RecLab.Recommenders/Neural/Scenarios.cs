using RecLab.Recommenders.Data;

namespace RecLab.Recommenders.Neural;

/// <summary>Which scenario each item belongs to: its first category, as far as that is among the commonest; the others share one.</summary>
internal sealed record Scenarios(int[] OfItem, int Count)
{
    /// <param name="most">Scenarios at most, that of the others included.</param>
    public static Scenarios Of(Interactions data, int most)
    {
        var first = data.Items.Ids.Select(id => data.Catalogue[id].Categories.FirstOrDefault()).ToArray();
        var named = first.OfType<string>().CountBy(c => c, StringComparer.Ordinal).OrderByDescending(c => c.Value).ThenBy(c => c.Key, StringComparer.Ordinal).Take(most - 1)
            .Select((c, n) => (c.Key, n)).ToDictionary(c => c.Key, c => c.n, StringComparer.Ordinal);
        return new([.. first.Select(c => c is not null && named.TryGetValue(c, out var n) ? n : named.Count)], named.Count + 1);
    }
}
