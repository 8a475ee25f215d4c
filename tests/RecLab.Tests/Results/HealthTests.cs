using RecLab.Events;
using RecLab.Results;
using Xunit;
using static RecLab.Tests.Results.Readings;

namespace RecLab.Tests.Results;

/// <summary>When a check of the strip blocks the verdict.</summary>
public sealed class HealthTests
{
    private static readonly ArmTotals[] Nobody = [ArmTotals.Empty(0), ArmTotals.Empty(1)];

    private static HealthCell FirstPicks(long users, double share, long lists, double ofLists) =>
        Health.Of(new ContestTotals([new(0, (long)(lists * (1 - ofLists)), 0, 0, 0), new(1, (long)(lists * ofLists), 0, 0, 0)], []) { Draws = new(users, [1 - share, share]) }, Nobody,
            new(0, 0, 1000, 0, Start), simulated: false, running: true, Start).Cells.Single(c => c.Title == Health.DraftTitle);

    // the allowance with 401 users is 5 sqrt(1/4/401) = 12.5 points
    [Fact]
    public void One_visitor_with_thousands_of_lists_cannot_turn_first_picks_red_and_an_uneven_draw_does()
    {
        Assert.Equal(HealthLevel.Good, FirstPicks(401, (0.5 * 400 + 1) / 401, lists: 5400, ofLists: 0.96).Level); // a machine with 5,000 lists
        Assert.Equal((HealthLevel.Bad, "not even"), (FirstPicks(401, 0.65, 401, 0.65).Level, FirstPicks(401, 0.65, 401, 0.65).Value));
        Assert.Equal(HealthLevel.Bad, FirstPicks(401, 0.65, lists: 5400, ofLists: 0.5).Level); // nor does a machine hide a fault
        Assert.Equal(HealthLevel.Unknown, FirstPicks(49, 1, 5000, 1).Level);
    }

    [Fact]
    public void Readings_frozen_before_draws_were_kept_are_judged_by_their_lists()
    {
        var frozen = new ContestTotals([new(0, 350, 0, 0, 0), new(1, 650, 0, 0, 0)], []);
        Assert.Equal(HealthLevel.Bad, Health.Of(frozen, [Arm(0, 1000, 0.1), ArmTotals.Empty(1)], new(0, 0, 1000, 0, Start), false, true, Start).Cells[0].Level);
    }

    // 10,000 users planned half and half: chi-square of 5,100 is (2 x 100^2)/5,000 = 4, p = 0.0455; of 5,170 it is 11.56, p = 0.00067; of 5,300 it is 36. The page calls it below 0.001; whoever looks all day is told of the last only.
    [Theory]
    [InlineData(5100, HealthLevel.Good, false)]
    [InlineData(5170, HealthLevel.Bad, false)]
    [InlineData(5300, HealthLevel.Bad, true)]
    public void The_split_is_judged_at_this_look_and_told_when_it_strays_at_every_look(int first, HealthLevel level, bool told)
    {
        var input = Input(Arm(0, first, 0.4), Arm(1, 10_000 - first, 0.4));
        var cell = ResultsView.Of(input).Health.Cells.Single(c => c.Title == Health.SplitTitle);
        Assert.Equal(level, cell.Level);
        Assert.Contains("off by at most", cell.Caption, StringComparison.Ordinal);
        Assert.Equal(told, Health.SplitStrays(input.Arms, input.Totals.Arms));
    }
}
