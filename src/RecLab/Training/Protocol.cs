using System.Globalization;
using RecLab.Data;
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
        var key = string.Create(CultureInfo.InvariantCulture, $"{CutWords.Key(plan)}-all{(options.ExcludeSeen ? "" : "-seen")}{(options.OnlyTrainedHistory ? "-trained" : "")}{(options.RelevantFrom is { } from ? $"-from{from}" : "")}");
        return new(key, string.Create(CultureInfo.InvariantCulture, $"""
            {CutWords.Sentence(plan)}, all items ranked, {(options.ExcludeSeen ? "known items left out" : "known items stay")}, {(options.RelevantFrom is { } least ? $"test rows from {least} on are relevant" : "every test row is relevant")}{(options.OnlyTrainedHistory ? ", histories of training rows only" : "")}
            """));
    }
}
