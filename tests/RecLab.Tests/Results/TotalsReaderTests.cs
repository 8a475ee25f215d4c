using RecLab.Events;
using RecLab.Results;
using RecLab.Tests.Events;
using Xunit;

namespace RecLab.Tests.Results;

/// <summary>What is told of the newest lists of a phase.</summary>
public sealed class TotalsReaderTests : IDisposable
{
    private static readonly UnitScope Phase = new(1, 1, false);
    private static readonly DateTimeOffset Noon = DateTimeOffset.FromUnixTimeMilliseconds(LogBook.Noon);
    private readonly LogBook _book = new();
    private readonly TotalsReader _totals;

    public TotalsReaderTests() => _totals = new(_book.Store, new UnitTotals(_book.Store));

    public void Dispose() => _book.Dispose();

    private static Exposure List(int minute, int experiment = 1, bool simulated = false) =>
        LogBook.List(experiment == 0 ? "" : $"u{minute}", at: LogBook.Noon + minute * 60_000L, experiment: experiment, simulated: simulated) with { Id = Guid.CreateVersion7(Noon.AddMinutes(minute)) };

    private static Exposure Missing(int minute, string placement = "home") => List(minute, experiment: 0) with { Placement = placement, Reason = Tallies.TeamMissing };

    /// <summary>More lists than are looked at, all newer: of another placement, and of simulated visitors of the same phase.</summary>
    private void Elsewhere()
    {
        _book.Serve([.. Enumerable.Range(0, TotalsReader.Looked).Select(i => List(1000 + i, experiment: 0) with { Placement = "basket" })]);
        _book.Serve([.. Enumerable.Range(0, 5).Select(i => List(9000 + i, simulated: true))]);
    }

    [Fact]
    public void Fallbacks_of_a_phase_are_told_from_its_own_lists_however_many_are_served_elsewhere()
    {
        _book.Serve([.. Enumerable.Range(0, 10).Select(i => List(i) with { Fallback = i < 4 ? "popular" : null })]);
        Assert.Equal((10, 4, Noon.AddMinutes(9)), _totals.Newest(Phase));
        Elsewhere();
        Assert.Equal((10, 4, Noon.AddMinutes(9)), _totals.Newest(Phase));
        Assert.Equal((5, 0, Noon.AddMinutes(9004)), _totals.Newest(Phase with { Simulated = true }));
        Assert.Equal((0, 0, null), _totals.Newest(new(2, 1, false)));
    }

    [Fact]
    public void Lists_that_lacked_an_arm_are_told_from_their_placement_and_phase_however_many_are_served_elsewhere()
    {
        (long, long) Told() => _totals.Interleaved(Phase, "home", Noon.AddMinutes(1), Noon.AddMinutes(20_000));
        _book.Serve([Missing(0), List(1), List(2), Missing(3), Missing(4), Missing(5, "basket")]); // one from before the phase, one of another placement
        Assert.Equal((2, 2), Told());
        Elsewhere();
        Assert.Equal((2, 2), Told());
    }

    [Fact]
    public void The_newest_lists_of_a_phase_are_read_from_an_index_that_holds_all_of_the_answer()
    {
        var plan = _book.Rows("EXPLAIN QUERY PLAN SELECT count(*), count(fallback), max(served_at) FROM (SELECT fallback, served_at FROM recommendation WHERE experiment <> 0 AND experiment = 1 AND phase = 1 AND simulated = 0 ORDER BY id DESC LIMIT 5000)");
        Assert.Contains(plan, step => step.Contains("COVERING INDEX recommendation_phase (experiment=? AND phase=? AND simulated=?)", StringComparison.Ordinal));
        Assert.DoesNotContain(plan, step => step.Contains("TEMP B-TREE", StringComparison.Ordinal));
    }
}
