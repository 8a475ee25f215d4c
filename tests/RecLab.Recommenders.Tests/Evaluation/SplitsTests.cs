using RecLab.Recommenders.Data;
using RecLab.Recommenders.Evaluation;
using Xunit;

namespace RecLab.Recommenders.Tests.Evaluation;

public sealed class SplitsTests
{
    private static readonly Interactions Data = Toy.Interactions(200, 40, seed: 3);

    public static TheoryData<SplitKind> Kinds => [.. Enum.GetValues<SplitKind>()];

    private static Interactions[] Parts(Split split) => [split.Train, split.Validation, split.Test, split.Hidden, split.Context];
    private static IEnumerable<(int, int, float, long)> Rows(Interactions part) => Enumerable.Range(0, part.Count).Select(r => (part.User[r], part.Item[r], part.Value[r], part.Time[r]));

    [Theory, MemberData(nameof(Kinds))]
    public void No_row_is_lost_and_none_is_in_two_slices(SplitKind kind)
    {
        var split = new SplitPlan(kind).Cut(Data);
        Assert.Equal(Rows(Data).Order(), Parts(split).SelectMany(Rows).Order());
        Assert.NotEqual(0, split.Train.Count);
        Assert.NotEqual(0, split.Test.Count);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void The_same_plan_cuts_the_same_rows(SplitKind kind)
    {
        var plan = new SplitPlan(kind) { Seed = 5 };
        Assert.Equal(Parts(plan.Cut(Data)).Select(p => Rows(p).ToArray()), Parts(plan.Cut(Toy.Interactions(200, 40, seed: 3))).Select(p => Rows(p).ToArray()));
    }

    [Theory]
    [InlineData(SplitKind.FourSlices), InlineData(SplitKind.LeaveOneOut), InlineData(SplitKind.UserTime)]
    public void No_user_is_taught_anything_later_than_what_is_asked(SplitKind kind)
    {
        var split = new SplitPlan(kind).Cut(Data);
        Interactions[] slices = [split.Train, split.Validation, split.Test, split.Hidden];
        for (var u = 0; u < Data.Users.Count; u++)
        {
            var last = long.MinValue;
            foreach (var slice in slices)
                foreach (var row in slice.ByUser[u]) { Assert.True(slice.Time[row] >= last); last = slice.Time[row]; }
        }
    }

    [Fact]
    public void A_global_cut_teaches_nothing_from_after_the_moment_of_the_test()
    {
        var split = Splits.GlobalTimeShare(Data, 0.1, 0.2);
        Assert.True(split.Train.Time.Max() < split.Validation.Time.Min());
        Assert.True(split.Validation.Time.Max() < split.Test.Time.Min());
        Assert.InRange((double)split.Test.Count / Data.Count, 0.19, 0.21);
        Assert.InRange((double)split.Validation.Count / Data.Count, 0.09, 0.11);
    }

    [Fact]
    public void Leave_one_out_tests_the_last_row_and_validates_with_the_one_before()
    {
        var data = Toy.Rows(3, 4, (0, 0, 1, 10), (0, 1, 1, 30), (0, 2, 1, 20), (1, 3, 1, 5), (1, 2, 1, 6), (2, 0, 1, 7));
        var split = Splits.LeaveOneOut(data);
        Assert.Equal([(2, 0, 1f, 7L), (1, 3, 1f, 5L), (0, 0, 1f, 10L)], Rows(split.Train).OrderByDescending(r => r.Item1));
        Assert.Equal([(0, 2, 1f, 20L)], Rows(split.Validation));
        Assert.Equal([(1, 2, 1f, 6L), (0, 1, 1f, 30L)], Rows(split.Test));
    }

    [Fact]
    public void Rows_of_one_moment_keep_their_order_of_arrival()
    {
        var split = Splits.LeaveOneOut(Toy.Rows(1, 3, (0, 2, 1, 0), (0, 0, 1, 0), (0, 1, 1, 0)));
        Assert.Equal((2, 0, 1), (split.Train.Item[0], split.Validation.Item[0], split.Test.Item[0]));
    }

    [Theory]
    [InlineData(1, 0, 0, 0), InlineData(2, 0, 0, 1), InlineData(3, 0, 1, 1), InlineData(4, 1, 1, 1), InlineData(10, 1, 1, 1), InlineData(19, 1, 1, 1), InlineData(20, 2, 2, 2), InlineData(30, 3, 3, 3), InlineData(100, 10, 10, 10)]
    public void Tenths_are_rounded_down_and_short_histories_still_give_what_they_can(int rows, int validation, int test, int hidden) =>
        Assert.Equal([validation, test, hidden], Sizes(rows));

    private static int[] Sizes(int rows)
    {
        var split = Splits.FourSlices(Toy.Rows(1, rows, [.. Enumerable.Range(0, rows).Select(i => (0, i, 1f, (long)i))]));
        return [split.Validation.Count, split.Test.Count, split.Hidden.Count];
    }

    [Fact]
    public void Random_cuts_differ_by_seed_and_take_the_share_from_each_user()
    {
        var data = Toy.Rows(1, 100, [.. Enumerable.Range(0, 100).Select(i => (0, i, 1f, (long)i))]);
        Split a = Splits.AtRandom(data, 0.1, 0.2, seed: 1), b = Splits.AtRandom(data, 0.1, 0.2, seed: 2);
        Assert.Equal((70, 10, 20), (a.Train.Count, a.Validation.Count, a.Test.Count));
        Assert.NotEqual(a.Test.Item, b.Test.Item);
        // In the mean of a random fifth of 0..99 the standard deviation is 28.9 / sqrt(20) * sqrt(80 / 99) = 5.8.
        Assert.InRange(a.Test.Item.Average(), 49.5 - 4 * 5.8, 49.5 + 4 * 5.8);
    }

    [Fact]
    public void Folds_test_every_row_exactly_once_and_differ_in_size_by_one_at_most()
    {
        var folds = Splits.Folds(Data, 5, seed: 9);
        Assert.Equal(Rows(Data).Order(), folds.SelectMany(f => Rows(f.Test)).Order());
        Assert.InRange(folds.Max(f => f.Test.Count) - folds.Min(f => f.Test.Count), 0, 1);
        Assert.All(folds, f => Assert.Equal(Data.Count, f.Train.Count + f.Test.Count));
    }

    [Fact]
    public void A_plan_names_one_fold_of_many()
    {
        var plans = Enumerable.Range(0, 4).Select(f => new SplitPlan(SplitKind.Fold) { Folds = 4, Fold = f, Seed = 3 }.Cut(Data)).ToArray();
        Assert.Equal(Rows(Data).Order(), plans.SelectMany(p => Rows(p.Test)).Order());
    }

    [Fact]
    public void Cold_users_are_absent_from_training_and_are_asked_for_their_newest_rows()
    {
        var split = Splits.ColdUsers(Data, 0.3, 0.2, seed: 4);
        Assert.Empty(split.Train.User.Intersect(split.Test.User));
        Assert.NotEmpty(split.Context.User);
        Assert.All(split.Test.User.Distinct(), u => Assert.All(split.Context.ByUser[u].ToArray(), c => Assert.True(split.Context.Time[c] <= split.Test.Time[split.Test.ByUser[u][0]])));
        Assert.Equal(split.Train.Count + split.Context.Count, split.Known.Count);
    }

    [Fact]
    public void Cold_items_are_absent_from_training()
    {
        var split = Splits.ColdItems(Data, 0.3, seed: 4);
        Assert.Empty(split.Train.Item.Intersect(split.Test.Item));
        Assert.NotEqual(0, split.Test.Count);
    }

    [Fact]
    public void Some_users_give_their_newest_row_and_the_same_ones_do_when_the_data_has_grown()
    {
        var split = Splits.NewestOfSome(Data, 0.2, 0.3);
        int[] Askers(Interactions part) => [.. Enumerable.Range(0, part.Users.Count).Where(u => part.ByUser.Size(u) > 0)];
        Assert.All(Askers(split.Test).Concat(Askers(split.Validation)), u => Assert.Equal(Data.ByUser[u].Length - 1, split.Train.ByUser.Size(u)));
        Assert.All(Enumerable.Range(0, split.Test.Count), r => Assert.Equal(Data.Item[Data.ByUser[split.Test.User[r]][^1]], split.Test.Item[r]));
        // of 200 users about 60 and 40; the bounds are four standard deviations of a binomial
        Assert.InRange(split.Test.Count, 60 - 26, 60 + 26);
        Assert.InRange(split.Validation.Count, 40 - 23, 40 + 23);

        var (user, item) = (Askers(split.Test)[0], 0);
        var grown = new Interactions(Data.Users, Data.Items, [.. Data.User, user], [.. Data.Item, item], [.. Data.Value, 1], [.. Data.Time, Data.Time[^1] + 1]);
        var later = Splits.NewestOfSome(grown, 0.2, 0.3);
        Assert.Equal(Askers(split.Test), Askers(later.Test));
        Assert.Equal(Askers(split.Validation), Askers(later.Validation));
        Assert.Equal([item], later.Test.History(user));
    }

    [Fact]
    public void Shares_beyond_all_rows_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Splits.UserTime(Data, 0.6, 0.6));
        Assert.Throws<ArgumentOutOfRangeException>(() => Splits.UserTime(Data, -0.1, 0.6));
        Assert.Throws<ArgumentOutOfRangeException>(() => Splits.ColdItems(Data, double.NaN, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Splits.Folds(Data, 1, 1));
    }

