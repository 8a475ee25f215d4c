using Xunit;

namespace RecLab.Statistics.Tests;

public sealed class RankCorrelationTests
{
    [Fact]
    public void Agrees_with_the_examples_of_scipys_documentation()
    {
        // scipy.stats.spearmanr([1, 2, 3, 4, 5], [5, 6, 7, 8, 7]) and scipy.stats.kendalltau([12, 2, 1, 12, 2], [1, 4, 7, 1, 0])
        Assert.Equal(0.8207826816681233, RankCorrelation.Of([1, 2, 3, 4, 5], [5, 6, 7, 8, 7]).Value.Spearman, 14);
        Assert.Equal(-0.47140452079103173, RankCorrelation.Of([12, 2, 1, 12, 2], [1, 4, 7, 1, 0]).Value.Kendall, 14);
    }

    [Fact]
    public void Intervals_lie_on_fishers_scale()
    {
        // tanh(atanh r -/+ 1.95996 SE): SE^2 = (1 + 0.8208^2/2)/2 for rho, 0.437/1 for tau
        var rho = RankCorrelation.Of([1, 2, 3, 4, 5], [5, 6, 7, 8, 7]).Value.SpearmanInterval.Value;
        Assert.Equal((-0.416290818, 0.992045971), (Math.Round(rho.Lower, 9), Math.Round(rho.Upper, 9)));
        var tau = RankCorrelation.Of([12, 2, 1, 12, 2], [1, 4, 7, 1, 0]).Value.KendallInterval.Value;
        Assert.Equal((-0.947580061, 0.654870233), (Math.Round(tau.Lower, 9), Math.Round(tau.Upper, 9)));
    }

    [Fact]
    public void Says_why_there_is_no_correlation_or_no_interval()
    {
        Assert.Equal(NotComputable.NoUnits, RankCorrelation.Of([], []).Reason);
        Assert.Equal(NotComputable.TooFewUnits, RankCorrelation.Of([1, 2], [1, 2]).Reason);
        Assert.Equal(NotComputable.ZeroVariance, RankCorrelation.Of([1, 1, 1], [1, 2, 3]).Reason);
        var three = RankCorrelation.Of([1, 2, 3], [10, 30, 20]).Value;
        Assert.Equal((0.5, 1.0 / 3, NotComputable.TooFewUnits), (three.Spearman, three.Kendall, three.SpearmanInterval.Reason));
        var perfect = RankCorrelation.Of([1, 2, 3, 4, 5], [5, 4, 3, 2, 1]).Value;
        Assert.Equal((-1.0, -1.0, NotComputable.ZeroVariance), (perfect.Spearman, perfect.Kendall, perfect.KendallInterval.Reason));
    }

    [Fact]
    public void Equal_values_share_the_middle_of_their_ranks() => Assert.Equal([1.5, 4, 1.5, 3], RankCorrelation.Ranks([7, 9, 7, 8]));
}
