namespace RecLab.Recommenders.Data;

/// <summary>Where each row came about: a placement of the shop, a device, a country. Few names, many rows.</summary>
public sealed class ScenarioColumn
{
    /// <summary>More different names than this are no scenarios.</summary>
    public const int Most = 1000;

    /// <param name="names">The scenarios there are.</param>
    /// <param name="ofRow">Index into <paramref name="names"/> of each row, -1 where it is not known.</param>
    /// <exception cref="ArgumentException">An index is out of range, or there are too many names.</exception>
    public ScenarioColumn(Vocabulary names, int[] ofRow)
    {
        if (names.Count > Most) throw new ArgumentException($"{names.Count} scenarios are more than {Most}.");
        for (var row = 0; row < ofRow.Length; row++)
            if (ofRow[row] < -1 || ofRow[row] >= names.Count) throw new ArgumentException($"Row {row}: scenario index {ofRow[row]} is outside -1..{names.Count - 1}.");
        (Names, OfRow) = (names, ofRow);
    }

    public Vocabulary Names { get; }

    /// <summary>Index of each row's scenario, or -1.</summary>
    public int[] OfRow { get; }

    /// <summary>The column of rows that are named one by one; null where no row has a name. Names are in ordinal order.</summary>
    public static ScenarioColumn? Of(IReadOnlyList<string?> rows)
    {
        string[] names = [.. rows.OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        if (names.Length == 0) return null;
        var vocabulary = new Vocabulary(names);
        return new(vocabulary, [.. rows.Select(name => name is null ? -1 : vocabulary.IndexOf(name))]);
    }

    /// <summary>The same names for other rows.</summary>
    /// <param name="row">Which row each of them was.</param>
    public ScenarioColumn Rows(ReadOnlySpan<int> row)
    {
        var picked = new int[row.Length];
        for (var i = 0; i < picked.Length; i++) picked[i] = OfRow[row[i]];
        return new(Names, picked);
    }

    /// <summary>How many rows each scenario has.</summary>
    public int[] Counts()
    {
        var counts = new int[Names.Count];
        foreach (var scenario in OfRow) if (scenario >= 0) counts[scenario]++;
        return counts;
    }
}
