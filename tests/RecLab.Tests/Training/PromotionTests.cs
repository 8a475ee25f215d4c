using RecLab.Training;
using Xunit;

namespace RecLab.Tests.Training;

public sealed class PromotionTests
{
    [Theory]
    [InlineData(0.1900, true)] // 0.2 less 5 % is 0.19: exactly the least allowed
    [InlineData(0.1899, false)]
    [InlineData(0.2500, true)]
    public void A_scheduled_version_is_served_when_it_is_not_worse_by_more_than_the_margin(double score, bool served) =>
        Assert.Equal(served, Promotion.Decide(Run(2, score, scheduled: true), Run(1, 0.2), 0.05).Promote);

    [Fact]
    public void The_first_version_is_served() => Assert.True(Promotion.Decide(Run(1, null, scheduled: true), null, 0).Promote);

    [Fact]
    public void What_a_person_asked_for_is_served() => Assert.True(Promotion.Decide(Run(2, 0.01), Run(1, 0.2), 0.05).Promote);

    [Fact]
    public void Without_a_margin_every_success_is_served() => Assert.True(Promotion.Decide(Run(2, 0.01, scheduled: true), Run(1, 0.2), null).Promote);

    [Fact]
    public void Without_a_score_to_compare_the_served_version_stays() => Assert.False(Promotion.Decide(Run(2, null, scheduled: true), Run(1, 0.2), 0.05).Promote);

    private static TrainingRun Run(int version, double? score, bool scheduled = false) => new() { Options = "{}", Version = version, ValidationScore = score, Scheduled = scheduled };
}
