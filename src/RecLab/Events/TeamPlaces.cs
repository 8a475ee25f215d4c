namespace RecLab.Events;

/// <summary>Which arm placed which item of an interleaved list.</summary>
/// <param name="Count">Arms that made the list together, 2 to 9.</param>
/// <param name="Owners">For each item the position of the arm that placed it.</param>
public sealed record TeamPlaces(int Count, IReadOnlyList<int> Owners)
{
    /// <summary>As it is stored: one digit for the number of arms, then one for each item's.</summary>
    public string Write() => string.Create(Owners.Count + 1, this, static (text, teams) =>
    {
        text[0] = (char)('0' + teams.Count);
        for (var i = 0; i < teams.Owners.Count; i++) text[i + 1] = (char)('0' + teams.Owners[i]);
    });

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static TeamPlaces Read(string text) => new(text[0] - '0', [.. text.Skip(1).Select(c => c - '0')]);
}

/// <summary>Names under which things that are no events are tallied.</summary>
public static class Tallies
{
    /// <summary>A list that should have been interleaved and could not be.</summary>
    public const string TeamMissing = "team-missing";
}
