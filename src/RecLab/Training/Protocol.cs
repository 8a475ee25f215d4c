using System.Globalization;
using RecLab.Recommenders.Evaluation;

namespace RecLab.Training;

/// <summary>How runs were judged; only runs of one data set and one protocol stand in one leaderboard.</summary>
/// <param name="Key">For addresses: "time-10-10-10-all".</param>
/// <param name="Sentence">What it is, for people.</param>
public sealed record Protocol(string Key, string Sentence)
{
    /// <summary>The protocol of a run's evaluation on a data set that is cut so.</summary>
    public static Protocol Of(EvaluationOptions options, SplitPlan plan)
    {
        var newest = plan.Kind == SplitKind.NewestOfSome;
        var key = string.Create(CultureInfo.InvariantCulture, $"{(newest ? "newest" : "time")}-{plan.Validation * 100:0.#}-{plan.Test * 100:0.#}-{plan.Hidden * 100:0.#}-all{(options.ExcludeSeen ? "" : "-seen")}{(options.OnlyTrainedHistory ? "-trained" : "")}{(options.RelevantFrom is { } from ? $"-from{from}" : "")}");
        return new(key, string.Create(CultureInfo.InvariantCulture, $"""
            {(newest ? $"The newest row of some users (validation {plan.Validation * 100:0.#} %, test {plan.Test * 100:0.#} % of them)" : $"Cut in each user's time (validation {plan.Validation * 100:0.#} %, test {plan.Test * 100:0.#} %, hidden {plan.Hidden * 100:0.#} %)")}, all items ranked, {(options.ExcludeSeen ? "known items left out" : "known items stay")}, {(options.RelevantFrom is { } least ? $"test rows from {least} on are relevant" : "every test row is relevant")}{(options.OnlyTrainedHistory ? ", histories of training rows only" : "")}
            """));
    }
}
