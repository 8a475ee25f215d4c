using System.Diagnostics;
using RecLab.Recommenders;
using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Evaluation;
using RecLab.Recommenders.Models.Hybrids;

namespace RecLab.Bench;

/// <summary>NDCG@10 and recall@10 of families on the split the peers were run on: histories are the train rows, rows of train and validation are not ranked.
/// Arguments: <c>quality DATASET valid|test FAMILY[:Option=value,...]...</c></summary>
internal static class Quality
{
    public static int Run(string[] args)
    {
        if (args.Length < 3 || Split80.Of(args[0]) is not { } split) return 1;
        var (known, asked) = args[1] == "test" ? (Together(split.Train, split.Valid), split.Test) : (split.Train, split.Valid);
        Console.WriteLine($"{"family",-60}{"ndcg@10",9} {"interval",-17}{"recall@10",10}{"train s",9}{"score s",9}");
        foreach (var words in args[2..].Select(a => a.Split(':', 2)))
        {
            var family = RecommenderCatalog.Get(words[0]);
            var options = words is ["hybrid", var parts] ? HybridOf(parts) : FamilyFormula.OptionsOf(family, words.Length > 1 ? words[1] : "");
            var clock = Stopwatch.StartNew();
            var model = family.Create(options).Train(split.Train, new() { Progress = new Log(), Validation = args[1] == "test" ? split.Valid : null });
            var trained = clock.Elapsed.TotalSeconds;
            var result = Evaluator.Evaluate(new TrainHistory(model, split.Train), split.Train, known, asked, new() { Ks = [10], Resamples = 1000, WithRunMetrics = false });
            Console.WriteLine($"{string.Join(':', words),-60}{result["ndcg", 10]?.Mean,9:F4} [{result["ndcg", 10]?.Low:F4}, {result["ndcg", 10]?.High:F4}] {result["recall", 10]?.Mean,10:F4}{trained,9:F2}{result.ScoringSeconds,9:F2}");
        }
        return 0;
    }

    /// <summary>"Kind|parts".</summary>
    private static HybridOptions HybridOf(string text) => new() { Kind = Enum.Parse<HybridKind>(text.Split('|')[0]), Parts = text.Split('|')[1] };

    private static Interactions Together(Interactions a, Interactions b) =>
        new(a.Users, a.Items, [.. a.User, .. b.User], [.. a.Item, .. b.Item], [.. a.Value, .. b.Value], [.. a.Time, .. b.Time], a.Catalogue, a.Audience);

    private sealed class Log : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) { if (value.Log is { } line) Console.WriteLine(line); }
    }

    /// <summary>Shows the model the train rows only, as the peers do.</summary>
    private sealed class TrainHistory(IModel model, Interactions train) : IModel
    {
        public Vocabulary Users => model.Users;
        public Vocabulary Items => model.Items;
        public bool Score(Query query, Span<float> scores) => model.Score(query with { History = train.History(query.User) }, scores);

        public void ScoreMany(ReadOnlySpan<Query> queries, Span<float> scores, Span<bool> can)
        {
            var own = new Query[queries.Length];
            for (var q = 0; q < own.Length; q++) own[q] = queries[q] with { History = train.History(queries[q].User) };
            model.ScoreMany(own, scores, can);
        }

        public void Save(Stream stream) => model.Save(stream);
    }
}
