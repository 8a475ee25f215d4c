using System.Text.Json;
using System.Text.Json.Serialization;

namespace RecLab.Experiments;

/// <summary>How an experiment shows its arms: each user sees one of them, with fixed shares; each list is made by all of them; or each user sees one, with shares that follow what is found.</summary>
public enum ExperimentMode { Split, Interleaving, Bandit }

/// <summary>Everything about an experiment that is settled before its start besides arms and goal. Stored as JSON; an absent field has the default
/// given here, so that older experiments stay readable.</summary>
public sealed record ExperimentSettings
{
    /// <summary>How users meet the arms.</summary>
    public ExperimentMode Mode { get; init; }

    /// <summary>How a bandit shares out its users; asked of <see cref="ExperimentMode.Bandit"/> only.</summary>
    public BanditPlan Bandit { get; init; } = new();

    /// <summary>Metrics that must not get worse by more than a margin; judged as non-inferiority.</summary>
    public IReadOnlyList<Guardrail> Guardrails { get; init; } = [];

    /// <summary>Keys of further metrics, shown with the false discovery rate held (Benjamini-Hochberg).</summary>
    public IReadOnlyList<string> Secondary { get; init; } = [];

    /// <summary>Metrics in which a single user counts for so much at most (winsorised).</summary>
    public IReadOnlyList<CapRule> Caps { get; init; } = [];

    /// <summary>What <see cref="Caps"/> came to when the experiment started; never changes afterwards. Empty in a draft.</summary>
    public IReadOnlyList<FixedCap> FixedCaps { get; init; } = [];

    /// <summary>Who may take part: every condition must hold.</summary>
    public IReadOnlyList<Condition> Targeting { get; init; } = [];

    /// <summary>Experiments in one layer with disjoint slices never share a user; null stands outside every layer.</summary>
    public LayerSlice? Layer { get; init; }

    /// <summary>Users of the global holdout stay out (default); false for the experiment that measures the holdout itself.</summary>
    public bool RespectsHoldout { get; init; } = true;

    /// <summary>Only users who see this arm of another experiment may take part.</summary>
    public Prerequisite? Prerequisite { get; init; }

    /// <summary>Testers by user id and the arm (position) they are shown. They never enter the results.</summary>
    public IReadOnlyDictionary<string, int> Overrides { get; init; } = new Dictionary<string, int>();

    /// <summary>No verdict below this many users in every arm.</summary>
    public int MinimumUsers { get; init; } = 100;

    /// <summary>No verdict on live traffic before this many full days.</summary>
    public int MinimumDays { get; init; } = 7;

    /// <summary>Attributes by which the result may be split; those named later are marked exploratory.</summary>
    public IReadOnlyList<string> Slices { get; init; } = [];

    /// <summary>Attributes named after the start: recorded from then on, always exploratory.</summary>
    public IReadOnlyList<string> LaterSlices { get; init; } = [];

    /// <summary>Relative effect worth finding, for example 0.05. Where lists are interleaved, the mean score worth finding: 0.1 is a share of 55 % of the clicks.</summary>
    public double TargetEffect { get; init; } = 0.05;

    /// <summary>Chance wanted to find it if it is there.</summary>
    public double Power { get; init; } = 0.8;

    /// <summary>Users per arm the plan asks for; 0 when nothing was known to plan with. Where lists are interleaved, users who click.</summary>
    public int PlannedUsers { get; init; }

    /// <summary>Days the plan asks for; 0 when unknown.</summary>
    public int PlannedDays { get; init; }

    /// <summary>N* of the always-valid interval: the number of users at which it is tightest. Null where nobody planned.</summary>
    public double? TightestAt { get; init; }

    /// <summary>The same, without a plan 5,000 users; where lists are interleaved 200 who click, a quarter of those that find a share of 55 % of the clicks four times in five.</summary>
    [JsonIgnore]
    public double Tuning => TightestAt ?? (Mode == ExperimentMode.Interleaving ? 200 : 5000);

    /// <summary>How many attributes a result may be split by, later ones included.</summary>
    public const int MostSlices = 6;

    /// <summary>The defaults.</summary>
    public static ExperimentSettings Default { get; } = new();

    // strict: it also comes from outside, and a null or an unknown kind would be met under a user's request
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, Converters = { new JsonStringEnumConverter(allowIntegerValues: false) },
    };

    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <exception cref="JsonException">The text is not JSON of settings.</exception>
    public static ExperimentSettings FromJson(string json) => JsonSerializer.Deserialize<ExperimentSettings>(json, Json) ?? Default;
}

/// <summary>How a bandit shares out its users.</summary>
/// <param name="ControlShare">Share of the first arm, the same for ever: what the others are judged against. Above 0 and below 1.</param>
/// <param name="Floor">Least part of the other users that an arm gets, 0 or more.</param>
/// <param name="MinimumUsers">Users every arm needs before the shares change for the first time.</param>
/// <param name="EveryHours">Hours between two looks, above 0.</param>
public sealed record BanditPlan(double ControlShare = 0.2, double Floor = 0.05, int MinimumUsers = 100, double EveryHours = 24)
{
    /// <summary>Hours for which purchases, baskets and the like count after a list.</summary>
    public const double OutcomeHours = 24 * 7;

    private static readonly HashSet<string> Seen = ["ctr", "clicks", "clickers", "time-to-click", "click-mrr", "click-ndcg", "popularity", "diversity", "coverage"];

    /// <summary>Whether a metric is told of days after the list, and not seen on it. In phases shorter than that most of it falls into a phase in which the user may have another arm.</summary>
    public static bool IsTold(string metric) => !Seen.Contains(metric);
}

/// <summary>A metric that must not get worse.</summary>
/// <param name="Metric">Key in the outcome metric catalogue.</param>
/// <param name="Margin">How much worse, relative to control, is still acceptable; above 0.</param>
public sealed record Guardrail(string Metric, double Margin);

/// <summary>A limit to what one user can count for.</summary>
/// <param name="Metric">Key in the outcome metric catalogue.</param>
/// <param name="Value">The limit as the metric is read: minor units, seconds, counts; null takes it from the past of the placement when the experiment starts.</param>
/// <param name="Percentile">Where in the past it is taken, of users.</param>
public sealed record CapRule(string Metric, double? Value = null, double Percentile = 0.999);

/// <summary>A limit as it stands for one reading of an experiment.</summary>
/// <param name="Simulated">Which of the two readings.</param>
/// <param name="Value">As the metric is read.</param>
/// <param name="Parts">The same in the whole numbers that are added up.</param>
/// <param name="Source">Where it comes from: "99.9th percentile of 2,310 users over 14 days: control of Home page ranking, live".</param>
public sealed record FixedCap(string Metric, bool Simulated, double Value, long Parts, string Source);

/// <summary>A slice [From, To) of a layer's line of users.</summary>
public sealed record LayerSlice(string Layer, double From, double To)
{
    /// <summary>Same layer and no user in common.</summary>
    public bool IsApartFrom(LayerSlice? other) => other is not null && other.Layer == Layer && (To <= other.From || other.To <= From);
}

/// <summary>Another experiment and the arm of it that must be shown.</summary>
public sealed record Prerequisite(string Experiment, int Arm);
