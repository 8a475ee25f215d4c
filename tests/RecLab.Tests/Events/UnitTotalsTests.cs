using RecLab.Events;
using Xunit;

namespace RecLab.Tests.Events;

public sealed class UnitTotalsTests : IDisposable
{
    private const long Day = 86_400_000;
    private readonly LogBook _book = new();
    private UnitTotals Totals => new(_book.Store);

    public void Dispose() => _book.Dispose();

    private void Visit(string unit, int arm, int day, int viewable, int clicked, bool simulated = false, int experiment = 1)
    {
        var list = LogBook.List(unit, arm, items: 10, at: LogBook.Noon + day * Day, simulated: simulated, experiment: experiment);
        _book.Serve(list);
        _book.TakeAll([.. Enumerable.Range(1, viewable).Select(i => _book.Event("viewable", list, $"i{i}")), .. Enumerable.Range(1, clicked).Select(i => _book.Event("click", list, $"i{i}"))]);
    }

    [Fact]
    public void Adds_up_per_arm_and_user_with_squares_and_products()
    {
        Visit("a", 0, 0, viewable: 4, clicked: 1);
        Visit("a", 0, 1, viewable: 2, clicked: 1);
        Visit("b", 0, 0, viewable: 5, clicked: 0);
        Visit("c", 1, 0, viewable: 3, clicked: 3);
        Visit("c", 1, 0, viewable: 1, clicked: 1, simulated: true);
        var sums = Totals.ArmMoments(new(1, 1, Simulated: false), UnitMeasure.ClickThrough);
        // arm 0: a clicked 2 of 6, b 0 of 5
        var (y, d, yy, yd, dd) = (sums[0].Y, sums[0].D, sums[0].YY, sums[0].YD, sums[0].DD);
        Assert.Equal((2L, 2.0, 11.0, 4.0, 12.0, 61.0), (sums[0].Units, y, d, yy, yd, dd));
        Assert.Equal((1L, 3.0, 3.0), (sums[1].Units, sums[1].Y, sums[1].D));
        var simulated = Totals.ArmMoments(new(1, 1, Simulated: true), UnitMeasure.ClickThrough);
        Assert.Equal((1L, 1.0, 1.0), (Assert.Single(simulated).Value.Units, simulated[1].Y, simulated[1].D));
    }

    [Fact]
    public void Grows_day_by_day_replacing_what_a_user_had_before()
    {
        Visit("a", 0, 0, viewable: 4, clicked: 1);
        Visit("a", 0, 2, viewable: 2, clicked: 1);
        Visit("b", 0, 1, viewable: 5, clicked: 0);
        var arm = Assert.Single(Totals.Read(new(1, 1, false), [UnitMeasure.ClickThrough, new(t => t.Clicked > 0 ? 1 : 0)]));
        Assert.Equal([20513, 20514, 20515], arm.Days);
        Assert.Equal([(1L, 1.0, 1.0, 4.0), (2, 1, 1, 9), (2, 2, 4, 11)], arm.Sums[0].Select(s => (s.Units, s.Y, s.YY, s.D)));
        Assert.Equal([1.0, 1, 1], arm.Sums[1].Select(s => s.Y));
        Assert.Equal((11L, 2L, 3L), (arm.Total.Viewable, arm.Total.Clicked, arm.Total.Lists));
        Assert.Equal(arm.Sums[0][1], Totals.ArmMoments(new(1, 1, false, UpToDay: 20514), UnitMeasure.ClickThrough)[0]);
    }

    [Fact]
    public void History_is_what_the_user_did_outside_experiments_on_the_days_before()
    {
        Visit("a", 0, 0, viewable: 8, clicked: 2, experiment: 0);
        Visit("a", 0, 1, viewable: 7, clicked: 7, experiment: 0); // the same day as the first list: not before
        Visit("a", 1, 1, viewable: 4, clicked: 1);
        Visit("b", 1, 1, viewable: 4, clicked: 1);
        var sums = Assert.Single(Totals.Read(new(1, 1, false), [UnitMeasure.ClickThrough], history: true)).Last(0);
        Assert.Equal((2L, 2.0, 2.0, 8.0, 2.0), (sums.Units, sums.Y, sums.X, sums.E, sums.YX));
    }

