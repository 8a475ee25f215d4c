namespace RecLab.Recommenders.Data.Import;

/// <summary>MovieLens 100K: tab-separated <c>u.data</c>, <c>u.item</c> with 19 genre flags (Latin-1), <c>u.user</c>.</summary>
public sealed class MovieLens100KReader : IDatasetReader
{
    private static readonly string[] Genres =
    [
        "unknown", "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary", "Drama", "Fantasy", "Film-Noir",
        "Horror", "Musical", "Mystery", "Romance", "Sci-Fi", "Thriller", "War", "Western",
    ];

    public string Key => "movielens-100k";
    public string Name => "MovieLens 100K";
    public string Layout => "u.data (user, movie, rating, time; tabs), u.item and u.user.";

    public bool Recognises(DatasetSource source) => source.Find("u.data") is not null;

    public ImportResult Read(DatasetSource source, ImportOptions options, IProgress<ImportProgress>? progress, CancellationToken cancellation)
    {
        var run = new ImportRun(Key, options, progress, cancellation);
        var data = source.Find("u.data") ?? throw new ImportException($"'{source.Name}' has no u.data, so it is not MovieLens 100K.");
        run.Interactions(data, (line, number) => MovieLens.Row(run, data.Name, line, number, "\t"u8, new(1)));
        return run.Finish(data.Name, Items(run, source), People(run, source));
    }

    private static Catalogue Items(ImportRun run, DatasetSource source)
    {
        if (source.Find("u.item") is not { } part) { run.Notes.Add("There is no u.item: the movies have no titles."); return Catalogue.Empty; }
        var items = new List<ItemInfo>();
        run.Lines(part, (line, number) =>
        {
            var fields = Fields.Text(line).Split('|');
            if (fields.Length != 24) { run.Refusals.Refuse("a movie must have 24 fields parted by |", part.Name, number, line); return; }
            var genres = Genres.Where((g, i) => i > 0 && fields[5 + i] == "1").ToArray();
            var year = MovieLens.YearOf(fields[1]);
            items.Add(new(fields[0], fields[1], genres, Attributes: year is null ? null : new Dictionary<string, string> { ["year"] = year }));
        });
        return new Catalogue(items);
    }

    private static Audience People(ImportRun run, DatasetSource source)
    {
        if (source.Find("u.user") is not { } part) { run.Notes.Add("There is no u.user: nothing is known of the users."); return Audience.Empty; }
        var users = new List<UserInfo>();
        run.Lines(part, (line, number) =>
        {
            var fields = Fields.Text(line).Split('|');
            if (fields.Length != 5) { run.Refusals.Refuse("a user must have five fields parted by |", part.Name, number, line); return; }
            users.Add(new(fields[0], new Dictionary<string, string> { ["age"] = fields[1], ["gender"] = fields[2], ["occupation"] = fields[3], ["zip"] = fields[4] }));
        });
        return new Audience(users);
    }
}
