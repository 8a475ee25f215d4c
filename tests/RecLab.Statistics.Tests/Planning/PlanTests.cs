using RecLab.Statistics.Comparisons;
using RecLab.Statistics.Planning;
using Xunit;

namespace RecLab.Statistics.Tests.Planning;

public sealed class PlanTests
{
    [Theory]
    [InlineData(null), InlineData(5000.0)]
    public void The_users_for_a_lift_give_the_power_they_were_asked_for(double? tuning)
    {
        var plan = new LiftPower(0.1, 0.09, 1, Tuning: tuning);
        var users = plan.UsersFor(0.05, 0.9);
        Assert.Equal(0.9, (plan with { UsersPerArm = users }).Power(0.05), 1e-9);
    }

    [Fact]
    public void Too_few_users_have_no_detectable_lift_and_the_reason_says_so() =>
        Assert.Equal(LiftPower.OutOfReach, new LiftPower(0.01, 0.0099, 20).DetectableLift().Reason);

    [Fact]
    public void Nothing_is_missing_where_the_power_is_reached()
    {
        // An effect of ten standard errors is seen for certain.
        var left = new RemainingUsersPlan { TargetEffect = 0.1 }.Remaining(new Estimate(0, 0.0001, 500), 1000).Value;
        Assert.Equal(0, left.Factor);
        Assert.Null(left.AdditionalUsers);
        Assert.Equal(1, left.PowerNow, 1e-9);
    }

    [Fact]
    public void A_target_out_of_reach_says_so() =>
        Assert.Equal(RemainingUsersPlan.OutOfReach, new RemainingUsersPlan { TargetEffect = 1e-9 }.Remaining(new Estimate(0, 1, 500), 1000).Reason);

    [Fact]
    public void Days_follow_the_weekday_pattern_and_round_up_to_whole_weeks()
    {
        double[] arrivals = [50, 100, 100, 100, 100, 100, 50]; // Sunday first: 600 a week
        Assert.Equal(4, Duration.Days(350, arrivals, DayOfWeek.Monday, wholeWeeks: false).Value); // 100 + 100 + 100 + 100
        Assert.Equal(5, Duration.Days(350, arrivals, DayOfWeek.Saturday, wholeWeeks: false).Value); // 50 + 50 + 100 + 100 + 100
        Assert.Equal(14, Duration.Days(601, arrivals, DayOfWeek.Monday).Value);
        Assert.Equal(0, Duration.Days(0, arrivals, DayOfWeek.Monday).Value);
        Assert.Equal(NotComputable.NoUnits, Duration.Days(10, new double[7], DayOfWeek.Monday).Reason);
        Assert.Equal(Duration.TooLong, Duration.Days(1e9, arrivals, DayOfWeek.Monday).Reason);
    }

    [Fact]
    public void Power_cannot_be_asked_below_alpha() => Assert.Throws<ArgumentOutOfRangeException>(() => ProportionPower.ArcsineUnits(0.1, alpha: 0.05, power: 0.04));

    [Fact]
    public void Nothing_compared_is_no_preference_and_only_ties_have_no_p_value()
    {
        Assert.Equal(NotComputable.NoUnits, Preference.Of(0, 0, 0).Reason);
        var ties = Preference.Of(0, 0, 7).Value;
        Assert.Equal(0, ties.Delta);
        Assert.False(ties.WinRate.IsKnown);
        Assert.Equal(NotComputable.ZeroVariance, Preference.PerUser([1, 2], [0, 0]).Reason);
    }
}
