using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Models.Content;
using Xunit;

namespace RecLab.Recommenders.Tests.Models;

public sealed class TopicsTests : RecommenderContract
{
    protected override string Key => "topics";

    /// <summary>Two colours, two topics.</summary>
    protected override RecommenderOptions Options => new TopicsOptions { Count = 2, Rounds = 60, MostShare = 0.6 };
    protected override bool KnowsUsers => false;

    [Fact]
    public void Each_round_leaves_less_unexplained()
    {
        var left = new List<double>();
        new Topics(new() { Count = 2, Rounds = 30, MostShare = 0.6 }).Train(Checkerboard.Touches, new() { Seed = 3, Progress = new Each(p => { if (p.Curve is { } curve) left.Add(curve["unexplained"]); }) });
        Assert.Equal(30, left.Count);
        for (var i = 1; i < left.Count; i++) Assert.InRange(left[i], 0, left[i - 1] + 1e-6); // Lee and Seung 2001, theorem 1
        Assert.InRange(left[^1], 0, 0.02); // all items of a colour have the same words but their number, which only one has
    }

    [Fact]
    public void Words_that_occur_together_join_items_that_share_none()
    {
        // 'boat' and 'sea' occur together in item 1, so item 0 (boat) and item 2 (sea) are of one topic though they share no word; item 4 is of the other.
        string[] titles = ["boat sail", "boat sea sail wave", "sea wave", "train rail", "rail station train", "station rail"];
        var data = new Interactions(Vocabulary.OfNumbers(1), Vocabulary.OfNumbers(6), [0], [0], [1], [0], new(titles.Select((t, i) => new ItemInfo($"{i}", t, []))));
        var scores = new float[6];
        Assert.True(new Topics(new() { Count = 2, Rounds = 200, TitleWeight = 1, MostShare = 1 }).Train(data, new()).Score(Query.Of(-1, [0]), scores));
        Assert.True(scores[2] > 0.9 && scores[4] < 0.1, $"{scores[2]} and {scores[4]}");
        Assert.True(new ContentBased(new() { TitleWeight = 1, MostShare = 1 }).Train(data, new()).Score(Query.Of(-1, [0]), scores));
        Assert.Equal(0, scores[2]);
    }

    [Fact]
    public void Without_any_description_training_is_refused_in_one_sentence() =>
        Assert.EndsWith("so there are no topics.", Assert.Throws<TrainingException>(() => new Topics(new()).Train(new(Vocabulary.OfNumbers(1), Vocabulary.OfNumbers(1), [0], [0], [1], [0]), new())).Message, StringComparison.Ordinal);

    private sealed class Each(Action<TrainingProgress> each) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => each(value);
    }
}
