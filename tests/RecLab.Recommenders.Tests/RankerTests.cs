using RecLab.Recommenders;
using Xunit;

namespace RecLab.Recommenders.Tests;

public sealed class RankerTests
{
    [Fact]
    public void Ranks_by_score_then_by_index_and_leaves_out_what_is_excluded_or_cannot_be_scored() =>
        Assert.Equal([3, 1, 4], Ranker.Top([9f, 5f, float.NaN, 7f, 5f, 1f], 3, [true, false, false, false, false, false]));

    [Fact]
    public void Gives_fewer_rather_than_padding() => Assert.Equal([1, 0], Ranker.Top([1f, 2f], 10));

    [Fact]
    public void Agrees_with_a_full_sort_on_many_random_lists_with_ties_and_gaps()
    {
        var random = new Random(7);
        for (var round = 0; round < 300; round++)
        {
            var n = random.Next(1, 200);
            var scores = Enumerable.Range(0, n).Select(_ => random.Next(10) == 0 ? float.NaN : random.Next(-5, 20) * (random.Next(2) == 0 ? 1f : -0f)).ToArray();
            var excluded = Enumerable.Range(0, n).Select(_ => random.Next(4) == 0).ToArray();
            var k = random.Next(0, 60);
            var expected = Enumerable.Range(0, n).Where(i => !float.IsNaN(scores[i]) && !excluded[i]).OrderByDescending(i => scores[i] == 0 ? 0f : scores[i]).ThenBy(i => i).Take(k);
            Assert.Equal(expected, Ranker.Top(scores, k, excluded));
        }
    }
}
