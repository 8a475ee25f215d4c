using System.Text;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Data.Import;
using RecLab.Testing;
using Xunit;

namespace RecLab.Recommenders.Tests.Data.Import;

public sealed class MovieLensReaderTests : IDisposable
{
    private readonly ScratchFolder _folder = new();
    private static readonly ImportOptions Options = new() { Latest = new DateTimeOffset(2005, 1, 1, 0, 0, 0, TimeSpan.Zero) };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Reads_the_hundred_thousand_of_the_delivered_archive()
    {
        var path = TestPaths.Dataset("ml-100k/ml-100k.zip");
        Assert.SkipWhen(path is null, "MovieLens 100K is not beside the checkout.");
        var reader = DatasetReaders.Detect(path!);
        Assert.Equal("movielens-100k", reader.Key);
        var (data, report) = reader.Read(path!, Options);
        // u.info: 943 users, 1682 items, 100000 ratings; README: times 1997-09-20 03:05:10 to 1998-04-22 23:10:38 UTC.
        Assert.Equal((943, 1682, 100_000), (data.Users.Count, data.Items.Count, data.Count));
        Assert.Equal((100_000L, 100_000L, 0L), (report.Lines, report.Accepted, report.Refused));
        Assert.Empty(report.Refusals);
        Assert.Equal(new DateTimeOffset(1997, 9, 20, 3, 5, 10, TimeSpan.Zero), report.First);
        Assert.Equal(new DateTimeOffset(1998, 4, 22, 23, 10, 38, TimeSpan.Zero), report.Last);
        Assert.Equal(6_110, data.Value.Count(v => v == 1));
        Assert.Equal(("Toy Story (1995)", "Animation|Children's|Comedy"), (data.Catalogue["1"].Title, string.Join('|', data.Catalogue["1"].Categories)));
        Assert.Equal(("24", "technician"), (data.Audience["1", "age"], data.Audience["1", "occupation"]));
        Assert.Contains("é", string.Concat(data.Catalogue.Items.Select(i => i.Title)), StringComparison.Ordinal);
    }

    [Fact]
    public void Reads_the_million_from_packed_pieces_with_plots_and_people()
    {
        var path = TestPaths.Dataset("ml-1m");
        Assert.SkipWhen(path is null, "MovieLens 1M is not beside the checkout.");
        var progress = new Fractions();
        var (data, report) = DatasetReaders.Read(path!, Options, progress, TestContext.Current.CancellationToken);
        // README: 6,040 users, 3,706 rated movies of 3,883, 1,000,209 ratings; 1:56,174 2:107,557 3:261,197 4:348,971 5:226,310.
        Assert.Equal(("movielens-1m", 6040, 3706, 1_000_209), (report.Layout, data.Users.Count, data.Items.Count, data.Count));
        Assert.Equal([56_174, 107_557, 261_197, 348_971, 226_310], Enumerable.Range(1, 5).Select(r => data.Value.Count(v => v == r)));
        Assert.Equal((3883, 6040), (report.DescribedItems, report.DescribedUsers));
        Assert.Equal(new DateTimeOffset(2000, 4, 25, 23, 5, 32, TimeSpan.Zero), report.First);
        Assert.StartsWith("A little boy named Andy", data.Catalogue["1"].Description, StringComparison.Ordinal);
        Assert.StartsWith("https://", data.Catalogue["1"].ImageUrl, StringComparison.Ordinal);
        Assert.Equal("John Lasseter", data.Catalogue["1"].Attributes!["director"]);
        Assert.Equal(("under 18", "K-12 student"), (data.Audience["1", "age"], data.Audience["1", "occupation"]));
        Assert.Equal(progress.Seen.Order(), progress.Seen);
        Assert.Equal(1, progress.Seen[^1]);
    }

