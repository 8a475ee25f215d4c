namespace RecLab.Recommenders.Data.Import;

/// <summary>MovieLens 10M: <c>ratings.dat</c> with half stars and <c>movies.dat</c>, optionally <c>tags.dat</c>, fields parted by <c>::</c>; nothing is known of the users.</summary>
public sealed class MovieLens10MReader : IDatasetReader
{
    public string Key => "movielens-10m";
    public string Name => "MovieLens 10M";
    public string Layout => "ratings.dat (user::movie::rating::time, half stars), movies.dat, optionally tags.dat; plain, .gz or in a zip.";

    public bool Recognises(DatasetSource source) =>
        source.Find("users.dat") is null && source.Find("ratings.dat") is { } part && FirstLines.Of(part, 1) is [var first] && first.Split("::").Length == 4;

    public ImportResult Read(DatasetSource source, ImportOptions options, IProgress<ImportProgress>? progress, CancellationToken cancellation)
    {
        var run = new ImportRun(Key, options, progress, cancellation);
        var ratings = source.Find("ratings.dat") ?? throw new ImportException($"'{source.Name}' has no ratings.dat, so it is not MovieLens 10M.");
        run.Interactions(ratings, (line, number) => MovieLens.Row(run, ratings.Name, line, number, "::"u8, new(0.5f)));
        return run.Finish(ratings.Name, Items(run, source), Audience.Empty);
    }

    private static Catalogue Items(ImportRun run, DatasetSource source)
    {
        if (source.Find("movies.dat") is not { } part) { run.Notes.Add("There is no movies.dat: the movies have no titles."); return Catalogue.Empty; }
        var items = MovieLens.Movies(run, part);
        if (source.Find("tags.dat") is { } tagged)
        {
            var tags = new MovieTags();
            run.Lines(tagged, (line, number) =>
            {
                var fields = Fields.Text(line).Split("::");
                if (fields.Length == 4) tags.Add(fields[1], fields[2]);
                else run.Refusals.Refuse("a tag must have four fields parted by ::", tagged.Name, number, line);
            });
            tags.Describe(items);
        }
        return new Catalogue(items.Values);
    }
}
