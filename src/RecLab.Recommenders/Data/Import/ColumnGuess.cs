using System.Globalization;

namespace RecLab.Recommenders.Data.Import;

/// <summary>Finds out from the first rows of a delimited file what its columns mean.</summary>
internal static class ColumnGuess
{
    private static readonly string[] Users = ["user", "userid", "user_id", "uid", "user_no", "customer", "customerid", "customer_id", "visitor", "visitorid", "visitor_id", "reviewerid", "reviewer_id", "session", "sessionid", "session_id"];
    private static readonly string[] Items = ["item", "itemid", "item_id", "iid", "movie", "movieid", "movie_id", "product", "productid", "product_id", "sku", "asin", "parent_asin", "article", "article_id", "articleid", "book_id", "isbn", "track_id", "artist_id", "content_id", "video_id"];
    private static readonly string[] Values = ["rating", "value", "weight", "score", "overall", "stars", "count", "plays", "preference"];
    private static readonly string[] Times = ["timestamp", "time", "date", "datetime", "ts", "unixreviewtime", "created_at", "event_time", "when"];

    private static readonly string[] Scenarios = ["placement", "scenario"];

    /// <summary>The mapping of a file, or null where user and item cannot be told.</summary>
    public static ColumnMapping? Of(DatasetPart part)
    {
        foreach (var delimiter in "\t,;| ")
        {
            var rows = FirstRows(part, delimiter, 20);
            if (rows.Count == 0 || rows[0].Length is < 2 or > 256) continue;
            var even = rows.All(r => r.Length == rows[0].Length);
            if (delimiter == ' ' && !(even && rows.Count > 1)) continue; // prose has blanks too
            if (Headed(rows[0], delimiter) is { } headed) return headed;
            if (rows[0].Length is >= 2 and <= 4 && even && Headless(rows, delimiter) is { } headless) return headless;
        }
        return null;
    }

    /// <summary>The index of the column with one of these headings, or -1.</summary>
    public static int Column(string[] heading, params string[] names) =>
        Array.FindIndex(heading, h => names.Contains(Plain(h), StringComparer.OrdinalIgnoreCase));

    /// <summary>The mapping by names alone; null where user and item cannot be told.</summary>
    public static ColumnMapping? OfNames(string[] names) => Headed(names, ',');

    private static ColumnMapping? Headed(string[] heading, char delimiter)
    {
        int user = Column(heading, Users), item = Column(heading, Items), value = Column(heading, Values), time = Column(heading, Times), scenario = Column(heading, Scenarios);
        if (user < 0 || item < 0) return null;
        return new() { User = heading[user], Item = heading[item], Value = value < 0 ? null : heading[value], Time = time < 0 ? null : heading[time], Scenario = scenario < 0 ? null : heading[scenario], Delimiter = delimiter };
    }

    /// <summary>user, item[, value[, time]] or user, item, time, where the numbers say which it is.</summary>
    private static ColumnMapping? Headless(List<string[]> rows, char delimiter)
    {
        var mapping = new ColumnMapping { User = "1", Item = "2", HasHeader = false, Delimiter = delimiter };
        if (rows[0].Length == 2) return rows.All(r => r.All(f => long.TryParse(f, NumberStyles.Integer, CultureInfo.InvariantCulture, out _))) ? mapping : null;
        if (!rows.All(r => double.TryParse(r[2], NumberStyles.Float, CultureInfo.InvariantCulture, out _))) return null;
        if (rows[0].Length == 4) return mapping with { Value = "3", Time = "4" };
        return rows.All(r => TimeParser.IsDay(r[2])) || rows.All(r => double.Parse(r[2], NumberStyles.Float, CultureInfo.InvariantCulture) >= 100_000_000) ? mapping with { Time = "3" } : mapping with { Value = "3" };
    }

    /// <summary>RecBole writes "user_id:token"; the type after the colon is not part of the name. A path like user.id reads as user_id.</summary>
    private static string Plain(string heading) => heading.Trim().Split(':')[0].Replace('.', '_');

    /// <summary>The first records, or none where the file cannot be read with this delimiter.</summary>
    internal static List<string[]> FirstRows(DatasetPart part, char delimiter, int count)
    {
        using var rows = DelimitedRows.Open(part, delimiter);
        var first = new List<string[]>();
        try
        {
            while (first.Count < count && rows.Next()) first.Add(rows.Texts());
            return first;
        }
        catch (ImportException)
        {
            return first; // what could be read decides; reading the file for good says what is wrong with it
        }
    }
}
