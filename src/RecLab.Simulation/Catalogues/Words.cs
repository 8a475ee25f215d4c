namespace RecLab.Simulation.Catalogues;

/// <summary>The vocabulary generated titles, names and blurbs are put together from.</summary>
internal static class Words
{
    public sealed record Genre(string Name, string[] Nouns, string[] Themes);

    public static readonly Genre[] Genres =
    [
        new("Crime", ["Alibi", "Witness", "Harbour", "Inspector", "Ledger", "Verdict", "Informer"], ["a missing clerk", "two honest liars", "an unsigned confession", "a port that never sleeps"]),
        new("Fantasy", ["Crown", "Dragon", "Oath", "Lantern", "Forest", "Tower", "Rune"], ["a broken oath", "an heir without a name", "the last map of the north", "a school for weather"]),
        new("Science fiction", ["Orbit", "Signal", "Colony", "Engine", "Comet", "Machine", "Horizon"], ["a silent colony", "the second moon", "a ship that remembers", "one message too many"]),
        new("Romance", ["Summer", "Letter", "Promise", "Garden", "Waltz", "Bakery", "Kiss"], ["an accidental letter", "rivals next door", "a wedding twice postponed", "the wrong train"]),
        new("History", ["Empire", "Archive", "Voyage", "Siege", "Treaty", "Salt", "Museum"], ["a century in one street", "the trade that built a town", "what the archives left out", "an empire's accountants"]),
        new("Nature", ["River", "Orchard", "Tide", "Meadow", "Heron", "Winter", "Seed"], ["a year beside one river", "the birds of a city roof", "how forests talk", "the measuring of tides"]),
        new("Cooking", ["Kitchen", "Table", "Bread", "Harvest", "Spice", "Market", "Oven"], ["forty quick suppers", "bread from three countries", "one pot, no fuss", "vegetables first"]),
        new("Travel", ["Road", "Island", "Border", "Station", "Desert", "Coast", "Map"], ["slow trains to the east", "islands in low season", "a border on foot", "towns without a guidebook"]),
        new("Biography", ["Life", "Notebook", "Portrait", "Year", "Childhood", "Exile", "Voice"], ["a painter's second life", "the woman behind the theorem", "letters kept for sixty years", "a runner's early mornings"]),
        new("Children", ["Bear", "Balloon", "Pirate", "Puddle", "Fox", "Moon", "Button"], ["a bear who counts", "the smallest pirate", "a fox with a library card", "the night the moon moved in"]),
        new("Science", ["Number", "Cell", "Atom", "Brain", "Light", "Proof", "Pattern"], ["why patterns repeat", "the chemistry of smell", "numbers that surprise", "what sleep is for"]),
        new("Horror", ["Cellar", "Mirror", "Hollow", "Whisper", "Ash", "Well", "Guest"], ["a house that answers", "the guest who stayed", "a village without clocks", "what the well gave back"]),
    ];

    public static readonly string[] FirstNames = ["Ada", "Ines", "Karel", "Mina", "Juno", "Oona", "Theo", "Emil", "Noor", "Petra", "Luca", "Yara", "Tomas", "Edda", "Ravi", "Sena", "Hugo", "Alma", "Ivo", "Leila", "Otto", "Maren", "Dario", "Wanda"];
    public static readonly string[] LastNames = ["Wren", "Morrow", "Vance", "Okafor", "Holm", "Birch", "Alvar", "Strand", "Castel", "Lindqvist", "Ferro", "Novak", "Adeyemi", "Quill", "Marsh", "Tanaka", "Bauer", "Silva", "Roth", "Kaya", "Duarte", "Fenn", "Ibarra", "Moss"];
    private static readonly string[] Adjectives = ["Quiet", "Late", "Small", "Salt", "Hidden", "Northern", "Glass", "Borrowed", "Slow", "Crooked", "Golden", "Last", "Patient", "Hollow", "Bright", "Twelfth", "Wild", "Paper", "Second", "Distant"];
    private static readonly string[] Places = ["Galway", "Lofoten", "Trieste", "Porto", "Bergen", "Riga", "Ghent", "Tartu", "Cadiz", "Malmo"];

    public static string Title(int genre, int draw)
    {
        var nouns = Genres[genre].Nouns;
        var noun = nouns[draw % nouns.Length];
        var other = Genres[genre].Nouns[draw / 7 % nouns.Length];
        var adjective = Adjectives[draw / 49 % Adjectives.Length];
        return (draw / 980 % 6) switch
        {
            0 => $"The {adjective} {noun}",
            1 => $"{adjective} {noun}s".Replace("ys", "ies", StringComparison.Ordinal),
            2 => $"The {noun} of {Places[draw / 5880 % Places.Length]}",
            3 => noun == other ? $"A {noun} in {Places[draw / 5880 % Places.Length]}" : $"The {noun} and the {other}",
            4 => $"A {noun} for {FirstNames[draw / 5880 % FirstNames.Length]}",
            _ => $"North of the {adjective} {noun}",
        };
    }

    public static string Description(int genre, string author, Func<int, int> draw)
    {
        var g = Genres[genre];
        var theme = g.Themes[draw(1) % g.Themes.Length];
        var place = Places[draw(2) % Places.Length];
        return (draw(3) % 3) switch
        {
            0 => $"{author} tells of {theme}, from {place} to {Places[draw(4) % Places.Length]}. For readers of {g.Name.ToLowerInvariant()} who like a {Adjectives[draw(5) % Adjectives.Length].ToLowerInvariant()} voice.",
            1 => $"It begins in {place} with {theme}. A {g.Name.ToLowerInvariant()} book by {author} about {g.Nouns[draw(4) % g.Nouns.Length].ToLowerInvariant()} and {g.Nouns[draw(5) % g.Nouns.Length].ToLowerInvariant()}.",
            _ => $"{theme[..1].ToUpperInvariant()}{theme[1..]}: {author} has written the {g.Name.ToLowerInvariant()} book that {place} was waiting for.",
        };
    }
}
