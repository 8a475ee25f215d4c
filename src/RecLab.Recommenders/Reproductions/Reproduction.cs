using System.Diagnostics;

namespace RecLab.Recommenders.Reproductions;

/// <summary>A row of a published (or independently computed) table, and how to get it again: same rows, same protocol, same settings.</summary>
/// <param name="Id">Stable key: "split-1m-als".</param>
/// <param name="Dataset">Folder of the data set.</param>
/// <param name="Protocol">What is asked of whom, in one sentence.</param>
/// <param name="Model">What is trained, with its settings.</param>
/// <param name="Source">Where the values come from.</param>
/// <param name="Published">The values by metric: "NDCG@10"; not a number where the settings are published but no value is at hand.</param>
/// <param name="Tolerance">How far ours may lie away, absolute.</param>
/// <param name="Measure">Trains and measures, given the data set's folder; answers the same metrics.</param>
public sealed record Reproduction(string Id, string Dataset, string Protocol, string Model, string Source, IReadOnlyDictionary<string, double> Published, double Tolerance,
    Func<string, TrainingContext, IReadOnlyDictionary<string, double>> Measure)
{
    /// <summary>The source calls its values a floor: higher is met too.</summary>
    public bool Floor { get; init; }

    /// <summary>Why ours lie further away than the tolerance, where they do; else empty.</summary>
    public string Deviation { get; init; } = "";

    /// <summary>Does it.</summary>
    /// <param name="datasets">The folder the data sets lie in.</param>
    /// <exception cref="DirectoryNotFoundException">The data set is not there.</exception>
    public Reproduced Run(string datasets, TrainingContext context)
    {
        var folder = Path.Combine(datasets, Dataset);
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"The data set {Dataset} is not in {datasets}.");
        var clock = Stopwatch.StartNew();
        return new(this, Measure(folder, context), clock.Elapsed);
    }
}

/// <summary>What came out.</summary>
public sealed record Reproduced(Reproduction Row, IReadOnlyDictionary<string, double> Ours, TimeSpan Took)
{
    /// <summary>Whether there is a published value to hold ours against.</summary>
    public bool Comparable => Row.Published.Values.All(v => !double.IsNaN(v));

    /// <summary>Whether every metric lies within the tolerance (or above, for a floor); false where there is nothing to compare with.</summary>
    public bool Meets => Row.Published.All(p => Math.Abs(Ours[p.Key] - p.Value) <= Row.Tolerance || (Row.Floor && Ours[p.Key] > p.Value));
}
