using RecLab.Results;
using Xunit;

namespace RecLab.Tests.Results;

public sealed class TotalsFolderTests
{
    private static void Add(TotalsFolder folder, int arm, string unit, int day, long lists, long viewable, long clicked, long purchases = 0) =>
        folder.Add(arm, unit, day, lists, [lists * 10, viewable, viewable, clicked, 0, purchases, purchases * 500], day * 86_400_000L + 1);

    [Fact]
    public void A_users_products_are_those_of_the_whole_not_of_the_days()
    {
        var folder = new TotalsFolder(2);
        Add(folder, 0, "u1", 100, 1, 10, 1);
        Add(folder, 0, "u1", 102, 2, 5, 2);
        Add(folder, 0, "u2", 101, 1, 4, 0);
        Add(folder, 1, "u3", 101, 1, 8, 3, purchases: 1);
        var totals = folder.Build();

        Assert.Equal((2L, 1L), (totals.Arms[0].Units, totals.Arms[1].Units));
        Assert.Equal(15 + 4, totals.Arms[0][UnitColumn.Viewable]);
        Assert.Equal(15 * 15 + 4 * 4, totals.Arms[0][UnitColumn.Viewable, UnitColumn.Viewable]);
        Assert.Equal(15 * 3, totals.Arms[0][UnitColumn.Viewable, UnitColumn.Clicked]);
        Assert.Equal(15 * 3, totals.Arms[0][UnitColumn.Clicked, UnitColumn.Viewable]);
        Assert.Equal(1, totals.Arms[0][UnitColumn.DidClick]);
        Assert.Equal(500, totals.Arms[1][UnitColumn.Revenue]);
        Assert.Equal([100.0, 101.0, 102.0], totals.Days.Select(d => d.At));
        Assert.Equal([10.0, 14.0, 19.0], totals.Days.Select(d => d.Totals[0][UnitColumn.Viewable]));
        Assert.Equal([100.0, 116.0, 241.0], totals.Days.Select(d => d.Totals[0][UnitColumn.Viewable, UnitColumn.Viewable]));
        Assert.Equal([1L, 2L, 2L], totals.Days.Select(d => d.Totals[0].Units));
        Assert.Equal(102 * 86_400_000L + 1, totals.LastAt);
    }

    [Fact]
    public void Days_since_exposure_start_with_each_users_own_first_list()
    {
        var folder = new TotalsFolder(2);
        Add(folder, 0, "u1", 100, 1, 10, 1);
        Add(folder, 0, "u1", 102, 1, 5, 2);
        Add(folder, 0, "u2", 102, 1, 4, 0);
        var ages = folder.Build().SinceExposure;
        Assert.Equal([(0.0, 2L, 14.0), (2.0, 1L, 5.0)], ages.Select(a => (a.At, a.Totals[0].Units, a.Totals[0][UnitColumn.Viewable])));
    }

    [Fact]
    public void Users_in_several_arms_are_counted_once_each_and_those_without_a_list_not_at_all()
    {
        var folder = new TotalsFolder(2);
        Add(folder, 0, "u1", 100, 1, 10, 1);
        Add(folder, 0, "u2", 100, 1, 10, 1);
        Add(folder, 0, "u3", 100, 0, 0, 0, purchases: 1);
        Add(folder, 1, "u1", 101, 1, 10, 1);
        var totals = folder.Build();
        Assert.Equal(1, totals.SeveralArms);
        Assert.Equal((2L, 1L), (totals.Arms[0].Units, totals.Arms[1].Units));
        Assert.Equal(0, totals.Arms[0][UnitColumn.Purchases]);
    }

    [Fact]
    public void Row_by_row_equals_user_by_user()
    {
        var random = new Random(7);
        var folder = new TotalsFolder(1);
        List<double[]> users = [];
        for (var u = 0; u < 300; u++)
        {
            var whole = new double[ArmTotals.Width];
            for (var day = 0; day < 1 + u % 4; day++)
            {
                long[] values = [.. Enumerable.Range(0, 7).Select(_ => (long)random.Next(0, 5))];
                folder.Add(0, $"u{u:000}", day, 1, values, null);
                for (var c = 0; c < 7; c++) whole[c] += values[c];
            }
            whole[(int)UnitColumn.DidClick] = whole[(int)UnitColumn.Clicked] > 0 ? 1 : 0;
            whole[(int)UnitColumn.DidCart] = whole[(int)UnitColumn.Carts] > 0 ? 1 : 0;
            whole[(int)UnitColumn.DidPurchase] = whole[(int)UnitColumn.Purchases] > 0 ? 1 : 0;
            users.Add(whole);
        }
        var (folded, direct) = (folder.Build().Arms[0], ArmTotals.Of(0, users));
        Assert.Equal(direct.Sums, folded.Sums);
        Assert.Equal(direct.Products, folded.Products);
    }
}
