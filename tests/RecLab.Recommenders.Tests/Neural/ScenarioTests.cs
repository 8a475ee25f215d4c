using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Evaluation;
using RecLab.Recommenders.Models.Factors;
using RecLab.Recommenders.Neural.Models;
using Xunit;

namespace RecLab.Recommenders.Tests.Neural;

/// <summary>What holds for every family that knows scenarios: opposite tastes in two placements are told apart, and nothing changes where rows name none.</summary>
[Collection(nameof(NeuralCollection))]
public sealed class ScenarioTests
{
    private const int Users = 60, Items = 40, Touched = 10;
    private static readonly TrainingContext Context = new() { Seed = 7, Threads = 1 };

    public static TheoryData<string> Families() => [.. RecommenderCatalog.All.Where(f => f.KnowsScenarios && f.Key != "hybrid").Select(f => f.Key)];

    /// <summary>Those that can learn a person's taste at a place, beyond what all people take to there.</summary>
    public static TheoryData<string> Deep() => ["mlp", "deepfm", "wide-deep", "mmoe"];

    private static RecommenderOptions Options(string key) => key switch
    {
        "mlp" => new DeepMlpOptions { Width = 16, HiddenWidth = 32, Epochs = 40, BatchSize = 128, LearningRate = 0.02, Patience = 0, Dropout = 0 },
        "deepfm" => new DeepFmOptions { Width = 16, HiddenWidth = 32, Epochs = 40, BatchSize = 128, LearningRate = 0.02, Patience = 0, Regularization = 0, Dropout = 0 },
        "wide-deep" => new WideDeepOptions { Width = 16, HiddenWidth = 32, Epochs = 40, BatchSize = 128, LearningRate = 0.02, Patience = 0, Regularization = 0, Dropout = 0 },
        "mmoe" => new MmoeOptions { Width = 16, ExpertWidth = 16, Epochs = 40, BatchSize = 128, LearningRate = 0.02, Patience = 0, Regularization = 0, Dropout = 0 },
        "fm" => new FactorizationMachineOptions { Factors = 8, Epochs = 30, LearningRate = 0.1 },
        _ => throw new ArgumentOutOfRangeException(nameof(key)),
    };

    private static IRecommender Of(string key)
    {
        if (RecommenderCatalog.Get(key).NeedsTorch) NeedsTorch.OrSkip();
        return RecommenderCatalog.Get(key).Create(Options(key));
    }

    private static readonly Dictionary<(string, bool, bool), IModel> Trained = []; // tests of this collection run one after the other

    /// <summary>The family's model of <see cref="Opposite"/>, trained once.</summary>
    private static IModel Train(string key, bool each, bool named = true)
    {
        var family = Of(key);
        if (!Trained.TryGetValue((key, each, named), out var model)) Trained[(key, each, named)] = model = family.Train(Opposite(each, named), Context);
        return model;
    }

    /// <summary>Everybody touches ten items at home and ten in the cart: of even number here and odd there; with <paramref name="each"/> only even-numbered people do, and the others take to odd items in both.</summary>
    private static Interactions Opposite(bool each, bool named = true)
    {
        var random = new Random(3);
        List<int> user = [], item = [], place = [];
        for (var u = 0; u < Users; u++)
            for (var s = 0; s < 2; s++)
                foreach (var i in Enumerable.Range(0, Items / 2).OrderBy(_ => random.Next()).Take(Touched))
                {
                    user.Add(u);
                    item.Add(2 * i + Kind(u, s, each));
                    place.Add(s);
                }
        return new(Vocabulary.OfNumbers(Users), Vocabulary.OfNumbers(Items), [.. user], [.. item], [.. user.Select(_ => 1f)], [.. user.Select((_, r) => (long)r)],
            scenarios: named ? new(new(["home", "cart"]), [.. place]) : null);
    }

    private static int Kind(int user, int place, bool each) => each && user % 2 == 1 ? 1 : place;

