using RecLab.Recommenders;
using Xunit;

namespace RecLab.Recommenders.Tests;

public sealed class DenseScoringTests
{
    /// <summary>The definition, one fused multiply-add a dimension, in order, starting at the bias.</summary>
    private static float Chain(ReadOnlySpan<float> user, ReadOnlySpan<float> item, float bias)
    {
        for (var d = 0; d < user.Length; d++) bias = MathF.FusedMultiplyAdd(user[d], item[d], bias);
        return bias;
    }

    private static float[] Numbers(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)(2 * random.NextDouble() - 1))];
    }

    [Theory]
    [InlineData(1, 1, 1), InlineData(15, 3, 7), InlineData(16, 64, 8), InlineData(17, 5, 9), InlineData(33, 64, 16), InlineData(100, 20, 13), InlineData(257, 7, 31)]
    public void One_user_and_many_give_bit_for_bit_the_chain_of_multiply_adds(int items, int width, int users)
    {
        float[] v = Numbers(items * width, 1), u = Numbers(users * width, 2), bias = Numbers(items, 3);
        var scoring = new DenseScoring(v, items, width, bias);
        var many = new float[users * items];
        scoring.ScoreMany(u, many);
        var one = new float[items];
        for (var q = 0; q < users; q++)
        {
            var user = u.AsSpan(q * width, width);
            scoring.Score(user, one);
            for (var i = 0; i < items; i++)
            {
                var expected = Chain(user, v.AsSpan(i * width, width), bias[i]);
                Assert.Equal(expected, one[i]);
                Assert.Equal(expected, many[q * items + i]);
            }
        }
    }

    [Fact]
    public void Rows_of_a_table_are_picked_and_a_stranger_scores_the_bias()
    {
        float[] v = [1, 2, 3, 4], table = [10, 20, 30, 40], scores = new float[6];
        new DenseScoring(v, 2, 2, [0.5f, -0.5f]).ScoreMany(table, [1, -1, 0], scores);
        // 30*1+40*2, 30*3+40*4; bias alone; 10*1+20*2, 10*3+20*4
        Assert.Equal([110.5f, 249.5f, 0.5f, -0.5f, 50.5f, 109.5f], scores);
    }

    [Fact]
    public void Lengths_that_do_not_agree_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new DenseScoring(new float[5], 2, 2));
        var scoring = new DenseScoring(new float[4], 2, 2);
        Assert.Throws<ArgumentException>(() => scoring.Score(new float[3], new float[2]));
        Assert.Throws<ArgumentException>(() => scoring.ScoreMany(new float[4], new float[5]));
    }
}
