using RecLab.Results;
using Xunit;
using static RecLab.Tests.Results.Readings;

namespace RecLab.Tests.Results;

public sealed class ResultsSnapshotTests
{
    [Fact]
    public void A_frozen_reading_says_what_the_page_said()
    {
        var live = Input(Arm(0, 4000, 0.40), Arm(1, 4000, 0.50));
        var simulated = Input(Arm(0, 300, 0.40), Arm(1, 310, 0.41)) with { Simulated = true };
        var read = ResultsSnapshot.FromJson(ResultsSnapshot.Of(live.ReadAt, live, simulated).ToJson());
        Assert.Equal("ALS is better: +25.0% click-through against Popularity.", read.LiveVerdict);
        foreach (var (before, after) in new[] { (live, read.Reading(false)!), (simulated, read.Reading(true)!) })
        {
            var (a, b) = (ResultsView.Of(before), ResultsView.Of(after));
            Assert.Equal(a.Verdict, b.Verdict);
            Assert.Equal(a.Health.Cells, b.Health.Cells);
            Assert.Equal(a.Progress, b.Progress);
            Assert.Equal(a.Scorecard.Goal.Judgements[0].Fixed, b.Scorecard.Goal.Judgements[0].Fixed);
        }
    }
}
