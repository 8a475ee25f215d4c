using System.Runtime.CompilerServices;
using RecLab.Events;
using RecLab.Recommenders.Data;

namespace RecLab.Serving;

/// <summary>What lists of a data set's items are like beyond their accuracy: how much of the short head they show, and how varied they are. Made once per data set, when the first list is served.</summary>
public sealed class ListTraits
{
    /// <summary>Share of all interactions that the short head makes up.</summary>
    public const double HeadShare = 0.2;

    private static readonly ConditionalWeakTable<Interactions, ListTraits> Known = [];
    private readonly Interactions _past;
    private readonly bool[] _head;
    private readonly int[][] _categories;

    private ListTraits(Interactions past)
    {
        _past = past;
        _head = Popular(past);
        Dictionary<string, int> numbers = new(StringComparer.OrdinalIgnoreCase);
        _categories = new int[past.Items.Count][];
        for (var i = 0; i < _categories.Length; i++)
        {
            SortedSet<int> own = [];
            foreach (var category in past.Catalogue[past.Items[i]].Categories)
            {
                if (!numbers.TryGetValue(category, out var number)) numbers[category] = number = numbers.Count;
                own.Add(number);
            }
            _categories[i] = [.. own];
        }
        Described = numbers.Count > 0;
    }

    /// <summary>Whether any item has a category.</summary>
    public bool Described { get; }

    /// <summary>Those of a data set.</summary>
    public static ListTraits Of(Interactions past) => Known.GetValue(past, p => new(p));

    /// <summary>How many of the items belong to the short head: the most popular items (ties by index) that together have <see cref="HeadShare"/> of all interactions; null without any interaction.</summary>
    public int? Head(IReadOnlyList<string> items)
    {
        if (_past.Count == 0) return null;
        var head = 0;
        for (var i = 0; i < items.Count; i++)
            if (_past.Items.IndexOf(items[i]) is >= 0 and var index && _head[index]) head++;
        return head;
    }

    /// <summary>Mean Jaccard distance 1 - |A and B| / |A or B| between the categories of two items of the list, in parts of <see cref="ListScore.One"/>; two items without any have distance 0. Null for
    /// fewer than two items, or where no item of the catalogue has a category.</summary>
    public int? Variety(IReadOnlyList<string> items)
    {
        if (!Described || items.Count < 2) return null;
        var sum = 0.0;
        var categories = new int[items.Count][];
        for (var i = 0; i < items.Count; i++)
        {
            categories[i] = CategoriesOf(items[i]);
            for (var j = 0; j < i; j++) sum += Distance(categories[i], categories[j]);
        }
        return (int)Math.Round(ListScore.One * sum / (items.Count * (items.Count - 1) / 2.0), MidpointRounding.AwayFromZero);
    }

    private int[] CategoriesOf(string item) => _past.Items.IndexOf(item) is >= 0 and var index ? _categories[index] : [];

    /// <summary>Of two ascending sets.</summary>
    private static double Distance(int[] a, int[] b)
    {
        int i = 0, j = 0, both = 0;
        while (i < a.Length && j < b.Length)
        {
            if (a[i] == b[j]) { both++; i++; j++; }
            else if (a[i] < b[j]) i++;
            else j++;
        }
        var either = a.Length + b.Length - both;
        return either == 0 ? 0 : 1 - (double)both / either;
    }

    private static bool[] Popular(Interactions past)
    {
        var (head, covered) = (new bool[past.Items.Count], 0L);
        foreach (var item in Enumerable.Range(0, past.Items.Count).OrderByDescending(i => past.ByItem[i].Length))
        {
            if (covered >= HeadShare * past.Count) break;
            head[item] = true;
            covered += past.ByItem[item].Length;
        }
        return head;
    }
}
