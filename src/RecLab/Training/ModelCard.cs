using System.Text.Json;

namespace RecLab.Training;

/// <summary>What is to be known of a model, kept beside it as card.json: where it comes from, how good it is, what it costs.</summary>
public sealed record ModelCard
{
    public required string Variant { get; init; }
    public required int Version { get; init; }
    public required int Run { get; init; }
    public required string Family { get; init; }
    public required string Paper { get; init; }
    public required JsonElement Options { get; init; }
    public required int Seed { get; init; }
    public required string Device { get; init; }
    public required int Threads { get; init; }
    public required CardData Data { get; init; }

    /// <summary>Offline evaluation on the test slice; null where it could not be made.</summary>
    public JsonElement? Evaluation { get; init; }

    /// <summary>NDCG@10 on the validation slice, 0..1.</summary>
    public double? ValidationScore { get; init; }
    public required double TrainSeconds { get; init; }
    public double? EvaluateSeconds { get; init; }

    /// <summary>Mean time to score all items for one user, microseconds, one user at a time.</summary>
    public double? ScoringMicroseconds { get; init; }

    /// <summary>What the model keeps of the people it learnt from.</summary>
    public required string Privacy { get; init; }
    public required DateTimeOffset MadeAt { get; init; }

    /// <summary>RecLab, .NET, operating system, libtorch where it was used.</summary>
    public required IReadOnlyDictionary<string, string> Versions { get; init; }

    internal static JsonSerializerOptions Format { get; } = new(JsonSerializerDefaults.Web) { WriteIndented = true };
}

/// <summary>The data a model learnt from.</summary>
/// <param name="Dataset">Its name.</param>
/// <param name="Hash">Content hash of the whole data set.</param>
/// <param name="Cut">How it was cut.</param>
/// <param name="NewestTrainingRow">Time of the newest row learnt from; null without times.</param>
public sealed record CardData(string Dataset, string Hash, string Cut, int Users, int Items, int TrainRows, int ValidationRows, int TestRows, int HiddenRows, DateTimeOffset? NewestTrainingRow)
{
    /// <summary>The placements between which the model tells; empty where it answers alike in all.</summary>
    public IReadOnlyList<string> Placements { get; init; } = [];
}
