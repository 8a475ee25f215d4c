using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Neural.Models;
using Xunit;

namespace RecLab.Recommenders.Tests.Neural;

public sealed class LightGcnTests : NeuralContract
{
    protected override string Key => "lightgcn";
    protected override RecommenderOptions Options => new LightGcnOptions { Factors = 8, Epochs = 40, BatchSize = 8, LearningRate = 0.03, Patience = 0 };

    [Theory]
    [InlineData(FactorLoss.Softmax), InlineData(FactorLoss.Bpr)]
    public void Who_shares_nothing_directly_is_joined_through_the_graph(FactorLoss loss)
    {
        // Two chains: u0 - i0 - u1 - i1 - u2 - i2 and u3 - i3 - u4 - i4 - u5 - i5. u0 never touched i2 nor i5, but i2 is on the own chain.
        int[] users = [0, 1, 1, 2, 2, 3, 4, 4, 5, 5], items = [0, 0, 1, 1, 2, 3, 3, 4, 4, 5];
        var chains = new Interactions(Vocabulary.OfNumbers(6), Vocabulary.OfNumbers(6), users, items, [.. users.Select(_ => 1f)], new long[users.Length]);
        var model = new LightGcn(new() { Factors = 8, Layers = 3, Epochs = 60, BatchSize = 4, LearningRate = 0.05, Loss = loss, Patience = 0 }).Train(chains, new() { Seed = 1, Threads = 1 });
        var scores = new float[6];
        Assert.True(model.Score(new Query(0, default), scores));
        Assert.True(scores[2] > scores[5], $"{scores[2]} on the own chain, {scores[5]} on the other");
    }

    /// <summary>Rows of the first 28 items of the checkerboard; 28 to 31 are touched by nobody, and nothing else is described. Items are the entities "m0", "m1", ...</summary>
    private static Interactions Cold(params string[] edges)
    {
        const int Items = 32;
        var rows = Models.Checkerboard.Touches.Where(row => Models.Checkerboard.Touches.Item[row] < 28);
        var entities = new Vocabulary(edges.SelectMany(e => e.Split(' ')).Concat(Enumerable.Range(0, Items).Select(i => $"m{i}")).Distinct());
        int[] End(int at) => [.. edges.Select(e => entities.IndexOf(e.Split(' ')[at]))];
        var graph = new KnowledgeGraph(entities, new(["r"]), End(0), new int[edges.Length], End(1), Vocabulary.OfNumbers(Items), [.. Enumerable.Range(0, Items).Select(i => entities.IndexOf($"m{i}"))]);
        return new(rows.Users, Vocabulary.OfNumbers(Items), rows.User, rows.Item, rows.Value, rows.Time, new Catalogue([], graph));
    }

    private float[] Cold(int user, bool relations, params string[] edges)
    {
        var model = new LightGcn((LightGcnOptions)Options with { Relations = relations, Layers = 3 }).Train(Cold(edges), new() { Seed = 1, Threads = 1 });
        var scores = new float[32];
        Assert.True(model.Score(new Query(user, default), scores));
        return scores;
    }

    /// <summary>White items were made by w, black ones by b; 28 by w as well, 29 by b. 30 and 31 have no edge.</summary>
    private static readonly string[] Makers = [.. Enumerable.Range(0, 28).Select(i => $"m{i} {(i % 2 == 0 ? "w" : "b")}"), "m28 w", "m29 b"];

    [Fact]
    public void An_item_nobody_touched_is_placed_by_its_edges_alone()
    {
        for (var user = 0; user < 4; user++)
        {
            var scores = Cold(user, relations: true, Makers);
            var (same, other) = user % 2 == 0 ? (scores[28], scores[29]) : (scores[29], scores[28]);
            Assert.True(same > other && same > scores[30] && same > scores[31], $"user {user}: {same} for the own maker, {other} for the other, {scores[30]} and {scores[31]} without edges");
        }
        Assert.Equal(Cold(0, relations: false, Makers), Cold(0, relations: false)); // who does not ask for relations is told nothing of them
    }

    [Fact]
    public void An_edge_between_two_entities_carries_it_further()
    {
        // 28 was made by w2, who is of the school of w; 29 by b2, who is of the school of b.
        string[] edges = [.. Makers[..28], "m28 w2", "w2 w", "m29 b2", "b2 b"];
        for (var user = 0; user < 2; user++)
        {
            var scores = Cold(user, relations: true, edges);
            var (same, other) = user % 2 == 0 ? (scores[28], scores[29]) : (scores[29], scores[28]);
            Assert.True(same > other, $"user {user}: {same} for the own school, {other} for the other");
        }
    }

    [Fact]
    public void With_relations_an_item_nobody_touched_is_reached_through_what_it_shares()
    {
        // Items 28 (white) and 29 (black) are never touched by anybody, but have the category of their colour.
        var data = Models.Checkerboard.Touches;
        var model = new LightGcn((LightGcnOptions)Options with { Relations = true }).Train(data.Where(row => data.Item[row] < 28), new() { Seed = 1, Threads = 1 });
        for (var user = 0; user < 10; user++)
        {
            var scores = new float[Models.Checkerboard.Size];
            Assert.True(model.Score(new Query(user, default), scores));
            var (same, other) = user % 2 == 0 ? (scores[28], scores[29]) : (scores[29], scores[28]);
            Assert.True(same > other, $"user {user}: {same} for the own colour, {other} for the other");
        }
    }
}