    [Fact]
    public void Machines_are_left_out_and_counted()
    {
        Visit("a", 0, 0, viewable: 4, clicked: 1);
        _book.Serve([.. Enumerable.Range(0, 2_001).Select(i => LogBook.List("robot", 0, items: 1, at: LogBook.Noon + i))]);
        Visit("both", 0, 0, 1, 0);
        Visit("both", 1, 0, 1, 0);
        Assert.Equal(["a", "both"], Totals.Units(new(1, 1, false)).Where(u => u.Arm == 0).Select(u => u.Unit));
        Assert.Equal((1L, 1L), Totals.Oddities(new(1, 1, false)));
        // the sums kept day by day hold everybody; the reader takes the machine out again, and its past with it
        var (kept, added) = (Totals.Read(new(1, 1, false), UnitMeasure.Kept, history: true), Totals.AddUp(new(1, 1, false), UnitMeasure.Kept, history: true));
        Assert.Equal(2, kept[0].Last(0).Units);
        Assert.Equal(added.Select(a => (a.Arm, a.Total)), kept.Select(a => (a.Arm, a.Total)));
        Assert.Equal(added.SelectMany(a => a.Sums.SelectMany(m => m)), kept.SelectMany(a => a.Sums.SelectMany(m => m)));
    }

    [Fact]
    public void Days_since_the_first_list_count_what_each_day_added()
    {
        Visit("a", 0, 0, viewable: 4, clicked: 1);
        Visit("a", 0, 2, viewable: 2, clicked: 1);
        Visit("b", 0, 1, viewable: 5, clicked: 0);
        Visit("b", 0, 3, viewable: 3, clicked: 2);
        var ages = Totals.ByAge(new(1, 1, false), UnitMeasure.ClickThrough);
        // day 0: a 1 of 4, b 0 of 5; day 2: a 1 of 2, b 2 of 3
        Assert.Equal([(0, 0), (0, 2)], ages.Keys.Order());
        Assert.Equal((2L, 1.0, 9.0, 1.0, 41.0), (ages[(0, 0)].Units, ages[(0, 0)].Y, ages[(0, 0)].D, ages[(0, 0)].YY, ages[(0, 0)].DD));
        Assert.Equal((2L, 3.0, 5.0, 5.0, 8.0), (ages[(0, 2)].Units, ages[(0, 2)].Y, ages[(0, 2)].D, ages[(0, 2)].YY, ages[(0, 2)].YD));
    }

    [Fact]
    public void Positions_count_each_impression_of_an_item_once()
    {
        Visit("a", 0, 0, viewable: 3, clicked: 2);
        Visit("b", 0, 1, viewable: 2, clicked: 1);
        var list = LogBook.List("c", 1, items: 4);
        _book.Serve(list);
        foreach (var _ in Enumerable.Range(0, 2)) _book.TakeAll([_book.Event("rendered", list, item: null), _book.Event("click", list, "i3"), _book.Event("viewable", list, "i3")]);
        Assert.Equal([(0, 1, 2L, 2L, 2L), (0, 2, 2, 2, 1), (0, 3, 1, 1, 0), (1, 1, 1, 0, 0), (1, 2, 1, 0, 0), (1, 3, 1, 1, 1), (1, 4, 1, 0, 0)],
            Totals.ByPosition(new(1, 1, false)).Select(s => (s.Arm, s.Position, s.Rendered, s.Viewable, s.Clicked)));
    }

    [Fact]
    public void An_experiment_without_traffic_has_no_arms() => Assert.Empty(Totals.Read(new(99, 1, false), [UnitMeasure.ClickThrough]));
}
