namespace RecLab.Recommenders.Data.Import;

/// <summary>MovieLens 1M: <c>ratings.dat</c>, <c>movies.dat</c>, <c>users.dat</c> with fields parted by <c>::</c>, and, where it lies beside them,
/// <c>movies_extrainfos.dat</c> with plot, people and poster of each movie.</summary>
public sealed class MovieLens1MReader : IDatasetReader
{
    private static readonly Dictionary<string, string> Ages = new()
    {
        ["1"] = "under 18", ["18"] = "18-24", ["25"] = "25-34", ["35"] = "35-44", ["45"] = "45-49", ["50"] = "50-55", ["56"] = "56 and over",
    };

    private static readonly string[] Occupations =
    [
        "other", "academic/educator", "artist", "clerical/admin", "college/grad student", "customer service", "doctor/health care",
        "executive/managerial", "farmer", "homemaker", "K-12 student", "lawyer", "programmer", "retired", "sales/marketing", "scientist",
        "self-employed", "technician/engineer", "tradesman/craftsman", "unemployed", "writer",
    ];

    public string Key => "movielens-1m";
    public string Name => "MovieLens 1M";
    public string Layout => "ratings.dat (user::movie::rating::time), movies.dat, users.dat, optionally movies_extrainfos.dat; plain, .gz or in a zip.";

    public bool Recognises(DatasetSource source) => source.Find("ratings.dat") is not null && source.Find("users.dat") is not null;

    public ImportResult Read(DatasetSource source, ImportOptions options, IProgress<ImportProgress>? progress, CancellationToken cancellation)
    {
        var run = new ImportRun(Key, options, progress, cancellation);
        var ratings = source.Find("ratings.dat") ?? throw new ImportException($"'{source.Name}' has no ratings.dat, so it is not MovieLens 1M.");
        run.Interactions(ratings, (line, number) => MovieLens.Row(run, ratings.Name, line, number, "::"u8, new(1)));
        return run.Finish(ratings.Name, Items(run, source), People(run, source));
    }

    private static Catalogue Items(ImportRun run, DatasetSource source)
    {
        if (source.Find("movies.dat") is not { } part) { run.Notes.Add("There is no movies.dat: the movies have no titles."); return Catalogue.Empty; }
        var items = MovieLens.Movies(run, part);
        if (source.Find("movies_extrainfos.dat") is { } extra) Describe(run, extra, items);
        return new Catalogue(items.Values);
    }

    /// <summary>id::title::year::rated::released::genres::director::writers::actors::plot::poster.</summary>
    private static void Describe(ImportRun run, DatasetPart part, Dictionary<string, ItemInfo> items) => run.Lines(part, (line, number) =>
    {
        var fields = Fields.Text(line).Split("::");
        if (fields.Length != 11) { run.Refusals.Refuse("a movie description must have eleven fields parted by ::", part.Name, number, line); return; }
        if (!items.TryGetValue(fields[0], out var item)) { run.Refusals.Refuse("a movie description must belong to a movie of movies.dat", part.Name, number, line); return; }
        var attributes = new Dictionary<string, string>(item.Attributes ?? new Dictionary<string, string>());
        Add("rated", fields[3]);
        Add("director", fields[6].Replace(", ", "|"));
        Add("actors", fields[8].Replace(", ", "|"));
        items[fields[0]] = item with { Description = Known(fields[9]), ImageUrl = MovieLens.WebAddress(fields[10]), Attributes = attributes };

        void Add(string name, string value) { if (Known(value) is { Length: > 0 } known) attributes[name] = known; }
    });

    /// <summary>The source writes "N/A" for what it does not know.</summary>
    private static string Known(string text) => text.Trim() is "N/A" ? "" : text.Trim();

    private static Audience People(ImportRun run, DatasetSource source)
    {
        if (source.Find("users.dat") is not { } part) { run.Notes.Add("There is no users.dat: nothing is known of the users."); return Audience.Empty; }
        var users = new List<UserInfo>();
        run.Lines(part, (line, number) =>
        {
            var fields = Fields.Text(line).Split("::");
            if (fields.Length != 5 || !Ages.TryGetValue(fields[2], out var age) || !int.TryParse(fields[3], out var job) || (uint)job >= (uint)Occupations.Length)
            {
                run.Refusals.Refuse("a user must have an id, gender, age group, occupation code 0..20 and zip code parted by ::", part.Name, number, line);
                return;
            }
            users.Add(new(fields[0], new Dictionary<string, string> { ["age"] = age, ["gender"] = fields[1], ["occupation"] = Occupations[job], ["zip"] = fields[4] }));
        });
        return new Audience(users);
    }
}
