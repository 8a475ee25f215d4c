using RecLab.Data;
using RecLab.Simulation.Worlds;

namespace RecLab.Laboratory;

/// <summary>The only reader of hidden truths: makes the world that visitors live in from a data set's hidden slice.</summary>
public sealed class Worlds(DatasetShelf shelf)
{
    /// <exception cref="InvalidOperationException">The data set hides nothing, so nobody's taste is known.</exception>
    public async Task<World> OpenAsync(Dataset dataset, string name, int seed, CancellationToken cancellation = default)
    {
        if (dataset.HiddenShare <= 0) throw new InvalidOperationException($"The data set {dataset.Name} keeps no hidden truth, so visitors would have no tastes. Import it with a hidden share.");
        var data = await shelf.OpenAsync(dataset.Id, cancellation);
        var split = dataset.Plan().Cut(data);
        // Known = train and validation, never the offline test rows, so that offline and online stay two witnesses.
        return World.Of(name, split.Known, split.Hidden, seed);
    }
}
