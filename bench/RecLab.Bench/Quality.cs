using System.Diagnostics;
using RecLab.Recommenders;
using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Evaluation;
using RecLab.Recommenders.Models.Hybrids;

namespace RecLab.Bench;

/// <summary>NDCG@10, recall@10 (95 % bootstrap intervals over users) and coverage of families on the split the peers were run on: histories are the train rows, rows of train and validation are not ranked.
/// Arguments: <c>quality DATASET valid|tune|test FAMILY[:Option=value,...]...</c>; <c>tune</c> is <c>valid</c> with early stopping on the
/// rows that are asked about, for choosing settings; <c>test</c> stops early on the validation rows.</summary>
internal static class Quality
{
    public static int Run(string[] args)
    {
        if (args.Length < 3 || Split80.Of(args[0]) is not { } split) return 1;
        var (known, asked) = args[1] == "test" ? (Together(split.Train, split.Valid), split.Test) : (split.Train, split.Valid);
        Console.WriteLine($"{"family",-90}{"ndcg@10",26}{"recall@10",26}{"coverage",10}{"train s",9}{"score s",9}{"MB",9}");
        foreach (var words in args[2..].Select(a => a.Split(':', 2)))
        {
            var family = RecommenderCatalog.Get(words[0]);
            var options = words is ["hybrid", var parts] ? HybridOf(parts) : FamilyFormula.OptionsOf(family, words.Length > 1 ? words[1] : "");
            var train = words[0] == "content-vectors" ? WithFlags(split.Train) : split.Train;
            var clock = Stopwatch.StartNew();
            var model = family.Create(options).Train(train, new() { Progress = new Log(), Validation = args[1] == "valid" ? null : split.Valid });
            var trained = clock.Elapsed.TotalSeconds;
            var result = Evaluator.Evaluate(model, split.Train, known, asked, new() { Ks = [10], WithSlices = false, OnlyTrainedHistory = true });
            Console.WriteLine($"{string.Join(':', words),-90}{Value(result["ndcg", 10]),26}{Value(result["recall", 10]),26}{result["coverage", 10]?.Mean,10:F3}{trained,9:F2}{result.ScoringSeconds,9:F2}{Size(model) / 1e6,9:F2}");
        }
        return 0;
    }

    /// <summary>Bytes of the artifact.</summary>
    private static long Size(IModel model)
    {
        using var stream = new MemoryStream();
        model.Save(stream);
        return stream.Length;
    }

    private static string Value(MetricValue? value) => FormattableString.Invariant($"{value?.Mean:F4} ({value?.Low:F4} to {value?.High:F4})");

    /// <summary>"Kind|parts".</summary>
    private static HybridOptions HybridOf(string text) => new() { Kind = Enum.Parse<HybridKind>(text.Split('|')[0]), Parts = text.Split('|')[1] };

    /// <summary>No data set beside the checkout has item vectors; the flags of the categories (genres), as MovieLens delivers them, stand for some.</summary>
    private static Interactions WithFlags(Interactions data)
    {
        string[] all = [.. data.Catalogue.Items.SelectMany(i => i.Categories).Distinct().Order(StringComparer.Ordinal)];
        var items = data.Catalogue.Items.Select(i => i with { Vector = [.. all.Select(c => i.Categories.Contains(c) ? 1f : 0f)] });
        return new(data.Users, data.Items, data.User, data.Item, data.Value, data.Time, new Catalogue(items), data.Audience);
    }

    private static Interactions Together(Interactions a, Interactions b) =>
        new(a.Users, a.Items, [.. a.User, .. b.User], [.. a.Item, .. b.Item], [.. a.Value, .. b.Value], [.. a.Time, .. b.Time], a.Catalogue, a.Audience);

    private sealed class Log : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) { if (value.Log is { } line) Console.WriteLine(line); }
    }
}
