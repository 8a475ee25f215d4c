using System.Globalization;
using RecLab.Cli;
using RecLab.Recommenders.Evaluation;
using Xunit;

namespace RecLab.Tests.Cli;

public sealed class CompareVerbTests : IDisposable
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"compare-{Guid.NewGuid():N}.csv");

    /// <summary>Twenty users of two tastes, eight of their ten items each, in time.</summary>
    public CompareVerbTests() => File.WriteAllLines(_file, Enumerable.Range(0, 20).SelectMany(u => Enumerable.Range(0, 8).Select(n => string.Create(CultureInfo.InvariantCulture, $"u{u},i{(n + u) % 10 + 10 * (u % 2)},{1 + n % 5},{1_600_000_000 + 60 * n + u}"))).Prepend("user,item,rating,timestamp"));

    public void Dispose() => File.Delete(_file);

    [Theory]
    [InlineData(SplitKind.LeaveOneOut), InlineData(SplitKind.UserTime), InlineData(SplitKind.GlobalTime), InlineData(SplitKind.Random), InlineData(SplitKind.ColdUsers), InlineData(SplitKind.ColdItems), InlineData(SplitKind.Fold)]
    public void Families_are_held_against_each_other_on_every_cut(SplitKind kind)
    {
        var lines = Compare(new(kind) { Cold = 0.3, Folds = 3, Test = 0.2 }, "popularity", "als(Factors=4), bias");
        Assert.StartsWith($"160 rows of 20 users and 20 items, cut {kind}", lines[0], StringComparison.Ordinal);
        Assert.Contains(lines, l => l.StartsWith("popularity ", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.Contains("rmse", StringComparison.Ordinal));
        Assert.Equal(3, lines.Count(l => l.Contains(" and ", StringComparison.Ordinal) && l.Contains(", p ", StringComparison.Ordinal))); // three pairs
    }

    [Fact]
    public void Taste_is_found_where_there_is_taste()
    {
        var lines = Compare(new(SplitKind.LeaveOneOut), "random", "als(Factors=4)");
        double Ndcg(string family) => double.Parse(lines.Single(l => l.StartsWith(family, StringComparison.Ordinal) && l.Contains(" to ", StringComparison.Ordinal))[44..53], CultureInfo.InvariantCulture);
        Assert.True(Ndcg("als") > Ndcg("random"));
        Assert.Equal(lines.Select(Timeless), Compare(new(SplitKind.LeaveOneOut), "random", "als(Factors=4)").Select(Timeless));
    }

    [Fact]
    public void A_cut_that_tests_nothing_is_refused()
    {
        Assert.Contains("nothing to test", Assert.Throws<BadArgumentException>(() => Compare(new(SplitKind.UserTime) { Test = 0, Validation = 0 }, "als")).Message, StringComparison.Ordinal);
        Assert.Contains("200 folds", Assert.Throws<BadArgumentException>(() => Compare(new(SplitKind.Fold) { Folds = 200 }, "als")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cut_in_time_of_rows_without_times_is_refused()
    {
        File.WriteAllLines(_file, File.ReadAllLines(_file).Select(l => string.Join(',', l.Split(',')[..3])));
        Assert.StartsWith("A cut at one moment for everybody needs times", Assert.Throws<BadArgumentException>(() => Compare(new(SplitKind.GlobalTime), "popularity")).Message, StringComparison.Ordinal);
    }

    /// <summary>A line without its last columns, which are times.</summary>
    private static string Timeless(string line) => line[..Math.Min(80, line.Length)];

    private string[] Compare(SplitPlan plan, params string[] families)
    {
        using var output = new StringWriter();
        Assert.Equal(0, CompareVerb.Run(_file, families, plan, new() { Ks = [5], Resamples = 50, Threads = 1 }, output, TestContext.Current.CancellationToken));
        return output.ToString().TrimEnd().Split(Environment.NewLine);
    }
}
