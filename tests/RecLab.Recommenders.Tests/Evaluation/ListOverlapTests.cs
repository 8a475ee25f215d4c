using RecLab.Recommenders.Evaluation;
using Xunit;

namespace RecLab.Recommenders.Tests.Evaluation;

public sealed class ListOverlapTests
{
    [Fact]
    public void Jaccard_is_common_items_over_all_items()
    {
        Assert.Equal(0.5, ListOverlap.Jaccard(["a", "b", "c"], ["c", "d", "b"])!.Value);
        Assert.Equal(0, ListOverlap.Jaccard(["a"], ["b"])!.Value);
        Assert.Null(ListOverlap.Jaccard<string>([], []));
    }

    [Theory]
    [InlineData(0.9)]
    [InlineData(0.5)]
    public void Rank_biased_overlap_follows_equation_32_worked_by_hand(double p)
    {
        Assert.Equal(1, ListOverlap.RankBiased([1, 2, 3], [1, 2, 3], p)!.Value, 12);
        Assert.Equal(0, ListOverlap.RankBiased([1, 2, 3], [4, 5, 6], p)!.Value, 12);
        // swapped pair: X1 = 0, X2 = 2: (1 - p)/p (0 + p^2) + p^2 = p
        Assert.Equal(p, ListOverlap.RankBiased([1, 2], [2, 1], p)!.Value, 12);
        // a prefix is extrapolated to full agreement: (1 - p)/p (p + p^2/2 + p^2/2) + (0 + 1) p^2 = 1
        Assert.Equal(1, ListOverlap.RankBiased([1], [1, 2], p)!.Value, 12);
        // only the first agrees: X = 1, 1, 1: (1 - p)(1 + p/2 + p^2/3) + p^3/3
        Assert.Equal((1 - p) * (1 + p / 2 + p * p / 3) + p * p * p / 3, ListOverlap.RankBiased([1, 2, 3], [1, 4, 5], p)!.Value, 12);
        // lengths 2 and 3, X1 = 0, X2 = 1, X3 = 2, s = 2: (1 - p)/p (p^2/2 + 2 p^3/3 + 1 * 1/(2 * 3) p^3) + (1/3 + 1/2) p^3
        Assert.Equal((1 - p) / p * (p * p / 2 + 2 * p * p * p / 3 + p * p * p / 6) + (1.0 / 3 + 0.5) * p * p * p, ListOverlap.RankBiased([1, 2], [2, 3, 1], p)!.Value, 12);
    }

    [Fact]
    public void It_does_not_matter_which_list_comes_first_and_the_top_weighs_most()
    {
        Assert.Equal(ListOverlap.RankBiased([1, 2, 3, 4], [2, 1, 5])!.Value, ListOverlap.RankBiased([2, 1, 5], [1, 2, 3, 4])!.Value, 15);
        Assert.True(ListOverlap.RankBiased([1, 2, 3, 4], [1, 2, 8, 9]) > ListOverlap.RankBiased([1, 2, 3, 4], [8, 9, 3, 4]));
    }

    [Fact]
    public void An_empty_list_has_no_overlap_and_a_persistence_of_1_is_refused()
    {
        Assert.Null(ListOverlap.RankBiased([], [1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => ListOverlap.RankBiased([1], [1], 1));
    }
}
