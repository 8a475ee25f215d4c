namespace RecLab.Recommenders.Data.Import;

/// <summary>MovieLens 20M, 25M, 32M and the "latest" releases: <c>ratings.csv</c> and <c>movies.csv</c> with headings, optionally <c>tags.csv</c> and <c>links.csv</c>.</summary>
public sealed class MovieLensCsvReader : IDatasetReader
{
    private const string Heading = "userId,movieId,rating,timestamp";

    public string Key => "movielens-csv";
    public string Name => "MovieLens 20M, 25M or 32M";
    public string Layout => $"ratings.csv ({Heading}), movies.csv, optionally tags.csv and links.csv.";

    public bool Recognises(DatasetSource source) =>
        source.Find("movies.csv") is not null && source.Find("ratings.csv") is { } part && FirstLines.Of(part, 1) is [Heading];

    public ImportResult Read(DatasetSource source, ImportOptions options, IProgress<ImportProgress>? progress, CancellationToken cancellation)
    {
        var run = new ImportRun(Key, options, progress, cancellation);
        var ratings = source.Find("ratings.csv") ?? throw new ImportException($"'{source.Name}' has no ratings.csv, so it is not MovieLens 20M, 25M or 32M.");
        run.Interactions(ratings, (line, number) =>
        {
            if (number > 1) MovieLens.Row(run, ratings.Name, line, number, ","u8, new(0.5f));
            else if (!line.SequenceEqual("userId,movieId,rating,timestamp"u8)) throw new ImportException($"'{ratings.Name}' does not begin with the heading {Heading}.");
        }, headings: 1);
        return run.Finish(ratings.Name, Items(run, source), Audience.Empty);
    }

    private static Catalogue Items(ImportRun run, DatasetSource source)
    {
        if (source.Find("movies.csv") is not { } part) { run.Notes.Add("There is no movies.csv: the movies have no titles."); return Catalogue.Empty; }
        var items = new Dictionary<string, ItemInfo>(StringComparer.Ordinal);
        Rows(run, part, 3, "a movie must have an id, a title and genres", f => items[f[0]] = MovieLens.Movie(f[0], f[1], f[2]));
        if (source.Find("links.csv") is { } links)
            Rows(run, links, 3, "a link must have a movie, an imdb and a tmdb id", f =>
            {
                if (!items.TryGetValue(f[0], out var item)) return;
                var attributes = new Dictionary<string, string>(item.Attributes ?? new Dictionary<string, string>());
                if (f[1].Length > 0) attributes["imdb"] = f[1];
                if (f[2].Length > 0) attributes["tmdb"] = f[2];
                items[f[0]] = item with { Attributes = attributes };
            });
        if (source.Find("tags.csv") is { } tagged)
        {
            var tags = new MovieTags();
            Rows(run, tagged, 4, "a tag must have a user, a movie, a text and a time", f => tags.Add(f[1], f[2]));
            tags.Describe(items);
        }
        return new Catalogue(items.Values);
    }

    private static void Rows(ImportRun run, DatasetPart part, int width, string rule, Action<string[]> each)
    {
        using var rows = DelimitedRows.Open(part, ',');
        for (var read = 0; rows.Next(); read++)
        {
            if (read == 0) continue; // the heading
            if (read % 16384 == 0) run.Check();
            if (rows.Broken || rows.Count != width) run.Refusals.Refuse(rule, part.Name, rows.Line, rows.Raw);
            else each(rows.Texts());
        }
    }
}
