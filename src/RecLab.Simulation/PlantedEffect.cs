using RecLab.Simulation.Clicks;
using RecLab.Simulation.Worlds;
using RecLab.Statistics;

namespace RecLab.Simulation;

/// <summary>A variant whose difference from another is known exactly: it shows the same list, but in a visit it takes with the given probability the item of the list that
/// truly pleases most is moved to the first place. For testing the whole chain from assignment to verdict.</summary>
/// <param name="seed">Decides which visits are taken.</param>
/// <param name="probability">Of taking a visit, 0..1; 0 is an A/A test.</param>
public sealed class PlantedEffect(World world, int seed, double probability)
{
    private readonly Dice _dice = Dice.Of(seed).For(502);

    /// <summary>The list the variant shows in a visit.</summary>
    public int[] List(Visit visit, int[] list) => _dice.For(visit.User).Uniform(visit.Number) < probability ? BestFirst(visit.User, list) : list;

    /// <summary>By how much the variant's click-through rate exceeds the other's, by enumeration: people come equally often on average, and a list's viewable impressions do
    /// not depend on its items, so it is probability x mean gain in clicks / viewable impressions of a list.</summary>
    /// <param name="list">The list shown to a person; all of one length.</param>
    public double Difference(PositionBased clicks, IReadOnlyCollection<int> people, Func<int, int[]> list)
    {
        var attraction = new float[world.Items.Count];
        double gain = 0, viewable = 0;
        foreach (var user in people)
        {
            world.Attraction(user, attraction);
            var plain = list(user);
            var (clicked, seen) = Expectation.Of(clicks, attraction, plain);
            gain += Expectation.Of(clicks, attraction, BestFirst(user, plain)).Clicks - clicked;
            viewable += seen;
        }
        return probability * gain / viewable;
    }

    private int[] BestFirst(int user, int[] list)
    {
        if (list.Length == 0) return list;
        var attraction = new float[world.Items.Count];
        world.Attraction(user, attraction);
        var best = 0;
        for (var k = 1; k < list.Length; k++) if (attraction[list[k]] > attraction[list[best]]) best = k;
        return [list[best], .. list[..best], .. list[(best + 1)..]];
    }
}
