using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Neural.Batches;
using RecLab.Recommenders.Neural.Models;
using RecLab.Recommenders.Tests.Models;
using RecLab.Statistics;
using Xunit;

namespace RecLab.Recommenders.Tests.Neural;

public sealed class SasRecTests : NeuralContract
{
    protected override string Key => "sasrec";
    protected override RecommenderOptions Options => new SasRecOptions { MaxLength = 8, Width = 16, Layers = 1, Epochs = 40, BatchSize = 8, LearningRate = 0.01, Patience = 0 };

    /// <summary>A user is their history; without one there is nothing to read.</summary>
    protected override bool KnowsUsers => false;

    [Theory]
    [InlineData(SequenceLoss.SampledSoftmax), InlineData(SequenceLoss.BinaryCrossEntropy), InlineData(SequenceLoss.GeneralizedBinaryCrossEntropy)]
    public void Every_loss_over_drawn_items_learns_what_comes_next(SequenceLoss loss)
    {
        var options = (SasRecOptions)Options with { Loss = loss, Negatives = 6, Epochs = 60 };
        var model = new SasRec(options).Train(Checkerboard.Touches, new() { Seed = 7, Threads = 1 });
        for (var user = 0; user < Checkerboard.Size; user++) Assert.Equal(user, Best(model, Query.Of(-1, Checkerboard.Circle(user)), Checkerboard.Circle(user))[0]);
    }

    [Fact]
    public void After_telling_changed_views_apart_the_next_item_is_learnt_from_fewer_epochs_as_well()
    {
        var reports = new Reports();
        var options = (SasRecOptions)Options with { ContrastEpochs = 10, ContrastWeight = 0.1, Epochs = 50 };
        var model = new SasRec(options).Train(Checkerboard.Touches, new() { Seed = 7, Threads = 1, Progress = reports });
        var losses = reports.Seen.Where(r => r.Curve is not null).Select(r => r.Curve!["loss"]).ToArray();
        // 8 users a batch are 16 views: guessing the other half is worth ln 15 = 2.71.
        Assert.InRange(losses[9], 0, 2.0);
        Assert.DoesNotContain(reports.Seen, r => r.Epoch <= 10 && r.Curve!.ContainsKey("validation ndcg@10"));
        for (var user = 0; user < Checkerboard.Size; user++) Assert.Equal(user, Best(model, Query.Of(-1, Checkerboard.Circle(user)), Checkerboard.Circle(user))[0]);
    }

    [Fact]
    public void Changed_views_are_pieces_hidden_places_or_other_orders_of_one_history()
    {
        var train = Checkerboard.Touches;
        var users = Enumerable.Range(0, 30).ToArray();
        var views = SequenceViews.Of(train, users, 10, Dice.Of(3));
        Assert.Equal(61, views.Starts.Length);
        var kinds = new HashSet<string>();
        for (var v = 0; v < 60; v++)
        {
            int[] newest = train.History(v % 30)[^10..], view = views.Input[(int)views.Starts[v]..(int)views.Starts[v + 1]];
            // 0.6 of 10 places are kept; or all are, some hidden; or all are, in another order.
            if (view.Length == 6) { Assert.Contains(Enumerable.Range(0, 5), from => newest.AsSpan(from, 6).SequenceEqual(view)); kinds.Add("cut"); }
            else if (view.Contains(Checkerboard.Size)) { Assert.All(view.Zip(newest), p => Assert.True(p.First == Checkerboard.Size || p.First == p.Second)); kinds.Add("hidden"); }
            else { Assert.Equal(newest.Order(), view.Order()); kinds.Add("shuffled"); }
        }
        Assert.Equal(3, kinds.Count);
    }
}

/// <summary>SASRec that tells kinds of touch apart.</summary>
public sealed class SasRecKindsTests : NeuralContract
{
    protected override string Key => "sasrec";
    protected override RecommenderOptions Options => new SasRecOptions { Kinds = true, MaxLength = 8, Width = 16, Layers = 1, Epochs = 40, BatchSize = 8, LearningRate = 0.01, Patience = 0 };
    protected override bool KnowsUsers => false;

    [Fact]
    public void What_comes_next_after_a_purchase_differs_from_what_comes_after_a_view()
    {
        // Item 0 is viewed (1) or bought (3): after a view item 1 follows, after a purchase item 2.
        const int users = 40;
        var rows = Enumerable.Range(0, users).SelectMany(u => new[] { (u, Item: 0, Value: u % 2 == 0 ? 1f : 3f), (u, Item: u % 2 == 0 ? 1 : 2, Value: 1f), (u, Item: 3, Value: 1f) }).ToArray();
        var data = new Interactions(Vocabulary.OfNumbers(users), Vocabulary.OfNumbers(4), [.. rows.Select(r => r.u)], [.. rows.Select(r => r.Item)], [.. rows.Select(r => r.Value)], new long[rows.Length]);
        var model = new SasRec((SasRecOptions)Options).Train(data, new() { Seed = 2, Threads = 1, Validation = data.Where(r => r < 3) });
        for (var user = 0; user < 8; user++)
        {
            var scores = new float[4];
            Assert.True(model.Score(Query.Of(user, [0]), scores));
            Assert.True(user % 2 == 0 ? scores[1] > scores[2] : scores[2] > scores[1], $"user {user}: {scores[1]} and {scores[2]}");
        }
        // A stranger's touch is taken for the commonest kind, a view.
        var stranger = new float[4];
        Assert.True(model.Score(Query.Of(-1, [0]), stranger));
        Assert.True(stranger[1] > stranger[2]);
    }

    [Fact]
    public void Too_many_different_values_are_no_kinds()
    {
        var data = Checkerboard.Touches;
        var odd = new Interactions(data.Users, data.Items, data.User, data.Item, [.. Enumerable.Range(0, data.Count).Select(i => (float)(i % 17))], data.Time);
        var error = Assert.Throws<TrainingException>(() => Train(odd));
        Assert.Equal("The touches have 17 different values, and only up to 16 can be taken for kinds of touch.", error.Message);
    }
}
