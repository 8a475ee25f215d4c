using RecLab.Recommenders.Data;
using RecLab.Recommenders.Data.Cleaning;
using RecLab.Recommenders.Data.Import;
using Xunit;

namespace RecLab.Recommenders.Tests.Data.Cleaning;

public sealed class CleanerTests
{
    [Fact]
    public void Without_rules_the_data_are_the_same_object()
    {
        var data = Rows(("a", "x", 1, 1));
        var (clean, steps) = Cleaner.Clean(data, CleaningRules.None);
        Assert.Same(data, clean);
        Assert.Empty(steps);
    }

    [Fact]
    public void Exact_copies_count_once_and_other_repeats_stay()
    {
        var (clean, steps) = Cleaner.Clean(Rows(("a", "x", 1, 1), ("a", "x", 1, 1), ("a", "x", 2, 1), ("a", "x", 1, 2), ("b", "x", 1, 1)), new() { Repeats = RepeatRule.DropExact });
        Assert.Equal(4, clean.Count);
        Assert.Equal((5L, 1L, 4L), (steps[0].Before, steps[0].Dropped, steps[0].After));
    }

    [Fact]
    public void The_newest_row_of_a_pair_stays()
    {
        var (clean, _) = Cleaner.Clean(Rows(("a", "x", 1, 1), ("a", "x", 5, 9), ("a", "y", 2, 3), ("b", "x", 4, 4)), new() { Repeats = RepeatRule.KeepNewest });
        Assert.Equal([2f, 4f, 5f], clean.Value);
    }

    [Fact]
    public void A_threshold_makes_positive_feedback()
    {
        var (clean, steps) = Cleaner.Clean(Rows(("a", "x", 3.5f, 1), ("a", "y", 4, 2), ("b", "z", 5, 3)), new() { PositiveFrom = 4 });
        Assert.Equal([1f, 1f], clean.Value);
        Assert.Equal(["y", "z"], clean.Items.Ids); // x has no row left
        Assert.Equal(1, steps[0].Dropped);
    }

