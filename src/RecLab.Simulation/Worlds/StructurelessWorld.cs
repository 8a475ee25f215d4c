using RecLab.Recommenders.Data;
using RecLab.Statistics;

namespace RecLab.Simulation.Worlds;

/// <summary>Tastes without any structure: each person likes as many items as their hidden rows name, but which ones is drawn uniformly per person, whatever was ever
/// touched by anyone. Nothing can be learnt, popularity included, so no variant differs from another: what a comparison finds here is an error of the comparison.</summary>
public sealed class StructurelessWorld(Interactions hidden, int seed) : World(hidden, seed)
{
    private readonly Dice _dice = Dice.Of(seed).For(301);

    public override string Name => "structureless";

    protected override void Liking(int user, Span<float> liking)
    {
        liking.Clear();
        var dice = _dice.For(user);
        var wanted = Math.Min(Hidden.ByUser.Size(user), liking.Length);
        for (var draw = 0; wanted > 0; draw++)
        {
            var item = dice.Below(liking.Length, draw);
            if (liking[item] > 0) continue;
            liking[item] = 1;
            wanted--;
        }
    }
}
