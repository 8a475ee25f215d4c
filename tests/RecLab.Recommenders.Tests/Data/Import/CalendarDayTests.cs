using RecLab.Recommenders.Data.Import;
using Xunit;

namespace RecLab.Recommenders.Tests.Data.Import;

/// <summary>Times of eight digits: calendar days, or small numbers of seconds.</summary>
public sealed class CalendarDayTests : IDisposable
{
    private readonly ScratchFolder _folder = new();
    private static readonly ImportOptions Options = new() { Latest = new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero), MostRefused = 0.9 };
    private static readonly long Day = new DateTimeOffset(2024, 1, 31, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("a.csv", "user,item,time\na,x,20240131\nb,y,20240201\n")]
    [InlineData("a.tsv", "1\t7\t20240131\n2\t8\t20240201\n")]
    [InlineData("a.jsonl", "{\"user\": \"a\", \"item\": \"x\", \"time\": 20240131}\n{\"user\": \"b\", \"item\": \"y\", \"time\": \"20240201\"}\n")]
    public void Days_of_eight_digits_are_days(string name, string text)
    {
        var data = DatasetReaders.Read(_folder.Write(name, text), Options).Interactions;
        Assert.Equal([Day, Day + 86_400], data.Time);
        Assert.Equal([1f, 1f], data.Value);
    }

    [Theory]
    [InlineData("20240131", "20249999", 20_240_131L)] // no month 99
    [InlineData("20240131", "1700000000", 20_240_131L)]
    [InlineData("18991231", "21010101", 18_991_231L)] // before and after the years looked for
    public void Where_one_of_the_first_rows_is_no_day_they_are_numbers(string first, string second, long seconds)
    {
        var data = DatasetReaders.Read(_folder.Write("a.csv", $"user,item,time\na,x,{first}\nb,y,{second}\n"), Options).Interactions;
        Assert.Equal(seconds, data.Time[0]);
    }

    [Fact]
    public void A_later_row_that_is_no_day_is_refused_by_line()
    {
        var rows = string.Concat(Enumerable.Range(0, 120).Select(i => $"u{i},x,{(i == 110 ? "20240199" : "20240131")}\n"));
        var (data, report) = DatasetReaders.Read(_folder.Write("a.csv", "user,item,time\n" + rows), Options);
        Assert.Equal(119, data.Count);
        Assert.Equal(("the time must be a date like yyyyMMdd", 112L), (report.Refusals.Single().Rule, report.Refusals.Single().Lines.Single().Line));
    }

    [Fact]
    public void A_format_that_is_named_stays()
    {
        var columns = new ColumnMapping { Time = "time", TimeFormat = TimeFormat.UnixSeconds };
        var path = _folder.Write("a.csv", "user,item,time\na,x,20240131\n");
        Assert.Equal([20_240_131L], new DelimitedReader().Read(DatasetSource.Open(path), Options with { Columns = columns }, null, TestContext.Current.CancellationToken).Interactions.Time);
    }
}
