using System.Globalization;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Data.Import;

namespace RecLab.Recommenders.Models.Lists;

/// <summary>What a file of lists held.</summary>
/// <param name="Rows">Rows below the heading.</param>
/// <param name="Users">Users with a list of at least one known item.</param>
/// <param name="Items">Items in all lists together.</param>
/// <param name="UnknownRows">Rows left out because the catalogue lacks their item.</param>
/// <param name="UnknownItems">The first of those items.</param>
/// <param name="EmptyUsers">Users none of whose items is known; they get the fallback.</param>
public sealed record ListReport(long Rows, int Users, int Items, long UnknownRows, IReadOnlyList<string> UnknownItems, int EmptyUsers);

/// <summary>Reads lists from delimited text: columns <c>user</c> and <c>item</c>, optionally <c>score</c> (higher is better) or <c>rank</c> (1 is best); without either the order of rows
/// is the order of the list. A single row that is wrong refuses the whole file.</summary>
public static class ListReader
{
    /// <summary>Items of one user at most, and rows of one file.</summary>
    public const int MostItems = 1000, MostRows = 20_000_000;
    private const int LongestId = 256, Examples = 5;

    private readonly record struct Row(int Item, float Value, int At);

    /// <param name="path">A CSV file, plain or <c>.gz</c>.</param>
    /// <param name="items">The catalogue's items; others are left out and counted.</param>
    /// <exception cref="ImportException">The file is no file of lists; one sentence with the line.</exception>
    public static (UploadedLists Model, ListReport Report) Read(string path, Vocabulary items, CancellationToken cancellation = default)
    {
        using var rows = DelimitedRows.Open(DatasetPart.OfFile(new FileInfo(path)), ',');
        if (!rows.Next()) throw new ImportException("The file is empty; its first line must name the columns user,item and optionally score or rank.");
        var heading = rows.Texts().Select(t => t.Trim().TrimStart('\uFEFF').ToLowerInvariant()).ToArray();
        int user = Array.IndexOf(heading, "user"), item = Array.IndexOf(heading, "item"), score = Array.IndexOf(heading, "score"), rank = Array.IndexOf(heading, "rank");
        if (user < 0 || item < 0 || (score >= 0 && rank >= 0) || heading.Length != 2 + (score >= 0 || rank >= 0 ? 1 : 0))
            throw new ImportException($"The first line must be user,item or user,item,score or user,item,rank; it is '{Short(string.Join(',', heading))}'.");
        Dictionary<string, List<Row>> lists = new(StringComparer.Ordinal);
        HashSet<string> unknown = new(StringComparer.Ordinal);
        long read = 0, unknownRows = 0;
        while (rows.Next())
        {
            if (++read > MostRows) throw new ImportException($"The file has more than {MostRows} rows.");
            if ((read & 0xFFFF) == 0) cancellation.ThrowIfCancellationRequested();
            if (rows.Broken || rows.Count != heading.Length) throw Wrong(rows, $"must have {heading.Length} fields, with quotes closed");
            var who = Id(rows, user, "user");
            var what = Id(rows, item, "item");
            var value = Value(rows, score, rank);
            if (!lists.TryGetValue(who, out var list)) lists[who] = list = [];
            if (items.IndexOf(what) is >= 0 and var index)
            {
                if (list.Count >= MostItems) throw Wrong(rows, $"gives user '{Short(who)}' more than {MostItems} items");
                list.Add(new(index, value, list.Count));
            }
            else
            {
                unknownRows++;
                if (unknown.Count < Examples) unknown.Add(Short(what));
            }
        }
        if (read == 0) throw new ImportException("The file has no row below its heading.");
        var model = Build(lists, items, rank >= 0);
        if (model.Count == 0) throw new ImportException($"None of the items is in the data set's catalogue, for example '{unknown.First()}'.");
        return (model, new(read, model.Users.Count, model.Count, unknownRows, [.. unknown], lists.Count - model.Users.Count));
    }

    private static UploadedLists Build(Dictionary<string, List<Row>> lists, Vocabulary items, bool ranked)
    {
        var users = lists.Where(l => l.Value.Count > 0).OrderBy(l => l.Key, StringComparer.Ordinal).ToArray();
        List<int> starts = [0], listed = [];
        List<float> scores = [];
        HashSet<int> seen = [];
        foreach (var (user, rows) in users)
        {
            seen.Clear();
            rows.Sort((a, b) => a.Value != b.Value ? b.Value.CompareTo(a.Value) : a.At.CompareTo(b.At));
            for (var i = 0; i < rows.Count; i++)
            {
                if (!seen.Add(rows[i].Item)) throw new ImportException($"User '{Short(user)}' has the item '{Short(items[rows[i].Item])}' twice.");
                if (ranked && i > 0 && rows[i].Value == rows[i - 1].Value) throw new ImportException($"User '{Short(user)}' has the rank {-rows[i].Value} twice.");
                listed.Add(rows[i].Item);
                scores.Add(rows.Count - i); // the order is what counts; scores of different senders mean different things
            }
            starts.Add(listed.Count);
        }
        return new(new Vocabulary(users.Select(u => u.Key)), items, [.. starts], [.. listed], [.. scores]);
    }

    private static string Id(DelimitedRows rows, int column, string what)
    {
        var text = Fields.Text(rows[column]);
        if (text.Length is 0 or > LongestId || text.Any(char.IsControl)) throw Wrong(rows, $"needs a {what} of 1 to {LongestId} characters without control characters");
        return text;
    }

    /// <summary>Higher is better.</summary>
    private static float Value(DelimitedRows rows, int score, int rank)
    {
        if (score >= 0) return Fields.TryNumber(rows[score], out var value) ? value : throw Wrong(rows, "needs a finite number as its score");
        if (rank < 0) return 0;
        return Fields.TryWhole(rows[rank], out var place) && place is >= 1 and <= 1_000_000 ? -place : throw Wrong(rows, "needs a whole number from 1 as its rank");
    }

    private static ImportException Wrong(DelimitedRows rows, string rule) => new(string.Create(CultureInfo.InvariantCulture, $"Line {rows.Line} {rule}."));
    private static string Short(string text) => text.Length <= 60 ? text : text[..60] + "...";
}
