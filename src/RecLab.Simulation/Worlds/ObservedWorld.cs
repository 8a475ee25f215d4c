using RecLab.Recommenders.Data;

namespace RecLab.Simulation.Worlds;

/// <summary>People like exactly what their hidden rows hold, scaled by rating where there are ratings; nothing is inferred.</summary>
public sealed class ObservedWorld(Interactions hidden, int seed) : World(hidden, seed)
{
    private readonly float _top = hidden.Count == 0 ? 1 : Math.Max(1e-6f, hidden.Value.Max());

    public override string Name => "observed";

    protected override void Liking(int user, Span<float> liking)
    {
        liking.Clear();
        foreach (var row in Hidden.ByUser[user]) liking[Hidden.Item[row]] = Math.Clamp(Hidden.Value[row] / _top, 0, 1);
    }
}
