using RecLab.Recommenders.Data;

namespace RecLab.Serving;

/// <summary>Which of a model's items a description is like: items and descriptions are vectors of the words of their title and their categories, weighted by rarity (ln(N / n)), compared by the cosine.
/// It gives an item that no model has learnt yet a place among those that were.</summary>
/// <remarks>Salton and Buckley, "Term-weighting approaches in automatic text retrieval", 1988.</remarks>
internal sealed class Likeness
{
    /// <summary>A term of more than this share of the items says nothing.</summary>
    private const double CommonShare = 0.5;

    private readonly Dictionary<string, List<int>> _items = new(StringComparer.Ordinal);
    private readonly double[] _lengths;

    public Likeness(ServedModel served)
    {
        var count = served.Items.Count;
        for (var i = 0; i < count; i++)
            foreach (var term in Terms(served.Catalogue[served.Items[i]]))
            {
                if (!_items.TryGetValue(term, out var with)) _items[term] = with = [];
                with.Add(i);
            }
        foreach (var (term, with) in _items.ToArray())
            if (with.Count > CommonShare * count) _items.Remove(term);
        _lengths = new double[count];
        foreach (var with in _items.Values)
        {
            var weight = Rarity(with.Count);
            foreach (var i in with) _lengths[i] += weight * weight;
        }
        for (var i = 0; i < count; i++) _lengths[i] = Math.Sqrt(_lengths[i]);
    }

    /// <summary>The items most like a description, with their cosine, best first; none where nothing is shared.</summary>
    public (int Item, float Cosine)[] Nearest(ItemInfo item, int most)
    {
        Dictionary<int, double> products = [];
        var length = 0.0;
        foreach (var term in Terms(item))
        {
            if (!_items.TryGetValue(term, out var with)) continue;
            var weight = Rarity(with.Count);
            length += weight * weight;
            foreach (var i in with) products[i] = products.GetValueOrDefault(i) + weight * weight;
        }
        return [.. products.Select(p => (Item: p.Key, Cosine: (float)(p.Value / (_lengths[p.Key] * Math.Sqrt(length))))).OrderByDescending(p => p.Cosine).ThenBy(p => p.Item).Take(most)];
    }

    private double Rarity(int with) => Math.Log((double)_lengths.Length / with);

    /// <summary>Each once: categories, and words of the title of two letters or digits and more.</summary>
    private static HashSet<string> Terms(ItemInfo item)
    {
        HashSet<string> terms = new(StringComparer.Ordinal);
        foreach (var category in item.Categories) terms.Add("category:" + category.ToLowerInvariant());
        foreach (var word in item.Title.ToLowerInvariant().Split([' ', ',', '.', '-', ':', ';', '(', ')', '/', '\'', '"', '<', '>'], StringSplitOptions.RemoveEmptyEntries))
            if (word.Length > 1) terms.Add(word);
        return terms;
    }
}
