using System.Text.Json;
using System.Text.Json.Serialization;
using RecLab.Events;
using RecLab.Results.Metrics;
using RecLab.Statistics;

namespace RecLab.Results;

/// <summary>Sums over an arm's users of what each did so many days after the first list.</summary>
public sealed record AgeSums(int Arm, int Days, UnitSums Sums);

/// <summary>What the page of a metric in depth reads beside the reading itself.</summary>
/// <param name="Ages">By metric key.</param>
/// <param name="Spots">Impressions by arm and position.</param>
public sealed record FrozenDepth(IReadOnlyDictionary<string, IReadOnlyList<AgeSums>> Ages, IReadOnlyList<SpotTotal> Spots)
{
    /// <summary>By metric key; null in snapshots that were taken before slices were.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<SliceSums>>? Slices { get; init; }

    public IReadOnlyDictionary<(int Arm, int Days), UnitSums> AgesOf(string metric) => Ages.TryGetValue(metric, out var ages) ? ages.ToDictionary(a => (a.Arm, a.Days), a => a.Sums) : new Dictionary<(int, int), UnitSums>();

    /// <summary>Everything a panel could ask of a phase.</summary>
    public static FrozenDepth Read(UnitTotals units, UnitSlices slices, UnitScope scope, IReadOnlyList<AskedMetric> asked) => new(
        asked.ToDictionary(m => m.Metric.Key, m => (IReadOnlyList<AgeSums>)[.. units.ByAge(scope, m.Measure).OrderBy(a => a.Key).Select(a => new AgeSums(a.Key.Arm, a.Key.Days, a.Value))]),
        units.ByPosition(scope)) { Slices = Sliced(slices, scope, asked) };

    private static Dictionary<string, IReadOnlyList<SliceSums>> Sliced(UnitSlices slices, UnitScope scope, IReadOnlyList<AskedMetric> metrics)
    {
        var cells = slices.Names(scope).SelectMany(n => slices.Read(scope, n, [.. metrics.Select(m => m.Measure)]).Select(c => (Name: n, c.Key, c.Value))).ToArray();
        return metrics.Index().ToDictionary(m => m.Item.Metric.Key, m => (IReadOnlyList<SliceSums>)[.. cells.Select(c => new SliceSums(c.Name, c.Key.Value, c.Key.Arm, c.Value[m.Index]))]);
    }
}

/// <summary>The numbers of an experiment as they were when it was decided: both readings with what their metrics show in depth, and the sentences that were shown.</summary>
/// <param name="Live">Null where no live user was counted.</param>
/// <param name="Simulated">Null where no simulated visitor was counted.</param>
/// <param name="LiveVerdict">The sentence as it stood on the page.</param>
/// <param name="LiveDepth">Null in snapshots that were taken before it was frozen too.</param>
public sealed record ResultsSnapshot(DateTimeOffset At, ResultsInput? Live, ResultsInput? Simulated, string? LiveVerdict, string? SimulatedVerdict, FrozenDepth? LiveDepth = null, FrozenDepth? SimulatedDepth = null)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter() }, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    public ResultsInput? Reading(bool simulated) => simulated ? Simulated : Live;

    public FrozenDepth? Depth(bool simulated) => simulated ? SimulatedDepth : LiveDepth;

    public static ResultsSnapshot Of(DateTimeOffset at, ResultsInput live, ResultsInput simulated, FrozenDepth? liveDepth = null, FrozenDepth? simulatedDepth = null) =>
        new(at, live, simulated, ResultsView.Of(live).Verdict.Sentence, ResultsView.Of(simulated).Verdict.Sentence, liveDepth, simulatedDepth);

    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <exception cref="JsonException">The text is no snapshot.</exception>
    public static ResultsSnapshot FromJson(string json) => JsonSerializer.Deserialize<ResultsSnapshot>(json, Json) ?? throw new JsonException("The text is no snapshot of results.");
}