    [Fact]
    public void A_window_of_time_keeps_its_first_second_and_not_its_last()
    {
        DateTimeOffset At(int second) => DateTimeOffset.FromUnixTimeSeconds(second);
        var (clean, _) = Cleaner.Clean(Rows(("a", "x", 1, 9), ("a", "x", 2, 10), ("a", "x", 3, 19), ("a", "x", 4, 20)), new() { From = At(10), Before = At(20) });
        Assert.Equal([2f, 3f], clean.Value);
        Assert.Contains("no times", Assert.Throws<ImportException>(() => Cleaner.Clean(Rows(("a", "x", 1, 0)), new() { From = At(10) })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_core_is_a_fixed_point_that_one_pass_would_miss()
    {
        // c has 2 rows; without c's partner z (1 row) it has 1 and must go too, then y has 1 left and goes, and so on: only a, b x w, x stay.
        var (clean, steps) = Cleaner.Clean(Rows(("a", "w", 1, 1), ("a", "x", 1, 2), ("b", "w", 1, 3), ("b", "x", 1, 4), ("c", "y", 1, 5), ("c", "z", 1, 6), ("d", "y", 1, 7)), new() { MinPerUser = 2, MinPerItem = 2 });
        Assert.Equal(("a b", "w x", 4), (string.Join(' ', clean.Users.Ids), string.Join(' ', clean.Items.Ids), clean.Count));
        Assert.Equal("2 of 4 users and 2 of 4 items stay.", steps[0].Detail);
        Assert.All(Enumerable.Range(0, 2), u => Assert.Equal(2, clean.ByUser.Size(u)));
    }

    [Fact]
    public void A_chain_is_peeled_in_linear_time()
    {
        // u0 i0, u0 i1, u1 i1, u1 i2, ...: each step of the peeling frees only the next, 200,000 deep; a pass over all rows per step would not end.
        const int N = 200_000;
        var data = new Interactions(Vocabulary.OfNumbers(N), Vocabulary.OfNumbers(N + 1), [.. Enumerable.Range(0, 2 * N).Select(r => r / 2)], [.. Enumerable.Range(0, 2 * N).Select(r => (r + 1) / 2)], [.. Enumerable.Repeat(1f, 2 * N)], new long[2 * N]);
        Assert.Contains("Cleaning leaves nothing", Assert.Throws<ImportException>(() => Cleaner.Clean(data, new() { MinPerUser = 2, MinPerItem = 2 })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_are_scaled_as_they_say()
    {
        var data = Rows(("a", "x", 1, 1), ("a", "y", 3, 2), ("b", "x", 8, 3));
        Assert.Equal([1 / 8f, 3 / 8f, 1], Cleaner.Clean(data, new() { Weights = WeightScale.Maximum }).Data.Value);
        Assert.Equal([0.5f, 1.5f, 1], Cleaner.Clean(data, new() { Weights = WeightScale.UserMean }).Data.Value); // a's mean is 2
        Assert.Equal([MathF.Log(2), MathF.Log(4), MathF.Log(9)], Cleaner.Clean(data, new() { Weights = WeightScale.Logarithm }).Data.Value);
        Assert.Contains("negative", Assert.Throws<ImportException>(() => Cleaner.Clean(Rows(("a", "x", -1, 1)), new() { Weights = WeightScale.Logarithm })).Message, StringComparison.Ordinal);
        Assert.Contains("that of 'a'", Assert.Throws<ImportException>(() => Cleaner.Clean(Rows(("a", "x", 0, 1)), new() { Weights = WeightScale.UserMean })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rules_follow_one_another_and_each_says_what_it_did()
    {
        var (_, steps) = Cleaner.Clean(Rows(("a", "x", 5, 1), ("a", "x", 4, 2), ("a", "y", 2, 3), ("b", "x", 4, 4), ("b", "y", 5, 5), ("c", "y", 5, 6)),
            new() { Repeats = RepeatRule.KeepNewest, PositiveFrom = 4, MinPerUser = 2, Weights = WeightScale.Maximum });
        Assert.Equal([(6L, 1L, 5L), (5L, 1L, 4L), (4L, 2L, 2L), (2L, 0L, 2L)], steps.Select(s => (s.Before, s.Dropped, s.After)));
    }

    [Theory]
    [InlineData(0, 1, null)]
    [InlineData(1, 2_000_000, null)]
    [InlineData(1, 1, float.NaN)]
    public void Rules_that_make_no_sense_get_a_sentence(int users, int items, float? positive)
    {
        var rules = new CleaningRules { MinPerUser = users, MinPerItem = items, PositiveFrom = positive };
        Assert.NotNull(rules.Wrong);
        Assert.Equal(rules.Wrong, Assert.Throws<ImportException>(() => Cleaner.Clean(Rows(("a", "x", 1, 1)), rules)).Message);
    }

    [Fact]
    public void The_report_of_an_import_names_every_rule_with_rows_before_and_after()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("clean-").FullName, "r.csv");
        try
        {
            File.WriteAllText(path, "user,item,rating\n" + string.Concat(Enumerable.Range(0, 40).Select(i => $"u{i % 4},i{i % 5},{i % 5 + 1}\n")) + "u1,i1,x\n,i1,3\nu2,,3\n");
            var (data, report) = DatasetReaders.Read(path, new() { Cleaning = new() { Repeats = RepeatRule.KeepNewest, PositiveFrom = 3 } });
            Assert.Equal([(43L, 1L), (42L, 1L), (41L, 1L), (40L, 20L), (20L, 8L)], report.Steps.Select(s => (s.Before, s.Dropped)));
            Assert.Equal((12, 12L, 40L), (data.Count, report.Steps[^1].After, report.Accepted)); // 20 pairs, ratings 3, 4, 5 of five
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        }
    }

    private static Interactions Rows(params (string User, string Item, float Value, long Time)[] rows)
    {
        var (users, items) = (new VocabularyBuilder(), new VocabularyBuilder());
        int[] user = [.. rows.Select(r => users.Add(r.User))], item = [.. rows.Select(r => items.Add(r.Item))];
        return new(users.Build(), items.Build(), user, item, [.. rows.Select(r => r.Value)], [.. rows.Select(r => r.Time)]);
    }
}
