using RecLab.Recommenders.Data;

namespace RecLab.Recommenders.Models.Factors;

/// <summary>The features of a factorisation machine: one for every user and item, and one for every value of an attribute or category that several
/// share. A list of n values of one attribute counts 1 / sqrt n each.</summary>
internal sealed class FmFeatures
{
    private readonly List<(int Feature, float Value)[]> _users = [], _items = [];
    private readonly Dictionary<string, int> _shared = new(StringComparer.Ordinal);

    public FmFeatures(Interactions data, bool withAttributes)
    {
        Count = data.Users.Count + data.Items.Count;
        var ofUsers = data.Users.Ids.Select(id => withAttributes ? Groups(data.Audience, id) : []).ToArray();
        var ofItems = data.Items.Ids.Select(id => withAttributes ? Groups(data.Catalogue[id]) : []).ToArray();
        Share(ofUsers, "user ");
        Share(ofItems, "item ");
        for (var u = 0; u < ofUsers.Length; u++) _users.Add(Active(u, ofUsers[u], "user "));
        for (var i = 0; i < ofItems.Length; i++) _items.Add(Active(data.Users.Count + i, ofItems[i], "item "));
    }

    /// <summary>How many features there are.</summary>
    public int Count { get; private set; }

    public ReadOnlySpan<(int Feature, float Value)> OfUser(int user) => _users[user];
    public ReadOnlySpan<(int Feature, float Value)> OfItem(int item) => _items[item];

    private static string[][] Groups(Audience audience, string id) =>
        [.. audience.AttributeNames.Select(name => audience[id, name] is { } value ? value.Split('|').Select(v => $"{name}={v}").ToArray() : []).Where(g => g.Length > 0)];

    private static string[][] Groups(ItemInfo item) =>
        [.. (item.Attributes ?? new Dictionary<string, string>()).OrderBy(a => a.Key, StringComparer.Ordinal).Select(a => a.Value.Split('|').Select(v => $"{a.Key}={v}").ToArray())
            .Append([.. item.Categories.Select(c => $"category={c}")]).Where(g => g.Length > 0)];

    /// <summary>Gives a feature to every value that at least two have.</summary>
    private void Share(string[][][] groups, string side)
    {
        foreach (var value in groups.SelectMany(own => own.SelectMany(g => g).Distinct()).CountBy(v => v).Where(c => c.Value > 1).Select(c => side + c.Key)) _shared[value] = Count++;
    }

    private (int, float)[] Active(int id, string[][] groups, string side)
    {
        var active = new List<(int, float)> { (id, 1) };
        foreach (var group in groups)
        {
            int[] known = [.. group.Where(v => _shared.ContainsKey(side + v)).Select(v => _shared[side + v]).Distinct()];
            foreach (var feature in known) active.Add((feature, 1 / MathF.Sqrt(known.Length)));
        }
        return [.. active];
    }
}
