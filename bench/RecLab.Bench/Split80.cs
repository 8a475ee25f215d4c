using RecLab.Recommenders.Data;
using RecLab.Recommenders.Reproductions;
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
        var split = PublishedSplits.EightyTenTen(folder);
        return Known[name] = new(split.Train, split.Validation, split.Test);
    }
}
