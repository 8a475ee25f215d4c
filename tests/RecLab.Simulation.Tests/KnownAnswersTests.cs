using RecLab.Recommenders;
using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Evaluation;
using RecLab.Simulation.Catalogues;
using RecLab.Simulation.Clicks;
using RecLab.Simulation.Worlds;
using RecLab.Statistics;
using RecLab.Statistics.Comparisons;
using Xunit;

namespace RecLab.Simulation.Tests;

/// <summary>The loop is tried where its answer is known beforehand.</summary>
public sealed class KnownAnswersTests
{
    private static readonly Interactions Shop = GeneratedShop.Create(new(Seed: 4, Books: 250, Readers: 300, MeanHistory: 24));
    private static readonly Split Cut = Splits.FourSlices(Shop, 0.1, 0.1, 0.2);

    /// <summary>The same items with vectors, so that every family finds what it learns from.</summary>
    private static readonly Catalogue Described = new(Shop.Catalogue.Items.Select((item, i) => item with { Vector = [(float)Dice.Of(2).Normal(2 * i), (float)Dice.Of(2).Normal(2 * i + 1)] }));

    /// <summary>One experiment of two arms over simulated visitors: each arm's clicked and viewable impressions per user.</summary>
    private static (Moments A, Moments B) Experiment(World world, int seed, PlantedEffect effect, Dictionary<int, int[]> lists)
    {
        var visitors = new Visitors(world, new PositionBased(), new(seed, 300, 14, 3, DateTimeOffset.UnixEpoch));
        MomentsBuilder[] arms = [new(MetricKind.Ratio), new(MetricKind.Ratio)];
        var ids = lists.ToDictionary(l => l.Key, l => l.Value.Select(i => world.Items[i]).ToArray());
        foreach (var user in visitors.People)
        {
            var arm = Dice.Of(seed).For(77).Below(2, user);
            double clicked = 0, viewable = 0;
            foreach (var visit in visitors.Visits(user))
                foreach (var e in visitors.React(visit, arm == 1 ? effect.List(visit, lists[user]) : lists[user], ids[user]))
                    if (e.Type == "click") clicked++; else viewable++;
            arms[arm].Add(clicked, viewable);
        }
        return (arms[0].Build(), arms[1].Build());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.8)]
    public void The_interval_holds_the_exact_difference_of_a_planted_effect_as_often_as_it_says(double probability)
    {
        var world = World.Of("neighbours", Cut.Known, Cut.Hidden, 5);
        var lists = world.People.ToDictionary(u => u, u => Expectation.Uniform(world, 1, u, 10));
        const int runs = 200;
        int held = 0, decided = 0;
        var truth = new PlantedEffect(world, 1, probability).Difference(new(), lists.Keys, u => lists[u]);
        Parallel.For(0, runs, run =>
        {
            var (a, b) = Experiment(world, run, new(world, run, probability), lists);
            var test = WelchTest.Test(a, b, 0.05, EffectScale.Absolute).Value;
            if (test.Interval.Contains(truth)) Interlocked.Increment(ref held);
            if (test.PValue < 0.05) Interlocked.Increment(ref decided);
        });
        // 0.95 of 200 with a standard error of 0.0154; three of them either way.
        Assert.InRange(held / (double)runs, 0.95 - 3 * 0.0154, 1);
        if (probability == 0) { Assert.Equal(0, truth); Assert.InRange(decided / (double)runs, 0, 0.05 + 3 * 0.0154); }
        else { Assert.True(truth > 0.005); Assert.True(decided > runs / 4, $"{decided} of {runs}"); }
    }

    [Fact]
    public void Permuting_the_hidden_truth_changes_no_byte_of_any_model()
    {
        var permuted = Shop.Item.ToArray();
        int[] rows = [.. Enumerable.Range(0, Shop.Users.Count).SelectMany(u => Shop.ByUser[u].ToArray()[^Cut.Hidden.ByUser.Size(u)..])];
        var items = rows.Select(r => Shop.Item[r]).ToArray();
        Dice.Of(1).Shuffle<int>(items);
        for (var n = 0; n < rows.Length; n++) permuted[rows[n]] = items[n];
        Split With(int[] item) => Splits.FourSlices(new(Shop.Users, Shop.Items, Shop.User, item, Shop.Value, Shop.Time, Described), 0.1, 0.1, 0.2);
        var (one, other) = (With(Shop.Item), With(permuted));
        Assert.NotEqual(one.Hidden.Item, other.Hidden.Item);
        foreach (var family in RecommenderCatalog.All.Where(f => !f.NeedsTorch))
            Assert.Equal(Artifact(family, one), Artifact(family, other));
    }

    private static byte[] Artifact(RecommenderFamily family, Split split)
    {
        using var stream = new MemoryStream();
        family.Create(family.Defaults).Train(split.Train, new TrainingContext { Threads = 1, Validation = split.Validation }).Save(stream);
        return stream.ToArray();
    }

    [Fact]
    public void Where_tastes_have_no_structure_no_variant_differs_from_popularity()
    {
        var cut = Splits.FourSlices(Expectation.Shuffled(Shop, 3), 0.1, 0.1, 0.2);
        var world = World.Of("structureless", cut.Known, cut.Hidden, 6);
        var clicks = new PositionBased();
        var attraction = new float[Shop.Items.Count];
        double[] Clicks(IModel model) => [.. world.People.Select(u => { world.Attraction(u, attraction); return Expectation.Of(clicks, attraction, Top(model, cut, u)).Clicks; })];
        var popularity = Clicks(Trained("popularity", cut));
        var als = Clicks(Trained("als", cut));
        var test = Paired.TTest(popularity, als).Value;
        Assert.True(Math.Abs(test.Statistic) < 3.5, $"difference {test.Effect.Value} +- {test.Effect.StandardError}"); // p = 0.0005 were it a fresh draw
    }

    [Theory]
    [InlineData("observed")]
    [InlineData("content")]
    [InlineData("neighbours")]
    [InlineData("indifferent")]
    public void A_trained_variant_lies_between_chance_and_the_oracle_and_beats_popularity(string name)
    {
        var world = World.Of(name, Cut.Known, Cut.Hidden, 5);
        IModel als = Trained("als", Cut), popular = Trained("popularity", Cut);
        double Rate(Func<int, int[]> list) => Expectation.ClickThrough(world, new(), world.People, list);
        double chance = Rate(u => Expectation.Uniform(world, 1, u, 10)), popularity = Rate(u => Top(popular, Cut, u)), variant = Rate(u => Top(als, Cut, u)), oracle = Rate(u => Expectation.Oracle(world, u, 10));
        Assert.True(chance < variant && popularity < variant && variant < oracle, $"chance {chance}, popularity {popularity}, variant {variant}, oracle {oracle}");
    }

    [Fact]
    public void The_shop_rewards_learning_offline_and_shuffled_it_does_not()
    {
        MetricValue Ndcg(string key, Split cut) => Evaluator.Evaluate(Trained(key, cut), cut, new() { Ks = [10], WithRunMetrics = false })["ndcg", 10]!;
        Assert.True(Ndcg("als", Cut).Low > Ndcg("popularity", Cut).High);
        var shuffled = Splits.FourSlices(Expectation.Shuffled(Shop, 3), 0.1, 0.1, 0.2);
        Assert.True(Ndcg("als", shuffled).Low < Ndcg("popularity", shuffled).High);
    }

    [Fact]
    public void Recommenders_do_not_know_of_the_simulation() =>
        Assert.DoesNotContain(typeof(IModel).Assembly.GetReferencedAssemblies(), a => a.Name == typeof(World).Assembly.GetName().Name);

    private static IModel Trained(string key, Split cut)
    {
        var family = RecommenderCatalog.Get(key);
        return family.Create(family.Defaults).Train(cut.Train, new TrainingContext { Threads = 1 });
    }

    private static int[] Top(IModel model, Split cut, int user)
    {
        var history = cut.Past.History(user);
        var scores = new float[model.Items.Count];
        Assert.True(model.Score(Query.Of(user, history), scores));
        foreach (var item in history) scores[item] = float.NaN;
        return Ranker.Top(scores, 10);
    }
}
