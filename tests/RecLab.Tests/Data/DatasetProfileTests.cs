using RecLab.Data;
using RecLab.Recommenders.Data;
using Xunit;

namespace RecLab.Tests.Data;

public sealed class DatasetProfileTests
{
    /// <summary>Users a, b, c; items 0..3. a: 0 0 1 2, b: 0 1, c: 0. Days 1, 1, 2, 3 of 2024 and so on.</summary>
    private static Interactions Seven()
    {
        long Day(int day) => new DateTimeOffset(2024, 1, day, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();
        return new(new Vocabulary(["a", "b", "c"]), Vocabulary.OfNumbers(4), [0, 0, 0, 0, 1, 1, 2], [0, 0, 1, 2, 0, 1, 0], [1, 1, 1, 1, 1, 1, 1],
            [Day(1), Day(1), Day(2), Day(4), Day(4), Day(4), Day(4)]);
    }

    [Fact]
    public void Numbers_are_those_worked_out_by_hand()
    {
        var profile = DatasetProfile.Of(Seven(), new() { Hidden = 0 });
        Assert.Equal([new Bin("1", 1), new("2–3", 1), new("4–7", 1)], profile.Activity); // c has 1, b has 2, a has 4 rows
        Assert.Equal([new Bin("0", 1), new("1", 1), new("2–3", 1), new("4–7", 1)], profile.Popularity); // item 3: 0, 2: 1, 1: 2, 0: 4
        Assert.Equal([new Bin("1 Jan 2024", 2), new("2 Jan 2024", 1), new("3 Jan 2024", 0), new("4 Jan 2024", 4)], profile.Time);
        Assert.Equal(6.0 / 12, profile.Density); // a-0 twice: 6 of 3 x 4 pairs
        Assert.Equal(1, profile.Repeats);
        Assert.Equal(1, profile.ItemsWithHalf); // item 0 alone has 4 of 7
        Assert.Equal((2.0, 1.5), (profile.MedianPerUser, profile.MedianPerItem));
        // Counts 0, 1, 2, 4: sum over i of (2 i - 5) x_i = -1 + 2 + 12 = 13; / (4 * 7).
        Assert.Equal(13.0 / 28, profile.Gini, 12);
    }

    [Fact]
    public void The_preview_of_the_cut_counts_rows_users_items_and_what_training_never_saw()
    {
        // Ten rows of one user at items 0, 1, ..., 9: 10 % hidden, 10 % test, 10 % validation, each of an item that training does not have.
        var profile = DatasetProfile.Of(new(Vocabulary.OfNumbers(1), Vocabulary.OfNumbers(10), new int[10], [.. Enumerable.Range(0, 10)], [.. Enumerable.Repeat(1f, 10)], [.. Enumerable.Range(1, 10).Select(d => d * 86_400L)]), new());
        Assert.Equal([("Train", 7, 0), ("Validation", 1, 1), ("Test", 1, 1), ("Hidden truth", 1, 1)], profile.Slices.Select(s => (s.Name, s.Rows, s.Unseen)));
        Assert.Equal([7, 1, 1, 1], profile.Slices.Select(s => s.Items));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(8 * 86_400), profile.Slices[1].First);
        Assert.Equal((DateTimeOffset.FromUnixTimeSeconds(86_400), DateTimeOffset.FromUnixTimeSeconds(864_000)), (profile.First!.Value, profile.Last!.Value));
    }

    [Theory]
    [InlineData(new[] { 5, 5, 5, 5 }, 0)]
    [InlineData(new[] { 0, 0, 0, 8 }, 0.75)] // all on one of n: (n - 1) / n
    [InlineData(new int[0], 0)]
    [InlineData(new[] { 0, 0 }, 0)]
    public void Gini_of_known_cases(int[] counts, double gini) => Assert.Equal(gini, DatasetProfile.GiniOf(counts), 12);

    [Fact]
    public void Bins_double() => Assert.Equal(["1", "2–3", "4–7", "8–15", "16–31"], DatasetProfile.Doubling([1, 16]).Select(b => b.Name));

    [Fact]
    public void Long_spans_are_counted_by_month_and_longer_ones_by_year()
    {
        Assert.Equal("month", DatasetProfile.Of(Spread(365), new() { Hidden = 0 }).Period);
        Assert.Equal("year", DatasetProfile.Of(Spread(365 * 20), new() { Hidden = 0 }).Period);
        Assert.Equal(365 * 20, DatasetProfile.Of(Spread(365 * 20), new() { Hidden = 0 }).Time.Sum(b => b.Count));
    }

    [Fact]
    public void Without_times_there_is_no_histogram_of_time() =>
        Assert.Empty(DatasetProfile.Of(new(Vocabulary.OfNumbers(1), Vocabulary.OfNumbers(1), [0], [0], [1], [0]), new() { Hidden = 0 }).Time);

    [Theory]
    [InlineData("ratings.csv", "ratings.csv")]
    [InlineData("../../etc/passwd", "passwd")]
    [InlineData("C:\\Windows\\u.data", "u.data")]
    [InlineData("a\0b\n.csv", "ab.csv")]
    public void The_name_of_an_upload_never_leads_elsewhere(string given, string safe) => Assert.Equal(safe, UploadBox.Safe(given));

    [Theory]
    [InlineData("..")]
    [InlineData("/")]
    [InlineData("\0")]
    public void A_name_that_is_none_is_refused(string given) => Assert.Throws<ImportRefusedException>(() => UploadBox.Safe(given));

    private static Interactions Spread(int days) => new(Vocabulary.OfNumbers(1), Vocabulary.OfNumbers(1), new int[days], new int[days], [.. Enumerable.Repeat(1f, days)],
        [.. Enumerable.Range(0, days).Select(d => new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero).AddDays(d).ToUnixTimeSeconds())]);
}
