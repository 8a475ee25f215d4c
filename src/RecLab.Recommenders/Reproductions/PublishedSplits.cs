using System.Globalization;
using System.IO.Compression;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Data.Import;
using RecLab.Recommenders.Evaluation;

namespace RecLab.Recommenders.Reproductions;

/// <summary>The cuts that published tables were made on, read as they were published.</summary>
public static class PublishedSplits
{
    /// <summary>All ratings of MovieLens 100K or 1M, uncut.</summary>
    public static Interactions Ratings(string folder) => DatasetReaders.Read(MovieLens(folder)).Interactions;

    private static string MovieLens(string folder) => Path.Combine(folder, "ml-100k.zip") is var zip && File.Exists(zip) ? zip : folder;

    /// <summary>MovieLens 100K or 1M cut by the digits of <c>split-80-10-10.txt.gz</c> beside it, one per line of the ratings file: 0 trains, 1 validates, 2 tests
    /// (RecBole's random cut within each user).</summary>
    /// <exception cref="InvalidDataException">Digits and ratings do not belong together.</exception>
    public static Split EightyTenTen(string folder)
    {
        var path = MovieLens(folder);
        var (file, separator) = path == folder ? ("ratings.dat", "::") : ("u.data", "\t");
        var all = DatasetReaders.Read(path).Interactions;
        var parts = new Dictionary<(int, int), char>(all.Count);
        using (var digits = Text(Path.Combine(folder, "split-80-10-10.txt.gz")))
        using (var source = DatasetSource.Open(path))
        using (var ratings = new StreamReader(source.Find(file)!.Open().Content))
            while (ratings.ReadLine() is { } line)
            {
                var fields = line.Split(separator);
                if (digits.ReadLine() is not ['0' or '1' or '2'] digit) throw new InvalidDataException($"{folder}: the cut ends before the ratings do.");
                parts[(all.Users.IndexOf(fields[0]), all.Items.IndexOf(fields[1]))] = digit[0];
            }
        Interactions Rows(char digit) => all.Where(r => parts[(all.User[r], all.Item[r])] == digit);
        return new(Rows('0'), Rows('1'), Rows('2'));
    }

    /// <summary>Gowalla as cut by NGCF and LightGCN: <c>train.txt.gz</c> and <c>test.txt.gz</c>, a user and then the items on a line.</summary>
    public static Split LightGcn(string folder)
    {
        var (train, test) = (Lines(Path.Combine(folder, "train.txt.gz")), Lines(Path.Combine(folder, "test.txt.gz")));
        var users = Vocabulary.OfNumbers(1 + train.Concat(test).Max(r => r.User));
        var items = Vocabulary.OfNumbers(1 + train.Concat(test).Max(r => r.Item));
        return new(Ones(users, items, train), null, Ones(users, items, test));
    }

    /// <summary>A file of the sequence papers, <c>ml-1m.txt.gz</c> or <c>beauty.txt.gz</c>: a user and an item on a line, numbered from 1, each user's lines in the
    /// order of time. The last item of each user tests, the one before validates.</summary>
    public static Split LastItems(string folder)
    {
        List<(int User, int Item)> rows = [];
        using var reader = Text(Directory.EnumerateFiles(folder, "*.txt.gz").Single());
        while (reader.ReadLine() is { } line)
        {
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            rows.Add((Int(line.AsSpan(0, space)) - 1, Int(line.AsSpan(space + 1)) - 1));
        }
        return Splits.LeaveOneOut(Ones(Vocabulary.OfNumbers(1 + rows.Max(r => r.User)), Vocabulary.OfNumbers(1 + rows.Max(r => r.Item)), rows));
    }

    /// <summary>MovieLens 1M as cut by Neural Collaborative Filtering: all but each user's last row train; that row is ranked among itself and 99 given negatives.</summary>
    public static (Interactions Train, IReadOnlyList<(int User, int Positive, int[] Negatives)> Questions) Ncf(string folder)
    {
        List<(int User, int Item)> train = [];
        using (var reader = Text(Path.Combine(folder, "ml-1m.train.rating.gz")))
            while (reader.ReadLine() is { } line) train.Add((Number(line, 0), Number(line, 1)));
        List<(int, int, int[])> questions = [];
        using (var reader = Text(Path.Combine(folder, "ml-1m.test.negative.gz")))
            while (reader.ReadLine() is { } line)
            {
                var fields = line.Split('\t');
                var pair = fields[0].Trim('(', ')').Split(',');
                questions.Add((Int(pair[0]), Int(pair[1]), [.. fields.Skip(1).Where(f => f.Length > 0).Select(f => Int(f))]));
            }
        var items = 1 + Math.Max(train.Max(r => r.Item), questions.Max(q => Math.Max(q.Item2, q.Item3.Max())));
        return (Ones(Vocabulary.OfNumbers(1 + train.Max(r => r.User)), Vocabulary.OfNumbers(items), train), questions);
    }

    private static List<(int User, int Item)> Lines(string path)
    {
        List<(int, int)> rows = [];
        using var reader = Text(path);
        while (reader.ReadLine() is { } line)
        {
            var numbers = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            for (var i = 1; i < numbers.Length; i++) rows.Add((Int(numbers[0]), Int(numbers[i])));
        }
        return rows;
    }

    private static Interactions Ones(Vocabulary users, Vocabulary items, List<(int User, int Item)> rows) =>
        new(users, items, [.. rows.Select(r => r.User)], [.. rows.Select(r => r.Item)], [.. Enumerable.Repeat(1f, rows.Count)], new long[rows.Count]);

    private static int Number(string line, int field) => Int(line.Split('\t')[field]);
    private static int Int(ReadOnlySpan<char> text) => int.Parse(text, NumberStyles.Integer, CultureInfo.InvariantCulture);
    private static StreamReader Text(string path) => new(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
}
