using RecLab.Recommenders.Data;
using RecLab.Recommenders.Evaluation;
using Xunit;

namespace RecLab.Recommenders.Tests.Evaluation;

public sealed class EvaluatorTests
{
    private static readonly Interactions Data = Toy.Interactions(300, 60, seed: 11);
    private static readonly Split Cut = Splits.UserTime(Data, 0.1, 0.3);

    /// <summary>Scores from a hash: many ties, no structure.</summary>
    private static GivenModel Arbitrary(Interactions data, int salt = 0) => new(data.Users, data.Items, (u, i) => (u * 31 + i * 17 + salt) * 2654435761 % 101);

    [Fact]
    public void Every_ranking_metric_equals_a_plain_computation_user_by_user()
    {
        var result = Evaluator.Evaluate(Arbitrary(Data), Cut, new() { Ks = [1, 3, 10], Resamples = 0 });
        foreach (var metric in RankingMetricCatalog.All)
            foreach (var k in new[] { 1, 3, 10 })
            {
                var values = new List<double?>();
                for (var u = 0; u < Data.Users.Count; u++)
                {
                    if (Cut.Test.ByUser.Size(u) == 0) continue;
                    var seen = Cut.Train.History(u).Concat(Cut.Validation.History(u)).ToHashSet();
                    var grades = Cut.Test.ByUser[u].ToArray().ToDictionary(r => Cut.Test.Item[r], r => Cut.Test.Value[r]);
                    float[] list = [.. Enumerable.Range(0, 60).Where(i => !seen.Contains(i)).OrderByDescending(i => (u * 31 + i * 17) * 2654435761 % 101).ThenBy(i => i).Select(i => grades.GetValueOrDefault(i))];
                    values.Add(metric.At(new(list, [.. grades.Values.OrderDescending()]), k));
                }
                Assert.Equal(values.Average()!.Value, result[metric.Key, k]!.Mean!.Value, 1e-12);
                Assert.Equal(values.Count, result.Users);
            }
    }

    [Fact]
    public void What_is_found_does_not_depend_on_the_number_of_threads()
    {
        string With(int threads) => (Evaluator.Evaluate(Arbitrary(Data), Cut, new() { Threads = threads, Resamples = 50 }) with { Seconds = 0, ScoringSeconds = 0, Options = new() }).ToJson();
        Assert.Equal(With(1), With(7));
    }

    [Fact]
    public void A_worked_example()
    {
        // User 0 knows item 0 and turns to 2 and 3; the model ranks 0 > 1 > 2 > 3, so the list is 1, 2, 3.
        // User 1 knows nothing and turns to item 1: list 0, 1, 2.
        var train = Toy.Rows(2, 4, (0, 0, 1, 1));
        var test = Toy.Rows(2, 4, (0, 2, 1, 2), (0, 3, 1, 3), (1, 1, 1, 2));
        var result = Evaluator.Evaluate(new GivenModel(train.Users, train.Items, (_, i) => -i), train, train, test, new() { Ks = [2] });
        Assert.Equal(2, result.Users);
        Assert.Equal((0.5 + 0.5) / 2, result["precision", 2]!.Mean!.Value, 1e-12);
        Assert.Equal((0.5 + 1) / 2, result["recall", 2]!.Mean!.Value, 1e-12);
        Assert.Equal(0.5, result["mrr", 2]!.Mean!.Value, 1e-12);
        // NDCG: user 0 finds one at place 2 of an ideal of two: (1/log2 3) / (1 + 1/log2 3) = 0.38685; user 1: 1/log2 3 = 0.63093.
        Assert.Equal((0.3868528 + 0.6309298) / 2, result["ndcg", 2]!.Mean!.Value, 1e-6);
        Assert.Equal(3.0 / 4, result["coverage", 2]!.Mean);
        Assert.Null(result["coverage", 2]!.Low);
        Assert.Null(result["novelty", 2]!.Mean); // item 1 was never trained on
        Assert.Null(result["ndcg", 3]);
    }

    [Fact]
    public void What_a_user_already_has_is_neither_recommended_nor_asked_for()
    {
        var train = Toy.Rows(2, 3, (0, 0, 1, 1), (1, 1, 1, 1));
        var test = Toy.Rows(2, 3, (0, 0, 1, 2), (1, 1, 1, 2), (1, 2, 1, 3));
        var model = new GivenModel(train.Users, train.Items, (_, i) => -i);
        var strict = Evaluator.Evaluate(model, train, train, test, new() { Ks = [1] });
        Assert.Equal((1, 1), (strict.Users, strict.UsersWithoutRelevant));
        Assert.Equal(0, strict["hit", 1]!.Mean); // list of user 1: 0, 2
        var open = Evaluator.Evaluate(model, train, train, test, new() { Ks = [1], ExcludeSeen = false });
        Assert.Equal((2, 0, 0.5), (open.Users, open.UsersWithoutRelevant, open["hit", 1]!.Mean));
    }

