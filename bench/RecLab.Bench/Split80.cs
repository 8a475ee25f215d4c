using System.IO.Compression;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Data.Import;
using RecLab.Testing;

namespace RecLab.Bench;

/// <summary>A MovieLens data set cut by the digits that lie beside it, one per line of its ratings file: 0 trains, 1 validates, 2 tests.</summary>
internal sealed record Split80(Interactions Train, Interactions Valid, Interactions Test)
{
    private static readonly Dictionary<string, Split80> Known = [];

    /// <summary>The split of ml-100k or ml-1m, or null where it does not lie beside the checkout.</summary>
    public static Split80? Of(string name)
    {
        if (Known.TryGetValue(name, out var known)) return known;
        if (TestPaths.Dataset(name) is not { } folder)
        {
            Console.WriteLine($"{name} does not lie beside the checkout.");
            return null;
        }
        var (file, separator) = name == "ml-1m" ? ("ratings.dat", "::") : ("u.data", "\t");
        var path = name == "ml-1m" ? folder : Path.Combine(folder, "ml-100k.zip");
        var all = DatasetReaders.Read(path).Interactions;
        using var digits = new StreamReader(new GZipStream(File.OpenRead(Path.Combine(folder, "split-80-10-10.txt.gz")), CompressionMode.Decompress));
        using var source = DatasetSource.Open(path);
        using var ratings = new StreamReader(source.Find(file)!.Open().Content);
        var part = new Dictionary<(int, int), char>();
        while (ratings.ReadLine() is { } line)
        {
            var fields = line.Split(separator);
            part[(all.Users.IndexOf(fields[0]), all.Items.IndexOf(fields[1]))] = digits.ReadLine()![0];
        }
        Interactions Rows(char digit) => all.Where(row => part[(all.User[row], all.Item[row])] == digit);
        return Known[name] = new(Rows('0'), Rows('1'), Rows('2'));
    }
}
