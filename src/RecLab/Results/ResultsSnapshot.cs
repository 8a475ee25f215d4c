using System.Text.Json;
using System.Text.Json.Serialization;

namespace RecLab.Results;

/// <summary>The numbers of an experiment as they were when it was decided: both readings, and the sentences that were shown.</summary>
/// <param name="Live">Null where no live user was counted.</param>
/// <param name="Simulated">Null where no simulated visitor was counted.</param>
/// <param name="LiveVerdict">The sentence as it stood on the page.</param>
public sealed record ResultsSnapshot(DateTimeOffset At, ResultsInput? Live, ResultsInput? Simulated, string? LiveVerdict, string? SimulatedVerdict)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter() }, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    public ResultsInput? Reading(bool simulated) => simulated ? Simulated : Live;

    public static ResultsSnapshot Of(DateTimeOffset at, ResultsInput live, ResultsInput simulated) =>
        new(at, live, simulated, ResultsView.Of(live).Verdict.Sentence, ResultsView.Of(simulated).Verdict.Sentence);

    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <exception cref="JsonException">The text is no snapshot.</exception>
    public static ResultsSnapshot FromJson(string json) => JsonSerializer.Deserialize<ResultsSnapshot>(json, Json) ?? throw new JsonException("The text is no snapshot of results.");
}