    [Fact]
    public void A_user_the_model_cannot_answer_counts_with_nothing_found()
    {
        var train = Toy.Rows(2, 3, (0, 2, 1, 1));
        var test = Toy.Rows(2, 3, (0, 0, 1, 2), (1, 0, 1, 2));
        var result = Evaluator.Evaluate(new GivenModel(train.Users, train.Items, (u, i) => u == 1 ? null : -i), train, train, test, new() { Ks = [1] });
        Assert.Equal((2, 1, 0.5), (result.Users, result.UsersUnanswered, result["recall", 1]!.Mean));
        Assert.Equal(1, result["popularity", 1]!.Users); // an empty list has no popularity
    }

    [Fact]
    public void Ratings_below_the_mark_are_no_question()
    {
        var train = Toy.Rows(1, 3, (0, 2, 1, 1));
        var test = Toy.Rows(1, 3, (0, 0, 5, 2), (0, 1, 3, 2));
        var model = new GivenModel(train.Users, train.Items, (_, i) => i);
        Assert.Equal(1, Evaluator.Evaluate(model, train, train, test, new() { Ks = [1] })["precision", 1]!.Mean);
        Assert.Equal(0, Evaluator.Evaluate(model, train, train, test, new() { Ks = [1], RelevantFrom = 4 })["precision", 1]!.Mean);
        Assert.Null(Evaluator.Evaluate(model, train, train, test, new() { Ks = [1], RelevantFrom = 6 })["precision", 1]!.Mean);
    }

    [Fact]
    public void Intervals_hold_the_mean_and_narrow_with_more_users()
    {
        double Width(Interactions data)
        {
            var cut = Splits.UserTime(data, 0, 0.3);
            var value = Evaluator.Evaluate(Arbitrary(data), cut, new() { Ks = [10] })["recall", 10]!;
            Assert.InRange(value.Mean!.Value, value.Low!.Value, value.High!.Value);
            return value.High.Value - value.Low.Value;
        }
        // Sixteen times the users: a quarter of the width, give or take the noise of both.
        Assert.InRange(Width(Toy.Interactions(200, 60, 1)) / Width(Toy.Interactions(3200, 60, 2)), 2.8, 5.6);
    }

    [Fact]
    public void Models_of_another_vocabulary_and_senseless_options_are_refused()
    {
        var other = new GivenModel(Data.Users, Vocabulary.OfNumbers(61), (_, i) => i);
        Assert.Throws<ArgumentException>(() => Evaluator.Evaluate(other, Cut));
        Assert.Throws<ArgumentException>(() => Evaluator.Evaluate(Arbitrary(Data), Cut, new() { Ks = [] }));
        Assert.Throws<ArgumentException>(() => Evaluator.Evaluate(Arbitrary(Data), Cut, new() { Ks = [0] }));
        Assert.Throws<ArgumentException>(() => Evaluator.Evaluate(Arbitrary(Data), Cut, new() { Level = 1 }));
    }

