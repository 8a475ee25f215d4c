using RecLab.Recommenders.Data;

namespace RecLab.Simulation.Worlds;

/// <summary>People like what others touched together with their hidden rows. Similarity of items a and b = c_ab / (c_a c_b)^p, where c counts users within a window of
/// nearby touches; liking = 0.7 x the sum over the hidden rows, divided by the user's largest sum; hidden rows themselves are liked fully. p = 0.5 is the cosine;
/// p = 1 (the lift) takes popularity out altogether: a world indifferent to it.</summary>
public sealed class NeighbourWorld : World
{
    private const int Window = 20, Kept = 100;
    private const double Shrink = 3;
    private readonly (int Item, float Weight)[][] _near;
    private readonly double _popularity;

    public NeighbourWorld(Interactions visible, Interactions hidden, int seed, double popularity) : base(hidden, seed)
    {
        _popularity = popularity;
        _near = Similarities(visible, hidden, popularity);
    }

    public override string Name => _popularity < 1 ? "neighbours" : "indifferent";

    protected override void Liking(int user, Span<float> liking)
    {
        liking.Clear();
        var rows = Hidden.ByUser[user];
        foreach (var row in rows)
            foreach (var (item, weight) in _near[Hidden.Item[row]]) liking[item] += weight;
        foreach (var row in rows) liking[Hidden.Item[row]] = 0;
        var top = 0f;
        foreach (var value in liking) top = Math.Max(top, value);
        if (top > 0) for (var i = 0; i < liking.Length; i++) liking[i] *= 0.7f / top;
        foreach (var row in rows) liking[Hidden.Item[row]] = 1;
    }

    private static (int, float)[][] Similarities(Interactions visible, Interactions hidden, double popularity)
    {
        var items = hidden.Items.Count;
        var together = new Dictionary<int, float>[items];
        for (var i = 0; i < items; i++) together[i] = [];
        var count = new double[items];
        for (var user = 0; user < hidden.Users.Count; user++)
        {
            int[] history = [.. visible.History(user), .. hidden.History(user)];
            for (var a = 0; a < history.Length; a++)
            {
                count[history[a]]++;
                for (var b = a + 1; b < Math.Min(history.Length, a + Window); b++)
                {
                    if (history[a] == history[b]) continue;
                    System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(together[history[a]], history[b], out _) += 1;
                    System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(together[history[b]], history[a], out _) += 1;
                }
            }
        }
        var near = new (int, float)[items][];
        Parallel.For(0, items, i => near[i] = [.. together[i]
            .Select(pair => (pair.Key, (float)(pair.Value / (pair.Value + Shrink) * pair.Value / Math.Pow(count[i] * count[pair.Key], popularity))))
            .OrderByDescending(pair => pair.Item2).ThenBy(pair => pair.Key).Take(Kept)]);
        return near;
    }
}
