using RecLab.Recommenders.Evaluation;
using Xunit;

namespace RecLab.Recommenders.Tests.Evaluation;

public sealed class PairedComparisonTests
{
    private static UserValues Values(params (string User, double Value)[] users)
    {
        using var stream = new MemoryStream();
        var ids = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(users.Select(u => u.User));
        new SafeTensors { ["users"] = new("U8", [ids.Length], ids), ["ndcg@10"] = NamedArray.Of([.. users.Select(u => (float)u.Value)]) }.Write(stream);
        stream.Position = 0;
        return UserValues.Load(stream);
    }

    [Fact]
    public void A_worked_example()
    {
        // b - a = 1, 2, 3, 4 (users 1 to 4; user 5 is unknown to a, user 6 has no value under b): mean 2.5, s = 1.29099, t = 2.5 / (s / 2) = 3.87298, df 3: p = 0.030466.
        var a = Values(("1", 0), ("2", 1), ("3", 0), ("4", 2), ("6", 1));
        var b = Values(("4", 6), ("3", 3), ("2", 3), ("1", 1), ("5", 9), ("6", double.NaN));
        var pair = Assert.Single(PairedComparison.AllPairs([("a", a), ("b", b)], "ndcg", 10));
        Assert.Equal(("a", "b", 4, 2.5), (pair.A, pair.B, pair.Users, pair.Difference));
        Assert.Equal(0.030466, pair.PValue!.Value, 1e-6);
        Assert.Equal(pair.PValue, pair.Adjusted);
        Assert.InRange(pair.Low, 1, 2.5);
        Assert.InRange(pair.High, 2.5, 4);
    }

    [Fact]
    public void All_pairs_are_adjusted_together_and_equal_models_have_no_p_value()
    {
        var random = new Random(1);
        var users = Enumerable.Range(0, 400).Select(u => (User: $"{u}", Value: random.NextDouble())).ToArray();
        var same = Values(users);
        var better = Values([.. users.Select(u => (u.User, u.Value + 0.05 * random.NextDouble()))]);
        var pairs = PairedComparison.AllPairs([("one", same), ("twin", same), ("better", better)], "ndcg", 10);
        Assert.Equal([("one", "twin"), ("one", "better"), ("twin", "better")], pairs.Select(p => (p.A, p.B)));
        Assert.Equal((0, null, null), (pairs[0].Difference, pairs[0].PValue, pairs[0].Adjusted));
        Assert.All(pairs.Skip(1), p => Assert.True(p.Low > 0 && p.Adjusted < 1e-6 && Math.Abs(p.Adjusted!.Value - 2 * p.PValue!.Value) <= p.PValue.Value));
    }

    [Fact]
    public void Two_models_that_differ_by_chance_are_told_apart_as_often_as_the_level_allows()
    {
        var told = 0;
        for (var run = 0; run < 200; run++)
        {
            var random = new Random(run);
            UserValues Noise() => Values([.. Enumerable.Range(0, 60).Select(u => ($"{u}", random.NextDouble()))]);
            if (PairedComparison.AllPairs([("a", Noise()), ("b", Noise())], "ndcg", 10, resamples: 100)[0].PValue < 0.05) told++;
        }
        Assert.InRange(told, 0, 10 + 3 * 3.1); // 200 x 0.05, standard deviation sqrt(200 x 0.05 x 0.95) = 3.1
    }
}
