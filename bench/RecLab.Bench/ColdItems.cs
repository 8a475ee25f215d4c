using System.Diagnostics;
using System.Globalization;
using RecLab.Recommenders;
using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;

namespace RecLab.Bench;

/// <summary>Items nobody touched: a tenth of a data set's items, drawn with seed 7, is taken out of the rows that are learnt from; each user's touches among them are then looked for, the other items not ranked.
/// NDCG@10 with its 95 % interval over users (normal). Arguments: <c>cold DATASET FAMILY[:Option=value,...]...</c>; ml-100k or ml-1m with the published cut's validation rows for early stopping.</summary>
internal static class ColdItems
{
    public static int Run(string[] args)
    {
        if (args.Length < 2 || Split80.Of(args[0]) is not { } split) return 1;
        var random = new Random(7);
        var cold = Enumerable.Range(0, split.Train.Items.Count).Select(_ => random.Next(10) == 0).ToArray();
        var train = split.Train.Where(r => !cold[split.Train.Item[r]]);
        var validation = split.Valid.Where(r => !cold[split.Valid.Item[r]]);
        var asked = Enumerable.Range(0, train.Users.Count).Select(u => split.Train.History(u).Concat(split.Test.History(u)).Where(i => cold[i]).ToHashSet()).ToArray();
        var warm = Array.ConvertAll(cold, c => !c);
        Console.WriteLine($"{cold.Count(c => c)} of {cold.Length} items cold, {asked.Count(a => a.Count > 0)} users touched some");
        foreach (var words in args[1..].Select(a => a.Split(':', 2)))
        {
            var family = RecommenderCatalog.Get(words[0]);
            var clock = Stopwatch.StartNew();
            var model = family.Create(FamilyFormula.OptionsOf(family, words.Length > 1 ? words[1] : "")).Train(train, new() { Threads = 1, Validation = validation });
            var took = clock.Elapsed.TotalSeconds;
            var values = new List<double>();
            var scores = new float[cold.Length];
            for (var u = 0; u < asked.Length; u++)
            {
                if (asked[u].Count == 0) continue;
                double gain = 0, best = 0;
                if (model.Score(Query.Of(u, train.History(u)), scores))
                {
                    var top = Ranker.Top(scores, 10, warm);
                    for (var r = 0; r < top.Length; r++) gain += asked[u].Contains(top[r]) ? 1 / Math.Log2(r + 2) : 0;
                }
                for (var r = 0; r < Math.Min(10, asked[u].Count); r++) best += 1 / Math.Log2(r + 2);
                values.Add(gain / best);
            }
            var mean = values.Average();
            var error = 1.96 * Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Count - 1) / values.Count);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{string.Join(':', words),-80} ndcg@10 {mean:F4} ({mean - error:F4} to {mean + error:F4}), trained in {took:0} s"));
        }
        return 0;
    }
}