    [Fact]
    public void Progress_never_goes_backwards_and_cancellation_is_heard()
    {
        using var stop = new CancellationTokenSource();
        var seen = new List<double>();
        Evaluator.Evaluate(Arbitrary(Data), Cut, new() { Resamples = 10 }, new Heard(seen.Add), stop.Token);
        Assert.Equal(seen.Order(), seen);
        Assert.Equal(1, seen[^1]);
        stop.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => Evaluator.Evaluate(Arbitrary(Data), Cut, null, null, stop.Token));
    }

    [Fact]
    public void Nothing_to_ask_gives_no_value_rather_than_zero()
    {
        var train = Toy.Rows(2, 3, (0, 2, 1, 1));
        var result = Evaluator.Evaluate(new GivenModel(train.Users, train.Items, (_, i) => i), train, train, Toy.Rows(2, 3));
        Assert.Equal(0, result.Users);
        Assert.All(result.Values.Where(v => v.Metric != "coverage"), v => Assert.Null(v.Mean));
    }

    [Fact]
    public void Results_and_values_per_user_survive_storage()
    {
        var result = Evaluator.Evaluate(Arbitrary(Data), Cut, new() { Resamples = 20 });
        Assert.Equal(result.ToJson(), EvaluationResult.FromJson(result.ToJson()).ToJson());
        using var stream = new MemoryStream();
        result.PerUser!.Save(stream);
        stream.Position = 0;
        var back = UserValues.Load(stream);
        Assert.Equal(result.PerUser.Users, back.Users);
        Assert.Equal(result.PerUser.Keys, back.Keys);
        Assert.Equal(result.PerUser["ndcg", 10].ToArray(), back["ndcg", 10].ToArray());
    }

    private sealed class Heard(Action<double> report) : IProgress<double>
    {
        public void Report(double value) => report(value);
    }

    [Fact]
    public void Slices_part_the_users_by_what_is_known_and_the_items_by_how_often_they_were_touched()
    {
        // Item 0 is the head (a fifth of five). User 0 is new, 1 knows one item, 2 knows two. Every list is 0, 1, 2, 3, 4 less what is known.
        var train = Toy.Rows(3, 5, (1, 0, 1, 1), (2, 0, 1, 1), (2, 3, 1, 2));
        var test = Toy.Rows(3, 5, (0, 0, 1, 3), (0, 4, 1, 3), (1, 1, 1, 3), (2, 4, 1, 3));
        var result = Evaluator.Evaluate(new GivenModel(train.Users, train.Items, (_, i) => -i), train, train, test, new() { Ks = [1] });
        MetricValue Recall(string slice) => result.Slices.Single(s => s.Name == slice)["recall", 1]!;
        Assert.Equal((0.5, 1), (Recall("users: new").Mean!.Value, Recall("users: new").Users));
        Assert.Equal((1, 1), (Recall("users: light").Mean!.Value, Recall("users: light").Users));
        Assert.Equal((0, 1), (Recall("users: heavy").Mean!.Value, Recall("users: heavy").Users));
        Assert.Equal((1, 1), (Recall("items: head").Mean!.Value, Recall("items: head").Users)); // user 0 alone is asked for item 0, and gets it
        Assert.Equal((1.0 / 3, 3), (Recall("items: tail").Mean!.Value, Recall("items: tail").Users)); // user 1 finds item 1; the others want item 4
    }

    [Fact]
    public void Users_are_sliced_by_the_values_of_their_attributes_where_those_are_few()
    {
        // User 0 is young, 1 old, 2 both, 3 unknown; everybody has an id of their own, as postcodes would be beyond 24 people.
        UserInfo Person(int u, string age) => new($"{u}", new Dictionary<string, string> { ["age"] = age, ["code"] = $"{u}" });
        var people = new Audience([Person(0, "young"), Person(1, "old"), Person(2, "old|young"), .. Enumerable.Range(4, 30).Select(u => Person(u, "old"))]);
        var train = new Interactions(Vocabulary.OfNumbers(34), Vocabulary.OfNumbers(3), [0], [2], [1], [1], null, people);
        var test = Toy.Rows(34, 3, [(0, 0, 1, 2), (1, 1, 1, 2), (2, 0, 1, 2), (3, 0, 1, 2), .. Enumerable.Range(4, 30).Select(u => (u, 1, 1f, 2L))]);
        var result = Evaluator.Evaluate(new GivenModel(train.Users, train.Items, (_, i) => -i), new Split(train, null, test), new() { Ks = [1] });
        MetricValue Recall(string slice) => result.Slices.Single(s => s.Name == slice)["recall", 1]!;
        Assert.Equal((1, 2), (Recall("users: age = young").Mean!.Value, Recall("users: age = young").Users));
        Assert.Equal((1 / 32.0, 32), (Recall("users: age = old").Mean!.Value, Recall("users: age = old").Users));
        Assert.DoesNotContain(result.Slices, s => s.Name.Contains("code", StringComparison.Ordinal));
        Assert.Equal("old", new Split(train, train, test).Known.Audience["1", "age"]); // what is put together is still described
    }

    [Fact]
    public void A_model_that_predicts_ratings_is_also_judged_by_its_errors()
    {
        var cut = Splits.UserTime(Toy.Interactions(60, 20, 4), 0, 0.3);
        var result = Evaluator.Evaluate(new RecLab.Recommenders.Models.Baselines.BiasBaseline(new()).Train(cut.Train, new()), cut, new() { Ks = [5], Resamples = 50 });
        Assert.Equal(["rmse", "mae", "mse", "r2", "explained_variance"], result.Ratings.Select(v => v.Metric));
        Assert.All(result.Ratings.Take(3), v => Assert.InRange(v.Mean!.Value, v.Low!.Value, v.High!.Value));
        Assert.Equal(result.ToJson(), EvaluationResult.FromJson(result.ToJson()).ToJson());
        Assert.Empty(Evaluator.Evaluate(Arbitrary(cut.Train), cut, new() { Ks = [5], Resamples = 0 }).Ratings);
    }
}