    [Theory]
    [InlineData(SplitKind.LeaveOneOut), InlineData(SplitKind.UserTime), InlineData(SplitKind.GlobalTime), InlineData(SplitKind.Random), InlineData(SplitKind.ColdUsers), InlineData(SplitKind.ColdItems)]
    public void Whatever_the_cut_the_newest_share_of_each_user_stays_hidden(SplitKind kind)
    {
        var split = new SplitPlan(kind) { Hidden = 0.3, Cold = 0.3 }.Cut(Data);
        Assert.Equal(Rows(Splits.FourSlices(Data, 0, 0, 0.3).Hidden), Rows(split.Hidden));
        Assert.Equal(Rows(Data).Order(), Parts(split).SelectMany(Rows).Order());
        Assert.NotEqual(0, split.Train.Count);
        Assert.NotEqual(0, split.Test.Count);
        for (var u = 0; u < Data.Users.Count; u++)
            if (split.Hidden.ByUser.Size(u) > 0)
                Assert.True(Parts(split).Except([split.Hidden]).SelectMany(p => p.ByUser[u].ToArray().Select(r => p.Time[r])).Max() <= split.Hidden.Time[split.Hidden.ByUser[u][0]]);
        Assert.Equal(0, new SplitPlan(kind).Hidden);
    }

