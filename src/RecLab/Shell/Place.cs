namespace RecLab.Shell;

/// <summary>A place of the navigation. Its owner adds it when its page exists, so that nothing leads nowhere.</summary>
/// <param name="Name">The word in the bar.</param>
/// <param name="Path">Where it leads; pages below it belong to it.</param>
/// <param name="Also">Another path that belongs to it, or null.</param>
public sealed record Place(string Name, string Path, string? Also = null)
{
    /// <summary>In the order of the bar.</summary>
    public static readonly IReadOnlyList<Place> All =
    [
        new("Overview", "/"),
        new("Experiments", "/experiments"),
        new("Variants", "/variants"),
        new("Training", "/training", "/searches"),
        new("Leaderboard", "/leaderboard"),
        new("Placements", "/placements"),
        new("Data", "/data"),
        new("Simulations", "/simulations"),
        new("Operations", "/operations", "/selftest"),
    ];

    /// <summary>The four of the phone's bottom bar; the rest is under More.</summary>
    public static readonly IReadOnlySet<string> Thumb = new HashSet<string> { "Overview", "Experiments", "Training", "Data" };

    /// <summary>True when <paramref name="path"/> (absolute, without query) lies in this place.</summary>
    public bool Holds(string path) => Within(path, Path) || (Also is not null && Within(path, Also));

    /// <summary>The path while one of the places holds it, else null: what is not there is not offered.</summary>
    public static string? Offered(string path) => All.Any(p => p.Path != "/" && p.Holds(path)) ? path : null;

    private static bool Within(string path, string place) =>
        place == "/" ? path is "/" or "" : path.Equals(place, StringComparison.OrdinalIgnoreCase) || path.StartsWith(place + "/", StringComparison.OrdinalIgnoreCase);
}
