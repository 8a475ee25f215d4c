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
}
