using System.Text.RegularExpressions;

namespace RecLab.Serving;

/// <summary>What somebody wants a placement to be.</summary>
public sealed partial record PlacementDraft
{
    private const int LongestId = 256, MostBlocked = 5000, MostCategories = 50, MostFallbacks = 5;

    /// <summary>The largest exploration share that is accepted.</summary>
    public const double MostExploration = 0.5;

    /// <summary>Lower-case letters, digits and hyphens, 1..40; fixed once the placement exists.</summary>
    public string Key { get; init; } = "";
    public string Name { get; init; } = "";

    /// <summary>Variant keys in the order in which they are tried.</summary>
    public IReadOnlyList<string> Fallbacks { get; init; } = ["popularity"];

    /// <summary>Items of a list when the request does not say, 1..100.</summary>
    public int ListLength { get; init; } = 10;
    public bool HideSeen { get; init; } = true;

    /// <summary>Only items of one of these; empty for all.</summary>
    public IReadOnlyList<string> Categories { get; init; } = [];

    /// <summary>Outside ids that are never shown here.</summary>
    public IReadOnlyList<string> Blocked { get; init; } = [];

    /// <summary>Share of positions drawn at random, 0..0.5.</summary>
    public double Exploration { get; init; } = 0.02;

    /// <summary>The placement as it is, to be changed.</summary>
    public static PlacementDraft Of(Placement placement)
    {
        var live = LivePlacement.Of(placement);
        return new()
        {
            Key = placement.Key, Name = placement.Name, Fallbacks = live.Fallbacks, ListLength = placement.ListLength, HideSeen = placement.HideSeen,
            Categories = live.Filters.Categories ?? [], Blocked = live.Filters.Blocked ?? [], Exploration = placement.Exploration,
        };
    }

    /// <summary>The same without blanks and repetitions.</summary>
    public PlacementDraft Tidy() => this with { Key = Key.Trim(), Name = Name.Trim(), Fallbacks = Distinct(Fallbacks), Categories = Distinct(Categories), Blocked = Distinct(Blocked) };

    /// <summary>What is wrong in itself, one sentence each; what it names in the store is checked by the desk.</summary>
    public IEnumerable<string> Faults()
    {
        if (!KeyForm().IsMatch(Key)) yield return $"The key '{Key}' must be 1 to 40 lower-case letters, digits and hyphens, starting with a letter or digit.";
        if (Key == "new") yield return "The key 'new' is taken by the page that makes placements.";
        if (Name.Length is 0 or > 80 || Name.Any(char.IsControl)) yield return "The name must be 1 to 80 characters long.";
        if (Fallbacks.Count > MostFallbacks) yield return $"At most {MostFallbacks} fallbacks are tried.";
        if (ListLength is < 1 or > 100) yield return "A list has 1 to 100 items.";
        if (!(Exploration is >= 0 and <= MostExploration)) yield return "The exploration share must lie between 0 and 50 %.";
        if (Categories.Count > MostCategories || Categories.Any(c => c.Length > 100)) yield return $"At most {MostCategories} categories of at most 100 characters.";
        if (Blocked.Count > MostBlocked) yield return $"The block list has at most {MostBlocked:N0} items.";
        if (Blocked.FirstOrDefault(id => id.Length > LongestId || id.Any(char.IsControl)) is { } bad) yield return $"'{(bad.Length > 40 ? bad[..40] + "…" : bad)}' in the block list is no item id.";
    }

    private static string[] Distinct(IReadOnlyList<string> texts) => [.. texts.Select(t => t.Trim()).Where(t => t.Length > 0).Distinct(StringComparer.Ordinal)];

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,39}$")]
    private static partial Regex KeyForm();
}
