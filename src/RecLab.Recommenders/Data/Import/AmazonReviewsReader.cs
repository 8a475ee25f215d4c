using System.Text.RegularExpressions;

namespace RecLab.Recommenders.Data.Import;

/// <summary>Amazon product reviews (McAuley et al., 2014, 2018 and 2023): JSON lines with reviewerID, asin, overall and unixReviewTime (2023: user_id, parent_asin, rating,
/// timestamp), or the ratings-only CSV without headings; a file of products (<c>meta_*.json</c>) beside them describes the items.</summary>
public sealed partial class AmazonReviewsReader : IDatasetReader
{
    private static readonly ColumnMapping Reviews = new() { User = "reviewerID", Item = "asin", Value = "overall", Time = "unixReviewTime", TimeFormat = TimeFormat.UnixSeconds };
    private static readonly ColumnMapping Reviews2023 = new() { User = "user_id", Item = "parent_asin", Value = "rating", Time = "timestamp", TimeFormat = TimeFormat.UnixMilliseconds };

    public string Key => "amazon-reviews";
    public string Name => "Amazon reviews";
    public string Layout => "JSON lines with reviewerID, asin, overall, unixReviewTime (or those of 2023), or a CSV of user, item, rating, time without headings; optionally meta_*.json.";

    public bool Recognises(DatasetSource source) => Rows(source) is not null;

    public ImportResult Read(DatasetSource source, ImportOptions options, IProgress<ImportProgress>? progress, CancellationToken cancellation)
    {
        var run = new ImportRun(Key, options, progress, cancellation);
        var (part, columns) = Rows(source) ?? throw new ImportException($"'{source.Name}' has no file of Amazon reviews: objects with reviewerID, asin, overall and unixReviewTime, or rows of user, item, rating and time.");
        if (columns.Delimiter == ',' && !columns.HasHeader) DelimitedReader.Rows(run, part, columns);
        else JsonRows.Read(run, part, columns);
        var products = source.Parts.FirstOrDefault(p => p != part && p.Name.StartsWith("meta", StringComparison.OrdinalIgnoreCase));
        if (products is null) run.Notes.Add("There is no meta_*.json: the items have no titles.");
        return run.Finish(part.Name, products is null ? Catalogue.Empty : DescriptionTables.Items(run, products), Audience.Empty);
    }

    private static (DatasetPart Part, ColumnMapping Columns)? Rows(DatasetSource source)
    {
        foreach (var part in source.Parts.OrderByDescending(p => p.Packed))
            if (ColumnsOf(part) is { } columns) return (part, columns);
        return null;
    }

    private static ColumnMapping? ColumnsOf(DatasetPart part)
    {
        var lines = FirstLines.Of(part, 50);
        if (lines is [['{', ..], ..])
        {
            if (JsonRows.Keys(part) is not { } keys) return null;
            return Has(keys, Reviews) ? Reviews : Has(keys, Reviews2023) ? Reviews2023 : null;
        }
        if (lines.Count == 0 || !lines.All(l => RatingLine().IsMatch(l))) return null;
        // The releases differ in which id comes first. A product is told by its ten characters, a reviewer by being longer.
        var rows = lines.Select(l => l.Split(',')).ToArray();
        bool userFirst = rows.All(r => r[1].Length == 10) && rows.Any(r => r[0].Length > 10), itemFirst = rows.All(r => r[0].Length == 10) && rows.Any(r => r[1].Length > 10);
        if (!userFirst && !itemFirst) return null;
        return new() { User = userFirst ? "1" : "2", Item = userFirst ? "2" : "1", Value = "3", Time = "4", TimeFormat = TimeFormat.UnixSeconds, HasHeader = false };
    }

    private static bool Has(string[] keys, ColumnMapping columns) => new[] { columns.User, columns.Item, columns.Value!, columns.Time! }.All(keys.Contains);

    [GeneratedRegex(@"^A?[0-9A-Z]{9,20},A?[0-9A-Z]{9,20},[1-5](\.0)?,\d{9,10}$")]
    private static partial Regex RatingLine();
}