    [Fact]
    public void Reads_the_archive_that_makes_up_most_of_a_folder()
    {
        var ratings = string.Concat(Enumerable.Range(1, 400).Select(i => $"{i}::{i % 7 + 1}::{i % 5 + 1}::{978300000 + i}\n"));
        _folder.Zip("ml.zip", ("ml-1m/ratings.dat", ratings));
        _folder.Write("README", "a note");
        var (data, report) = DatasetReaders.Read(_folder.Path, Options, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(("movielens-10m", 400), (report.Layout, data.Count));

        _folder.Write("ratings.csv", "user,item\n" + string.Concat(Enumerable.Range(1, 2000).Select(i => $"u{i % 9},i{i % 31}\n")));
        Assert.Equal("delimited", DatasetReaders.Detect(_folder["ratings.csv"]).Key);
        using var source = DatasetSource.Open(_folder.Path);
        Assert.Null(source.Find("ratings.dat")); // the larger plain file is the data, the archive lies aside
    }

    [Fact]
    public void Refuses_lines_by_number_and_rule_and_keeps_the_rest()
    {
        var lines = Enumerable.Range(1, 60).Select(i => $"{i}::{i % 7 + 1}::{i % 5 + 1}::{978300000 + i}").ToList();
        lines.Insert(1, "2::3::6::978300000");
        lines.Insert(3, "2::3::978300000");
        lines.Insert(4, "x::3::1::978300000");
        lines.Insert(5, "9::3::1::2e9");
        lines.Insert(6, "9::3::1::4102444800");
        var (data, report) = Read("ratings.dat", string.Join('\n', lines), "users.dat", "1::F::1::10::48067\n2::F::2::10::48067\n");
        Assert.Equal((65L, 60L, 60), (report.Lines, report.Accepted, data.Count));
        Assert.Equal(2, Line("the rating must be 1, 2, 3, 4 or 5"));
        Assert.Equal(4, Line("a row must have four fields: user, movie, rating, time"));
        Assert.Equal(5, Line("the user id must be a whole number"));
        Assert.Equal(6, Line("the time must be unix seconds"));
        Assert.Equal(7, Line("the time must not lie in the future"));
        Assert.Equal("users.dat", report.Refusals.Single(r => r.Rule.StartsWith("a user must", StringComparison.Ordinal)).Lines.Single().File);
        Assert.Contains("There is no movies.dat: the movies have no titles.", report.Notes);

        long Line(string rule) => report.Refusals.Single(r => r.Rule == rule).Lines.Single().Line;
    }

    [Fact]
    public void Keeps_only_the_first_refused_lines_but_counts_all()
    {
        var text = string.Concat(Enumerable.Range(0, 100).Select(i => i < 9 ? "bad\n" : $"1::{i}::3::978300000\n"));
        var (_, report) = Read("ratings.dat", text, "users.dat", "", Options with { KeptLinesPerRule = 4 });
        Assert.Equal((9L, 4), (report.Refusals[0].Count, report.Refusals[0].Lines.Count));
    }

    [Fact]
    public void A_file_with_too_many_bad_lines_is_refused_whole_with_the_reason()
    {
        var text = string.Concat(Enumerable.Range(0, 100).Select(i => i < 11 ? "bad\n" : $"1::{i}::3::978300000\n"));
        var refused = Assert.Throws<ImportException>(() => Read("ratings.dat", text, "users.dat", ""));
        Assert.Equal("11 of the 100 rows of 'ratings.dat' could not be read, more than the 10 % allowed: a row must have four fields: user, movie, rating, time (11 times, first in line 1).", refused.Message.Replace('\u00a0', ' ').Replace("10%", "10 %"));
        Assert.Equal(11, refused.Report!.Refused);
    }

    [Fact]
    public void Titles_in_latin_1_and_in_utf_8_both_come_out_right()
    {
        _folder.Write("movies.dat", [.. Encoding.Latin1.GetBytes("1::Les Misérables (1995)::Drama\n"), .. Encoding.UTF8.GetBytes("2::Amélie (2001)::Comedy|Romance\n")]);
        var (data, _) = Read("ratings.dat", "1::1::5::978300760\r\n1::2::5::978300761\r\n", "users.dat", "1::F::1::10::48067\r\n");
        Assert.Equal(("Les Misérables (1995)", "Amélie (2001)", "1995"), (data.Catalogue["1"].Title, data.Catalogue["2"].Title, data.Catalogue["1"].Attributes!["year"]));
    }

    private ImportResult Read(string first, string text, string second, string other, ImportOptions? options = null)
    {
        _folder.Write(first, text);
        _folder.Write(second, other);
        return DatasetReaders.Read(_folder.Path, options ?? Options);
    }

    private sealed class Fractions : IProgress<ImportProgress>
    {
        public List<double> Seen { get; } = [];
        public void Report(ImportProgress value) => Seen.Add(value.Fraction);
    }
}