    [Fact]
    public void A_cut_at_one_moment_is_refused_where_no_moment_parts_the_rows()
    {
        var timeless = Toy.Rows(2, 3, (0, 0, 1, 0), (1, 1, 1, 0), (0, 2, 1, 0));
        const string Sentence = "A cut at one moment for everybody needs times, and this data set has none: the order of its rows says nothing across users.";
        Assert.Equal(Sentence, Assert.Throws<SplitException>(() => new SplitPlan(SplitKind.GlobalTime).Cut(timeless)).Message);
        Assert.Equal(Sentence, Assert.Throws<SplitException>(() => Splits.GlobalTime(timeless, 1, 2)).Message);
        var together = Toy.Rows(2, 3, (0, 0, 1, 5), (1, 1, 1, 5), (0, 2, 1, 5));
        Assert.Equal("A cut at one moment for everybody leaves nothing to train on: too many rows lie at the first moment of the data set.",
            Assert.Throws<SplitException>(() => new SplitPlan(SplitKind.GlobalTime).Cut(together)).Message);
        Assert.Equal(1, new SplitPlan(SplitKind.GlobalTime) { Validation = 0 }.Cut(Toy.Rows(2, 3, (0, 0, 1, 5), (1, 1, 1, 5), (0, 2, 1, 6))).Test.Count);
    }

    [Fact]
    public void Nothing_can_be_cut_from_nothing()
    {
        foreach (var kind in Enum.GetValues<SplitKind>()) Assert.Equal(0, new SplitPlan(kind).Cut(Toy.Rows(2, 2)).Test.Count);
    }
}
