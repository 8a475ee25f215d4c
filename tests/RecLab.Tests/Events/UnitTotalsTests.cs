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
    public void Days_since_the_first_list_move_on_when_an_earlier_list_arrives_and_leave_machines_out()
    {
        Visit("a", 0, 3, viewable: 4, clicked: 1);
        Visit("a", 0, 0, viewable: 2, clicked: 2);
        Visit("robot", 0, 0, viewable: 1, clicked: 0);
        _book.Serve([.. Enumerable.Range(0, 2_001).Select(i => LogBook.List("robot", 0, items: 1, at: LogBook.Noon + 5 * Day + i))]);
        var ages = Totals.ByAge(new(1, 1, false), UnitMeasure.ClickThrough);
        Assert.Equal([((0, 0), 1L, 2.0), ((0, 3), 1, 1)], ages.OrderBy(a => a.Key).Select(a => (a.Key, a.Value.Units, a.Value.Y)));
        Assert.Empty(new FoldProof(_book.Store).Check());
    }

    [Fact]
    public void Ranking_scores_of_seen_lists_follow_the_topmost_click_and_the_discount()
    {
        var (first, second, third) = (LogBook.List("a", items: 4), LogBook.List("a", items: 4), LogBook.List("a", items: 4));
        _book.Serve(first, second, third);
        // list 1: clicks at ranks 2 and 4; the one at 4 arrives first. List 2: seen, no click. List 3: drawn, never seen.
        _book.TakeAll([_book.Event("click", first, "i4"), _book.Event("click", first, "i2"), _book.Event("viewable", second, "i1"), _book.Event("rendered", third, item: null)]);
        var total = Assert.Single(Totals.Read(new(1, 1, false), [UnitMeasure.ReciprocalRank])).Total;
        // MRR: (1/2 + 0)/2. NDCG of list 1: (1/log2 3 + 1/log2 5)/(1/log2 2 + 1/log2 3) = (0.630930 + 0.430677)/1.630930 = 0.650921; as 2520ths 1640.32
        Assert.Equal((2L, 1260L, 1640L), (total.Seen, total.Reciprocal, total.Gain));
        var (rank, gain) = (Totals.ArmMoments(new(1, 1, false), UnitMeasure.ReciprocalRank)[0], Totals.ArmMoments(new(1, 1, false), UnitMeasure.Gain)[0]);
        Assert.Equal((0.25, 1640.0 / 5040), (rank.Y / rank.D, gain.Y / gain.D));
        // the list above all: its click on top lifts both, 1 of 1
        _book.TakeAll([_book.Event("click", second, "i1")]);
        Assert.Equal((3780L, 4160L), Assert.Single(Totals.Read(new(1, 1, false), [UnitMeasure.Gain])).Total is var after ? (after.Reciprocal, after.Gain) : default);
    }

    [Fact]
    public void Traits_of_served_lists_add_up_per_user_and_lists_without_them_are_left_out()
    {
        _book.Serve(LogBook.List("a", items: 4) with { Head = 3, Variety = 1260 }, LogBook.List("a", items: 6) with { Head = null, Variety = null }, LogBook.List("b", items: 4) with { Head = 0, Variety = 2520 });
        var (head, variety) = (Totals.ArmMoments(new(1, 1, false), UnitMeasure.HeadShare)[0], Totals.ArmMoments(new(1, 1, false), UnitMeasure.Variety)[0]);
        Assert.Equal((2L, 3.0, 8.0, 9.0), (head.Units, head.Y, head.D, head.YY));
        Assert.Equal(0.75, variety.Y / variety.D);
    }

    [Fact]
    public void Different_items_are_counted_with_the_variance_of_leaving_out_a_group_of_users()
    {
        string[] users = [.. Enumerable.Range(0, 200).Select(i => $"u{i}").DistinctBy(ShownItems.GroupOf).Take(3)];
        Exposure Shown(string user, params string[] items) => LogBook.List(user, items: items.Length) with { Items = items };
        _book.Serve(Shown(users[0], "a", "b", "c"), Shown(users[1], "a"), Shown(users[2], "a", "d"));
        _book.Serve(Shown(users[0], "b", "c"));
        var spread = Totals.ItemsShown(new(1, 1, false))[0];
        Assert.Equal(4, spread.Items);
        // without the first user b and c are lost, without the third d; the other 30 groups lose nothing. Mean 3/32; (31/32)(4 + 1 - 32 (3/32)^2) = 4.571289
        Assert.Equal(4.571289, spread.Variance, 6);
        Assert.Empty(new FoldProof(_book.Store).Check());
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
