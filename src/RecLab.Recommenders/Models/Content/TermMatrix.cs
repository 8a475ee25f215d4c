using RecLab.Recommenders.Data;

namespace RecLab.Recommenders.Models.Content;

/// <summary>Items by terms: each field of an item's description (title, categories, attributes, text) becomes a unit vector of term weights,
/// the fields are added with their weights, and the sum is scaled to length one.</summary>
/// <remarks>Salton and Buckley, "Term-weighting approaches in automatic text retrieval", 1988: (1 + ln tf) ln(N / df).</remarks>
internal static class TermMatrix
{
    public static SparseMatrix Of(Interactions data, ContentOptions options, CancellationToken cancellation)
    {
        var terms = new Dictionary<string, int>(StringComparer.Ordinal);
        var items = new Dictionary<int, int>[data.Items.Count][];
        for (var i = 0; i < items.Length; i++)
        {
            if (i % 256 == 0) cancellation.ThrowIfCancellationRequested();
            items[i] = data.Catalogue.Contains(data.Items[i]) ? [.. FieldsOf(data.Catalogue[data.Items[i]]).Select(words => Counts(words, terms))] : [];
        }
        var weights = new[] { options.TitleWeight, options.CategoryWeight, options.AttributeWeight, options.DescriptionWeight };
        var frequency = new int[terms.Count];
        foreach (var term in items.SelectMany(fields => fields.Where((_, f) => weights[f] > 0).SelectMany(f => f.Keys).Distinct())) frequency[term]++;
        var described = items.Count(fields => fields.Length > 0);
        var idf = Array.ConvertAll(frequency, f => f >= options.FewestItems && f <= options.MostShare * described ? options.TermWeight == TermWeight.Count ? 1 : Math.Log((double)described / f) : 0);
        Func<int, double> often = options.TermWeight == TermWeight.Count ? n => n : n => 1 + Math.Log(n);
        return Compress(items.Select(fields => Vector(fields, weights, idf, often)).ToArray(), terms.Count);
    }

    /// <summary>Words of title, categories, attributes and description; categories and attribute values are words as a whole.</summary>
    private static IEnumerable<IEnumerable<string>> FieldsOf(ItemInfo item) =>
    [
        Words(item.Title),
        item.Categories.Select(c => "category:" + c.ToLowerInvariant()),
        (item.Attributes ?? new Dictionary<string, string>()).SelectMany(a => a.Value.Split('|').Select(v => $"{a.Key}:{v.ToLowerInvariant()}")),
        Words(item.Description),
    ];

    /// <summary>Runs of letters and digits in lower case, two characters and longer.</summary>
    internal static IEnumerable<string> Words(string text)
    {
        for (int start = -1, at = 0; at <= text.Length; at++)
        {
            var inside = at < text.Length && char.IsLetterOrDigit(text[at]);
            if (inside && start < 0) start = at;
            if (inside || start < 0) continue;
            if (at - start > 1) yield return text[start..at].ToLowerInvariant();
            start = -1;
        }
    }

    private static Dictionary<int, int> Counts(IEnumerable<string> words, Dictionary<string, int> terms)
    {
        var counts = new Dictionary<int, int>();
        foreach (var word in words)
        {
            if (!terms.TryGetValue(word, out var term)) terms[word] = term = terms.Count;
            counts[term] = counts.GetValueOrDefault(term) + 1;
        }
        return counts;
    }

    private static SortedDictionary<int, double> Vector(Dictionary<int, int>[] fields, double[] weights, double[] idf, Func<int, double> often)
    {
        var sum = new SortedDictionary<int, double>();
        for (var f = 0; f < fields.Length; f++)
        {
            if (weights[f] == 0) continue;
            var length = Math.Sqrt(fields[f].Sum(t => Math.Pow(often(t.Value) * idf[t.Key], 2)));
            if (length == 0) continue;
            foreach (var (term, count) in fields[f])
                if (idf[term] > 0) sum[term] = sum.GetValueOrDefault(term) + weights[f] * often(count) * idf[term] / length;
        }
        return sum;
    }

    private static SparseMatrix Compress(SortedDictionary<int, double>[] vectors, int terms)
    {
        var starts = new int[vectors.Length + 1];
        for (var i = 0; i < vectors.Length; i++) starts[i + 1] = checked(starts[i] + vectors[i].Count);
        var columns = new int[starts[^1]];
        var values = new float[starts[^1]];
        for (var i = 0; i < vectors.Length; i++)
        {
            var length = Math.Sqrt(vectors[i].Values.Sum(v => v * v));
            var at = starts[i];
            foreach (var (term, weight) in vectors[i]) (columns[at], values[at++]) = (term, (float)(weight / length));
        }
        return SparseMatrix.Of(terms, starts, columns, values);
    }
}
