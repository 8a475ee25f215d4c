using System.Text.Json;
using System.Text.Json.Serialization;

namespace RecLab.Recommenders.Evaluation;

/// <summary>One metric of a run at one k.</summary>
/// <param name="Metric">Key in <see cref="RankingMetricCatalog"/>.</param>
/// <param name="K">Places looked at.</param>
/// <param name="Mean">The value, or null where it has no meaning.</param>
/// <param name="Low">Lower end of the percentile bootstrap interval over users, or null where the metric is no mean over users.</param>
/// <param name="High">Upper end.</param>
/// <param name="Users">How many users the mean is over.</param>
public sealed record MetricValue(string Metric, int K, double? Mean, double? Low, double? High, int Users);

/// <summary>The same metrics over a part of the users, or with a part of the items counting as relevant.</summary>
/// <param name="Name">"users: new" (nothing known of them), "users: light" and "users: heavy" (below the median of known rows, and from it on), "users: age = 25-34" (a value of an attribute that
/// has at most 24 of them), "items: head" (the fifth of the catalogue with most training rows) and "items: tail" (the rest).</param>
public sealed record SliceResult(string Name, IReadOnlyList<MetricValue> Values)
{
    /// <summary>One value; null where it was not asked for.</summary>
    [JsonIgnore]
    public MetricValue? this[string metric, int k] => Values.FirstOrDefault(v => v.Metric == metric && v.K == k);
}

/// <summary>What an evaluation found; serialisable as it is.</summary>
public sealed record EvaluationResult
{
    /// <summary>Every metric at every k.</summary>
    public required IReadOnlyList<MetricValue> Values { get; init; }

    /// <summary>NDCG and recall by slice; empty where not asked for.</summary>
    public IReadOnlyList<SliceResult> Slices { get; init; } = [];

    /// <summary>RMSE, MAE and their kind over the test rows' values (k = 0), for a model that predicts ratings; empty for others.</summary>
    public IReadOnlyList<MetricValue> Ratings { get; init; } = [];

    /// <summary>Users with something relevant to find.</summary>
    public required int Users { get; init; }

    /// <summary>Users with test rows none of which is a question (not relevant, or already known): left out of every mean.</summary>
    public required int UsersWithoutRelevant { get; init; }

    /// <summary>Users the model could not answer: their lists are empty and count with 0.</summary>
    public required int UsersUnanswered { get; init; }

    /// <summary>Items that could be recommended; all were ranked.</summary>
    public required int Items { get; init; }

    /// <summary>How it was judged.</summary>
    public required EvaluationOptions Options { get; init; }

    /// <summary>Wall seconds of scoring and ranking, all threads together busy.</summary>
    public double ScoringSeconds { get; init; }

    /// <summary>Wall seconds of everything.</summary>
    public double Seconds { get; init; }

    /// <summary>Each user's values, for comparisons between models on the same users; kept beside, not in the JSON.</summary>
    [JsonIgnore]
    public UserValues? PerUser { get; init; }

    /// <summary>One value; <c>null</c> where the metric or k was not asked for.</summary>
    [JsonIgnore]
    public MetricValue? this[string metric, int k] => Values.FirstOrDefault(v => v.Metric == metric && v.K == k);

    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <exception cref="JsonException">The text is no evaluation result.</exception>
    public static EvaluationResult FromJson(string json) => JsonSerializer.Deserialize<EvaluationResult>(json, Json) ?? throw new JsonException("The text is no evaluation result.");

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
}
