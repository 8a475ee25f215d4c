using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using RecLab.Recommenders.Evaluation;

namespace RecLab.Data;

/// <summary>A way a data set can be cut.</summary>
/// <param name="Word">As requests name it.</param>
/// <param name="Title">What is tested, for people.</param>
public sealed record CutWay(string Word, SplitKind Kind, string Title);

/// <summary>What the ways of cutting a data set are called: in requests, in addresses and in sentences.</summary>
public static class CutWords
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    /// <summary>The ways a data set can be imported with, the usual one first. Cross-validation has no one cut to keep a model by: <c>reclab compare</c> does it.</summary>
    public static IReadOnlyList<CutWay> Ways { get; } =
    [
        new("user-time", SplitKind.FourSlices, "newest rows of each user"), new("leave-one-out", SplitKind.LeaveOneOut, "last row of each user"),
        new("random", SplitKind.Random, "rows of each user at random"), new("global-time", SplitKind.GlobalTime, "everything after one moment"),
        new("cold-users", SplitKind.ColdUsers, "users unknown to training"), new("cold-items", SplitKind.ColdItems, "items unknown to training"),
    ];

    /// <summary>Validation and test have shares of their own.</summary>
    public static bool HasShares(SplitKind kind) => kind is SplitKind.FourSlices or SplitKind.Random or SplitKind.GlobalTime;

    /// <summary>Users or items are made cold.</summary>
    public static bool IsCold(SplitKind kind) => kind is SplitKind.ColdUsers or SplitKind.ColdItems;

    /// <summary>Chance decides, so a seed belongs to it.</summary>
    public static bool HasSeed(SplitKind kind) => kind == SplitKind.Random || IsCold(kind);

    /// <summary>What is wrong with a plan to import with, one sentence, or null.</summary>
    public static string? Wrong(SplitPlan plan) =>
        Ways.All(w => w.Kind != plan.Kind) ? $"A data set cannot be kept cut so. Known: {string.Join(", ", Ways.Select(w => w.Word))}."
        : HasShares(plan.Kind) && (plan.Validation is not (>= 0 and <= 0.5) || plan.Test is not (> 0 and <= 0.5)) ? "The share that tests must lie above 0 and at most at 0.5, the share that validates between 0 and 0.5."
        : HasShares(plan.Kind) && plan.Validation + plan.Test + plan.Hidden > 0.9 + 1e-9 ? "The shares that validate, test and stay hidden must leave at least a tenth to train on."
        : plan.Kind == SplitKind.ColdUsers && plan.Test is not (> 0 and <= 0.9) ? "The share of a cold user's rows that tests must lie above 0 and at most at 0.9."
        : IsCold(plan.Kind) && plan.Cold is not (> 0 and <= 0.9) ? "The share made cold must lie above 0 and at most at 0.9."
        : null;

    /// <summary>For addresses and to tell protocols apart: every option that moves a row is in it.</summary>
    public static string Key(SplitPlan plan)
    {
        var seed = HasSeed(plan.Kind) ? FormattableString.Invariant($"-seed{plan.Seed}") : "";
        return plan.Kind switch
        {
            SplitKind.LeaveOneOut => $"last-{Percent(plan.Hidden)}",
            SplitKind.ColdUsers => $"coldusers-{Percent(plan.Cold)}-{Percent(plan.Test)}-{Percent(plan.Hidden)}{seed}",
            SplitKind.ColdItems => $"colditems-{Percent(plan.Cold)}-{Percent(plan.Hidden)}{seed}",
            _ => $"{plan.Kind switch { SplitKind.FourSlices => "time", SplitKind.NewestOfSome => "newest", SplitKind.GlobalTime => "moment", _ => plan.Kind.ToString().ToLowerInvariant() }}-{Percent(plan.Validation)}-{Percent(plan.Test)}-{Percent(plan.Hidden)}{seed}",
        };
    }

    /// <summary>What is cut off, for people; no full stop.</summary>
    public static string Sentence(SplitPlan plan)
    {
        var shares = $"validation {Percent(plan.Validation)} %, test {Percent(plan.Test)} %";
        var rest = $"hidden {Percent(plan.Hidden)} %{(HasSeed(plan.Kind) ? FormattableString.Invariant($", seed {plan.Seed}") : "")}";
        return plan.Kind switch
        {
            SplitKind.FourSlices => $"Cut in each user's time ({shares}, {rest})",
            SplitKind.NewestOfSome => $"The newest row of some users ({shares} of them)",
            SplitKind.LeaveOneOut => $"The last row of each user tests, the one before validates ({rest})",
            SplitKind.Random => $"Rows of each user drawn at random ({shares}, {rest})",
            SplitKind.GlobalTime => $"Cut at one moment for everybody ({shares}, {rest})",
            SplitKind.ColdUsers => $"Of {Percent(plan.Cold)} % of the users nothing is learnt and the newest {Percent(plan.Test)} % of their rows test ({rest})",
            SplitKind.ColdItems => $"Of {Percent(plan.Cold)} % of the items nothing is learnt and all their rows test ({rest})",
            _ => $"{plan.Kind} ({shares}, {rest})",
        };
    }

    /// <summary>As a data set keeps it; null for the usual cut. The hidden share has a column of its own.</summary>
    public static string? ToJson(SplitPlan plan) => plan with { Hidden = 0 } == new SplitPlan { Hidden = 0 } ? null : JsonSerializer.Serialize(plan with { Hidden = 0 }, Format);

    /// <exception cref="JsonException">The text is no plan.</exception>
    public static SplitPlan FromJson(string? json) => json is null ? new() : JsonSerializer.Deserialize<SplitPlan>(json, Format) ?? throw new JsonException("The plan of a cut is empty.");

    private static string Percent(double share) => (share * 100).ToString("0.#", CultureInfo.InvariantCulture);
}
