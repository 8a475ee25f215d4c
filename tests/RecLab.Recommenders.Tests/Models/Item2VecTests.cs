using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Models.Factors;
using Xunit;

namespace RecLab.Recommenders.Tests.Models;

public sealed class Item2VecTests : RecommenderContract
{
    protected override string Key => "item2vec";
    protected override RecommenderOptions Options => new Item2VecOptions { Factors = 8, Epochs = 40, Window = 0, LearningRate = 0.1 };
    protected override bool KnowsUsers => false;

    [Theory]
    [InlineData(Item2VecScore.Company), InlineData(Item2VecScore.Likeness)]
    public void Both_scores_survive_storage(Item2VecScore score)
    {
        var recommender = new Item2Vec((Item2VecOptions)Options with { Score = score });
        var model = recommender.Train(Toy, new() { Seed = 7 });
        var loaded = recommender.Load(new MemoryStream(Saved(model)), Toy.Users, Toy.Items);
        for (var user = 0; user < Checkerboard.Size; user++)
        {
            float[] before = new float[Checkerboard.Size], after = new float[Checkerboard.Size];
            var query = Query.Of(-1, Checkerboard.Circle(user));
            Assert.True(model.Score(query, before) && loaded.Score(query, after));
            Assert.Equal(before, after);
            Assert.Equal(user, Best(model, query, Checkerboard.Circle(user))[0]);
        }
    }

    [Fact]
    public void By_company_what_many_touch_with_an_item_comes_before_what_few_do()
    {
        // 90 users touched 0 and 1, 10 users touched 0 and 2: with all alike as chance items, u_0 . v_i follows ln P(i | 0), so 1 comes first. By likeness nothing says so.
        var rows = Enumerable.Range(0, 100).SelectMany(u => new[] { (User: u, Item: 0), (User: u, Item: u < 90 ? 1 : 2) }).ToArray();
        var data = new Interactions(Vocabulary.OfNumbers(100), Vocabulary.OfNumbers(20), [.. rows.Select(r => r.User)], [.. rows.Select(r => r.Item)], [.. rows.Select(_ => 1f)], new long[200]);
        var scores = new float[20];
        Assert.True(new Item2Vec(new() { Factors = 8, NegativePower = 0, LearningRate = 0.1 }).Train(data, new()).Score(Query.Of(-1, [0]), scores));
        Assert.True(scores[1] > scores[2] && float.IsNaN(scores[3]));
    }
}