    /// <summary>Share of the five best unseen items that are of the kind the person takes to at the place.</summary>
    private static double Right(IModel model, Interactions data, int place, bool each)
    {
        var right = 0;
        for (var user = 0; user < Users; user++)
        {
            var (scores, seen, history) = (new float[Items], new bool[Items], data.History(user));
            foreach (var i in history) seen[i] = true;
            Assert.True(model.Score(Query.Of(user, history) with { Scenario = place }, scores));
            right += Ranker.Top(scores, 5, seen).Count(i => i % 2 == Kind(user, place, each));
        }
        return right / (5.0 * Users);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Opposite_tastes_in_two_placements_are_told_apart_in_both(string key)
    {
        var (with, without) = (Opposite(each: false), Opposite(each: false, named: false));
        var (knowing, blind) = (Train(key, each: false), Train(key, each: false, named: false));
        Assert.Equal(["home", "cart"], ((IScenarioModel)knowing).Scenarios.Ids);
        for (var place = 0; place < 2; place++)
        {
            var (told, even) = (Right(knowing, with, place, false), Right(blind, without, place, false));
            Assert.True(told > 0.8, $"{key}: {told:0.00} at place {place}");
            Assert.True(told > even, $"{key}: {told:0.00} with and {even:0.00} without, place {place}");
        }
    }

    [Theory]
    [MemberData(nameof(Deep))]
    public void Those_whose_taste_changes_with_the_placement_are_told_from_those_whose_does_not(string key)
    {
        var (with, without) = (Opposite(each: true), Opposite(each: true, named: false));
        var (knowing, blind) = (Train(key, each: true), Train(key, each: true, named: false));
        double[] told = [Right(knowing, with, 0, true), Right(knowing, with, 1, true)], even = [Right(blind, without, 0, true), Right(blind, without, 1, true)];
        Assert.True(told.Min() > 0.85, $"{key}: {told[0]:0.00} and {told[1]:0.00}");
        // one list for both places is right for half of the people in one of them at best
        Assert.True(told.Sum() > even.Sum() + 0.2, $"{key}: {told.Sum():0.00} with and {even.Sum():0.00} without");
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Saved_and_loaded_it_answers_the_same_bit_for_bit_in_every_placement(string key)
    {
        var data = Opposite(each: true);
        var model = Train(key, each: true);
        var file = new MemoryStream();
        model.Save(file);
        file.Position = 0;
        var loaded = Of(key).Load(file, data.Users, data.Items);
        Assert.Equal(["home", "cart"], ((IScenarioModel)loaded).Scenarios.Ids);
        var (was, now) = (new float[Items], new float[Items]);
        foreach (var place in (int[])[-1, 0, 1])
        {
            model.Score(Query.Of(3, data.History(3)) with { Scenario = place }, was);
            loaded.Score(Query.Of(3, data.History(3)) with { Scenario = place }, now);
            Assert.Equal(was, now);
        }
        var again = new MemoryStream();
        loaded.Save(again);
        Assert.Equal(file.ToArray(), again.ToArray());
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Without_placements_the_artifact_is_as_it_was_before_there_were_any(string key)
    {
        var data = Opposite(each: true, named: false);
        var file = new MemoryStream();
        Train(key, each: true, named: false).Save(file);
        file.Position = 0;
        var arrays = SafeTensors.Read(file);
        Assert.DoesNotContain(arrays.Keys, k => k.Contains("scenario.vector", StringComparison.Ordinal) || k == "share");
        Assert.DoesNotContain(arrays.Metadata.Keys, k => k.EndsWith("scenarios", StringComparison.Ordinal));
        file.Position = 0;
        Assert.Equal(0, ((IScenarioModel)Of(key).Load(file, data.Users, data.Items)).Scenarios.Count);
    }

    [Theory]
    [InlineData("fm", 10.0 / 20)] // ten rows of each user lie at home and ten in the cart
    [InlineData("mmoe", 10.0 / 19)] // the last, which lies in the cart, is held out
    public void Asked_without_a_placement_these_answer_with_the_mean_over_the_rows(string key, double atHome)
    {
        // Both are linear in what a placement brings.
        var data = Opposite(each: true);
        var model = Train(key, each: true);
        float[] none = new float[Items], home = new float[Items], cart = new float[Items];
        model.Score(Query.Of(5, data.History(5)), none);
        model.Score(Query.Of(5, data.History(5)) with { Scenario = 0 }, home);
        model.Score(Query.Of(5, data.History(5)) with { Scenario = 1 }, cart);
        for (var i = 0; i < Items; i++) Assert.Equal(atHome * home[i] + (1 - atHome) * cart[i], none[i], 1e-3);
        Assert.NotEqual(home, cart);
    }

    [Fact]
    public void A_hybrid_passes_the_placement_on_to_its_parts()
    {
        var data = Opposite(each: false);
        var hybrid = RecommenderCatalog.Get("hybrid").Create(new RecLab.Recommenders.Models.Hybrids.HybridOptions { Parts = "fm:0.9, popularity:0.1" }).Train(data, Context);
        Assert.Equal(["home", "cart"], ((IScenarioModel)hybrid).Scenarios.Ids);
        Assert.True(Right(hybrid, data, 0, false) > 0.6 && Right(hybrid, data, 1, false) > 0.6);
    }

    [Fact]
    public void The_evaluation_asks_where_the_user_turned_to_the_items()
    {
        // Train at both places, test rows lie in one: a model that knows where it is asked finds them.
        var data = Opposite(each: false);
        var test = data.ByUser.Count == Users ? data.Where(row => row % 20 == 19) : throw new InvalidOperationException(); // each user's last row of the cart
        var train = data.Where(row => row % 20 != 19);
        var model = Of("fm").Train(train, Context);
        var blind = Of("fm").Train(train.Describe(train.Catalogue, train.Audience) is var d ? new Interactions(d.Users, d.Items, d.User, d.Item, d.Value, d.Time) : d, Context);
        double Ndcg(IModel m) => Evaluator.Evaluate(m, train, train, test, new() { Ks = [10], Resamples = 0, WithRunMetrics = false })["ndcg", 10]!.Mean!.Value;
        Assert.True(Ndcg(model) > Ndcg(blind), $"{Ndcg(model):0.000} against {Ndcg(blind):0.000}");
    }
}
