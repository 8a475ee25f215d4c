using RecLab.Recommenders.Data;
using RecLab.Simulation.Clicks;
using RecLab.Simulation.Worlds;
using RecLab.Statistics;

namespace RecLab.Simulation;

/// <summary>Answers known beforehand: what a list is worth in a world under the position-based model, by enumeration instead of drawing.</summary>
public static class Expectation
{
    /// <summary>Expected clicks and expected viewable impressions of one list: sum over k of examination[k] x attraction and of examination[k].</summary>
    public static (double Clicks, double Viewable) Of(PositionBased clicks, ReadOnlySpan<float> attraction, ReadOnlySpan<int> items)
    {
        double clicked = 0, viewable = 0;
        for (var k = 0; k < items.Length; k++)
        {
            var examined = clicks.Examination(k);
            viewable += examined;
            clicked += examined * attraction[items[k]];
        }
        return (clicked, viewable);
    }

    /// <summary>Click-through rate (ratio of sums) over people when each is shown the list <paramref name="list"/> gives for them.</summary>
    public static double ClickThrough(World world, PositionBased clicks, IEnumerable<int> people, Func<int, int[]> list)
    {
        var attraction = new float[world.Items.Count];
        double clicked = 0, viewable = 0;
        foreach (var user in people)
        {
            world.Attraction(user, attraction);
            var (c, v) = Of(clicks, attraction, list(user));
            clicked += c;
            viewable += v;
        }
        return viewable == 0 ? double.NaN : clicked / viewable;
    }

    /// <summary>The best list there is: the most attractive items first (upper bound of any variant).</summary>
    public static int[] Oracle(World world, int user, int count)
    {
        var attraction = new float[world.Items.Count];
        world.Attraction(user, attraction);
        return RecLab.Recommenders.Ranker.Top(attraction, count);
    }

    /// <summary>A list drawn uniformly without repeats (lower bound of any sensible variant).</summary>
    public static int[] Uniform(World world, int seed, int user, int count) =>
        [.. Enumerable.Range(0, world.Items.Count).OrderBy(i => Dice.Of(seed).For(500).For(user).Bits(i)).Take(count)];

    /// <summary>The same interactions with the items shuffled among the rows: every user keeps a history of the same length and every item its popularity, but nothing else is left to learn.</summary>
    public static Interactions Shuffled(Interactions data, int seed)
    {
        int[] item = [.. data.Item];
        Dice.Of(seed).For(501).Shuffle<int>(item);
        return new(data.Users, data.Items, data.User, item, data.Value, data.Time, data.Catalogue, scenarios: data.Scenarios);
    }
}
