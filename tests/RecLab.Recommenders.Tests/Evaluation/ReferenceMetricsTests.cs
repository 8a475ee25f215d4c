using System.Text.Json;
using RecLab.Recommenders.Evaluation;
using RecLab.Recommenders.Evaluation.Metrics;
using Xunit;

namespace RecLab.Recommenders.Tests.Evaluation;

/// <summary>Every case of the reference (values computed by RecBole, scikit-learn, scipy, microsoft/recommenders), by its id.</summary>
public sealed class ReferenceMetricsTests
{
    public static TheoryData<string> Ranking => ReferenceCases.Ids("ranking");
    public static TheoryData<string> FromScores => ReferenceCases.Ids("ranking-from-scores");
    public static TheoryData<string> Graded => ReferenceCases.Ids("graded-ndcg");
    public static TheoryData<string> Binary => ReferenceCases.Ids("binary");
    public static TheoryData<string> Rating => ReferenceCases.Ids("rating");
    public static TheoryData<string> BeyondAccuracy => ReferenceCases.Ids("beyond-accuracy");
    public static TheoryData<string> Sampled => ReferenceCases.Ids("sampled-leave-one-out");

    [Theory, MemberData(nameof(Ranking))]
    public void Lists_given(string id)
    {
        var test = ReferenceCases.Get(id);
        CheckMeans(test, [.. test.GetProperty("input").GetProperty("users").EnumerateArray().Select(u => (u.GetProperty("ranked").Ints(), u.GetProperty("relevant").Ints()))]);
    }

    [Theory, MemberData(nameof(FromScores))]
    public void Lists_from_scores(string id)
    {
        var test = ReferenceCases.Get(id);
        var most = test.GetProperty("input").GetProperty("ks").Ints().Max();
        CheckMeans(test, [.. test.GetProperty("input").GetProperty("users").EnumerateArray().Select(u =>
        {
            float[] scores = [.. u.GetProperty("scores").EnumerateArray().Select(s => s.ValueKind == JsonValueKind.Null ? float.NaN : s.GetSingle())];
            var seen = new bool[scores.Length];
            foreach (var item in u.GetProperty("seen").Ints()) seen[item] = true;
            return (Ranker.Top(scores, most, seen), u.GetProperty("relevant").Ints());
        })]);
    }

    private static void CheckMeans(JsonElement test, (int[] Ranked, int[] Relevant)[] users) => ReferenceCases.Check(test, name =>
    {
        if (name == "users_evaluated") return users.Count(u => u.Relevant.Length > 0);
        if (name == "users_without_relevant") return users.Count(u => u.Relevant.Length == 0);
        if (name == "ranked_lists") return users.Select(u => u.Ranked);
        var (metric, k) = ReferenceCases.NameAndK(name);
        var values = users.Select(u => RankingMetricCatalog.Get(metric).At(
            new([.. u.Ranked.Select(i => u.Relevant.Contains(i) ? 1f : 0f)], [.. u.Relevant.Select(_ => 1f)]), k)).ToArray();
        return values.Average();
    });

    [Theory, MemberData(nameof(Graded))]
    public void Graded_relevance(string id)
    {
        var test = ReferenceCases.Get(id);
        var rows = test.GetProperty("input").GetProperty("rows").EnumerateArray().Select(r => (Grades: r.GetProperty("relevance").Doubles(), Scores: r.GetProperty("scores").Doubles())).ToArray();
        ReferenceCases.Check(test, name => ReferenceCases.NameAndK(name) is var (metric, k) && metric == "ndcg_linear"
            ? rows.Select(r => (object?)GradedNdcg.OfScores(r.Grades, r.Scores, k))
            : rows.Select(r => (object?)GradedNdcg.OfScoresTieAveraged(r.Grades, r.Scores, k)));
    }

    [Theory, MemberData(nameof(Binary))]
    public void Click_probabilities(string id)
    {
        var test = ReferenceCases.Get(id);
        var given = test.GetProperty("input").GetProperty("rows").EnumerateArray().ToArray();
        var rows = new PredictedRows([.. given.Select(r => r[0].GetInt32())], [.. given.Select(r => r[1].GetDouble())], [.. given.Select(r => r[2].GetDouble())]);
        ReferenceCases.Check(test, name => name switch
        {
            "threshold" => 0.5,
            "gauc_users" => new GroupedAuc(GroupWeight.Positives).Users(rows),
            _ => RowMetricCatalog.OfLabels.Single(m => m.Key == name).Of(rows),
        });
    }

    [Theory, MemberData(nameof(Rating))]
    public void Ratings(string id)
    {
        var test = ReferenceCases.Get(id);
        var rows = new PredictedRows(test.GetProperty("input").GetProperty("truth").Doubles(), test.GetProperty("input").GetProperty("predicted").Doubles());
        ReferenceCases.Check(test, name => RowMetricCatalog.OfRatings.Single(m => m.Key == name).Of(rows));
    }

    [Theory, MemberData(nameof(BeyondAccuracy))]
    public void Beyond_accuracy(string id)
    {
        var test = ReferenceCases.Get(id);
        var input = test.GetProperty("input");
        var k = input.GetProperty("k").GetInt32();
        var counts = new long[input.GetProperty("num_items").GetInt32()];
        var numbers = new Dictionary<string, int>();
        int Number(string feature) => numbers.TryGetValue(feature, out var n) ? n : numbers[feature] = numbers.Count;
        var features = Enumerable.Repeat(Array.Empty<int>(), counts.Length).ToArray();
        foreach (var count in input.GetProperty("train_counts").EnumerateObject()) counts[int.Parse(count.Name, null)] = count.Value.GetInt64();
        foreach (var item in input.GetProperty("features").EnumerateObject()) features[int.Parse(item.Name, null)] = [.. item.Value.EnumerateArray().Select(f => Number(f.GetString()!)).Order()];
        var run = RunLists.Of(new(counts, features), [.. input.GetProperty("recommended").EnumerateArray().Select(l => l.Ints())]);
        ReferenceCases.Check(test, name => name switch
        {
            "coverage" => new Coverage().At(run, k),
            "gini" => new Gini().At(run, k),
            "shannon_entropy_nats" => new ShannonEntropy().At(run, k),
            "shannon_entropy_bits" => new ShannonEntropy().Bits(run, k),
            "average_popularity" => new AveragePopularity().At(run, k),
            "novelty_self_information_bits" => new Novelty().At(run, k),
            "intra_list_jaccard_diversity" => new IntraListDiversity().At(run, k),
            _ => throw new ArgumentException($"'{name}' is not known."),
        });
    }

    [Theory, MemberData(nameof(Sampled))]
    public void Sampled_leave_one_out(string id)
    {
        var test = ReferenceCases.Get(id);
        int[] ranks = [.. test.GetProperty("input").GetProperty("rows").EnumerateArray().Select(r =>
        {
            float[] scores = [.. r.GetProperty("scores").EnumerateArray().Select(s => s.ValueKind == JsonValueKind.Null ? float.NaN : s.GetSingle())];
            return SampledLeaveOneOut.Rank(r.GetProperty("positive").GetInt32(), scores[0], r.GetProperty("negatives").Ints(), scores.AsSpan(1));
        })];
        ReferenceCases.Check(test, name => ReferenceCases.NameAndK(name) is var (metric, k) && metric == "hr"
            ? ranks.Average(r => SampledLeaveOneOut.HitRate(r, k)) : ranks.Average(r => SampledLeaveOneOut.Ndcg(r, k)));
    }
}
