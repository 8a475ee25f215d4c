using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;
using RecLab.Data;
using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Evaluation;
using RecLab.Recommenders.Neural;

namespace RecLab.Training;

/// <summary>Fills in the card of a trained model.</summary>
internal static class CardWriter
{
    public static ModelCard Write(Variant variant, TrainingRun run, RecommenderFamily family, Dataset dataset, Split split, Judgement judged, double seconds, TrainingSettings settings, DateTimeOffset now) => new()
    {
        Variant = variant.Key, Version = run.Version, Run = run.Id, Family = family.Key, Paper = family.Paper,
        Options = JsonSerializer.Deserialize<JsonElement>(run.Options),
        Seed = run.Seed, Device = run.Device, Threads = settings.Threads,
        Data = new(dataset.Name, dataset.ContentHash, How(dataset.Plan()), dataset.Users, dataset.Items,
            split.Train.Count, split.Validation.Count, split.Test.Count, split.Hidden.Count,
            split.Train.Count > 0 && split.Train.Time[^1] != 0 ? DateTimeOffset.FromUnixTimeSeconds(split.Train.Time[^1]) : null)
        {
            Placements = family.KnowsScenarios ? split.Train.Scenarios?.Names.Ids ?? [] : [],
        },
        Evaluation = JsonSerializer.Deserialize<JsonElement>(judged.Test.ToJson()),
        ValidationScore = judged.Validation, TrainSeconds = seconds, EvaluateSeconds = judged.Test.Seconds, ScoringMicroseconds = judged.ScoringMicroseconds,
        Privacy = "Learnt from pseudonymous user ids without differential privacy; the arrays may hold a row per user.",
        MadeAt = now,
        Versions = Versions(family),
    };

    private static string How(SplitPlan plan) => plan.Kind switch
    {
        SplitKind.NewestOfSome => FormattableString.Invariant($"newest row of drawn users: validation {plan.Validation}, test {plan.Test} of the users; the rest trains"),
        SplitKind.FourSlices => FormattableString.Invariant($"per user in time: train, validation {plan.Validation}, test {plan.Test}, hidden {plan.Hidden}"),
        _ => CutWords.Sentence(plan),
    };

    private static Dictionary<string, string> Versions(RecommenderFamily family)
    {
        var versions = new Dictionary<string, string>
        {
            ["reclab"] = typeof(CardWriter).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown",
            ["dotnet"] = Environment.Version.ToString(),
            ["os"] = RuntimeInformation.OSDescription,
        };
        if (family.NeedsTorch && NeuralRuntime.Version is { } torch) versions["libtorch"] = torch;
        return versions;
    }
}
