using RecLab.Recommenders.Data;
using Xunit;

namespace RecLab.Recommenders.Tests.Data;

public sealed class InteractionsTests
{
    [Theory]
    [InlineData(1_000L)]
    [InlineData(100_000L)]
    [InlineData(10_000_000_000L)]
    [InlineData(long.MaxValue)]
    public void Rows_are_sorted_by_time_and_keep_their_order_within_one(long spread)
    {
        var random = new Random(7);
        var time = Enumerable.Range(0, 5000).Select(_ => random.NextInt64(-spread, spread) / Math.Max(1, spread / 500)).ToArray();
        var data = new Interactions(Vocabulary.OfNumbers(5000), Vocabulary.OfNumbers(1), [.. Enumerable.Range(0, 5000)], new int[5000], new float[5000], time);
        Assert.Equal(Enumerable.Range(0, 5000).OrderBy(i => time[i]), data.User);
        Assert.Equal(time.Order(), data.Time);
    }

    [Fact]
    public void An_index_outside_the_vocabulary_or_a_value_that_is_no_number_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new Interactions(Vocabulary.OfNumbers(1), Vocabulary.OfNumbers(1), [1], [0], [1], [0]));
        Assert.Throws<ArgumentException>(() => new Interactions(Vocabulary.OfNumbers(1), Vocabulary.OfNumbers(1), [0], [0], [float.NaN], [0]));
    }

    [Fact]
    public void A_builder_gives_the_same_index_to_the_same_id_only()
    {
        var builder = new VocabularyBuilder();
        var ids = Enumerable.Range(0, 20_000).Select(i => $"id {i * 7919L % 15_013}").ToArray();
        var indices = ids.Select(builder.Add).ToArray();
        var vocabulary = builder.Build();
        Assert.Equal(ids.Distinct(), vocabulary.Ids);
        Assert.Equal(ids, indices.Select(i => vocabulary[i]));
    }
}
