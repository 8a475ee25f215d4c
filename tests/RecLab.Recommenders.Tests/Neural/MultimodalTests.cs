using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Neural;
using RecLab.Recommenders.Neural.Models;
using RecLab.Recommenders.Tests.Models;
using Xunit;

namespace RecLab.Recommenders.Tests.Neural;

public sealed class MultimodalTests : NeuralContract
{
    protected override string Key => "multimodal";
    protected override RecommenderOptions Options => Small;

    private static MultimodalOptions Small => new() { Width = 16, HiddenWidth = 32, Epochs = 40, BatchSize = 64, LearningRate = 0.01, WeightDecay = 0, Temperature = 0.1, Strangers = 0.3, WithoutId = 0.3, Words = 16, Patience = 0 };

    [Theory]
    [InlineData(0)] // the given vectors alone
    [InlineData(16)]
    public void An_item_nobody_touched_is_placed_by_what_is_given_of_it(int words)
    {
        var data = Checkerboard.Touches;
        var model = new Multimodal(Small with { Words = words }).Train(data.Where(row => data.Item[row] < 28), new() { Seed = 1, Threads = 1 });
        for (var user = 0; user < 10; user++)
        {
            var scores = new float[Checkerboard.Size];
            Assert.True(model.Score(Query.Of(user, Checkerboard.Circle(user)), scores));
            var (same, other) = user % 2 == 0 ? (scores[28], scores[29]) : (scores[29], scores[28]);
            Assert.True(same > other, $"user {user}: {same} for the own colour, {other} for the other");
        }
    }

    [Fact]
    public void Where_nothing_is_given_a_sentence_says_so()
    {
        var error = Assert.Throws<TrainingException>(() => new Multimodal(Small).Train(Checkerboard.Touches.Describe(Catalogue.Empty, RecLab.Recommenders.Data.Audience.Empty), new() { Threads = 1 }));
        Assert.Equal("Nothing is given of any item: a vector column, titles, categories or descriptions are needed.", error.Message);
    }

    [Fact]
    public void Words_in_common_lie_close_after_the_projection()
    {
        var content = ItemContent.Of(Checkerboard.Touches, 256, default);
        Assert.Equal(2 + 256, content.Width);
        float Cosine(int a, int b) => System.Numerics.Tensors.TensorPrimitives.Dot<float>(content.Vectors.AsSpan(a * 258 + 2, 256), content.Vectors.AsSpan(b * 258 + 2, 256));
        Assert.Equal(1, Cosine(3, 3), 3);
        Assert.True(Cosine(0, 2) > Cosine(0, 1) + 0.2, $"{Cosine(0, 2)} and {Cosine(0, 1)}");
        Assert.Equal(content.Vectors, ItemContent.Of(Checkerboard.Touches, 256, default).Vectors);
    }
}
