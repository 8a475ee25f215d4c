using System.Text.Json;
using System.Text.Json.Serialization;
using RecLab.Events;
using RecLab.Experiments;

namespace RecLab.Results;

/// <summary>Everything one reading of a results page is computed from: what was asked and the sufficient statistics. Kept as JSON in the snapshot of a decided
/// experiment and in exports, so that every number can be recomputed from it alone.</summary>
public sealed record ResultsInput
{
    public required string Key { get; init; }
    public required string Name { get; init; }
    public required ExperimentState State { get; init; }
    public required string GoalMetric { get; init; }
    public required double Alpha { get; init; }
    public required ExperimentSettings Settings { get; init; }

    /// <summary>Which phase; its arms by position.</summary>
    public required int Phase { get; init; }
    public required IReadOnlyList<PhaseArm> Arms { get; init; }

    /// <summary>Null before the start.</summary>
    public DateTimeOffset? PhaseStartedAt { get; init; }
    public DateTimeOffset? PhaseEndedAt { get; init; }

    /// <summary>Which of the two readings.</summary>
    public required bool Simulated { get; init; }
    public required DateTimeOffset ReadAt { get; init; }
    public required PhaseTotals Totals { get; init; }

    /// <summary>Finer cumulative totals than <see cref="PhaseTotals.Days"/> while the phase is young; <see cref="Step.At"/> in Unix seconds. Empty otherwise.</summary>
    public IReadOnlyList<Step> Minutes { get; init; } = [];
    public required TrafficFacts Facts { get; init; }

    /// <summary>Phases of a bandit before this one that had the same arms and models and other shares, oldest first; empty otherwise.</summary>
    public IReadOnlyList<Bandits.Stratum> Earlier { get; init; } = [];

    /// <summary>How users stand between the arms where lists are interleaved; null otherwise.</summary>
    public ContestTotals? Contest { get; init; }
    public IReadOnlyList<OfflineArm> Offline { get; init; } = [];

    /// <summary>The kill switch of its placement, while it is on; null otherwise.</summary>
    public PlacementHalt? Halt { get; init; }

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter() }, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <exception cref="JsonException">The text is no reading.</exception>
    public static ResultsInput FromJson(string json) => JsonSerializer.Deserialize<ResultsInput>(json, Json) ?? throw new JsonException("The text is no reading of results.");
}

/// <summary>A placement that serves its fallback to everybody: nobody is assigned and nothing is counted.</summary>
/// <param name="Placement">Its name.</param>
public sealed record PlacementHalt(string Placement, DateTimeOffset At, string By, string Why);
