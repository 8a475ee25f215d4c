using System.Globalization;
using RecLab.Controls;
using Xunit;

namespace RecLab.Tests.Controls;

/// <summary>Expected texts are the examples of the design reference's table of numbers; the edge cases follow from its rules.</summary>
public sealed class FiguresTests
{
    public FiguresTests() => CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("en-US");

    [Theory]
    [InlineData(0.0482, "4.82%")]
    [InlineData(0.382, "38.2%")]
    [InlineData(0.099994, "10.0%")]
    [InlineData(0, "0.00%")]
    public void A_rate_has_two_decimals_below_ten_percent_and_one_above(double share, string text) => Assert.Equal(text, Figures.Rate(share));

    [Theory]
    [InlineData(0.064, "+6.4%")]
    [InlineData(-0.003, "−0.3%")]
    [InlineData(0, "0.0%")]
    [InlineData(-0.0004, "0.0%")]
    [InlineData(12.5, "+1,250.0%")]
    public void A_change_has_a_sign_a_true_minus_and_none_at_zero(double change, string text) => Assert.Equal(text, Figures.Change(change));

    [Fact]
    public void An_absolute_change_is_in_points() => Assert.Equal("+0.31 pp", Figures.Points(0.0031));

    [Fact]
    public void An_interval_runs_low_to_high_without_brackets() => Assert.Equal("+3.8 to +9.1", Figures.Interval(0.038, 0.091));

    [Theory]
    [InlineData(0.41, "p = 0.41")]
    [InlineData(0.025, "p = 0.025")]
    [InlineData(0.0999, "p = 0.10")]
    [InlineData(0.0004, "p < 0.001")]
    [InlineData(0.95, "p > 0.9")]
    [InlineData(1, "p > 0.9")]
    [InlineData(0, "p < 0.001")]
    public void A_p_value_is_never_zero_or_one(double p, string text) => Assert.Equal(text, Figures.P(p));

    [Theory]
    [InlineData(580, "9 min 40 s")]
    [InlineData(38, "38 s")]
    [InlineData(0.0124, "12.4 ms")]
    [InlineData(0.25, "250 ms")]
    [InlineData(3600, "1 h")]
    [InlineData(90061, "1 d 1 h")]
    [InlineData(0.9996, "1 s")]
    public void A_duration_shows_its_two_largest_units(double seconds, string text) => Assert.Equal(text, Figures.Duration(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void An_average_of_nobody_is_a_dash(double none) => Assert.Equal(["–", "–", "–", "–"], [Figures.Rate(none), Figures.Metric(none), Figures.Seconds(none), Figures.Money(none)]);

    [Fact]
    public void A_moment_names_its_zone() =>
        Assert.Equal("14:32:05 UTC, 17 Jan 2026", Figures.Moment(new DateTimeOffset(2026, 1, 17, 15, 32, 5, TimeSpan.FromHours(1))));

    [Theory]
    [InlineData(123648, "123,648")]
    [InlineData(-5, "−5")]
    public void A_count_has_thousands_separators(long count, string text) => Assert.Equal(text, Figures.Count(count));

    [Theory]
    [InlineData(1_200_000, "1.2 M")]
    [InlineData(6000, "6,000")]
    [InlineData(0.25, "0.25")]
    public void Only_an_axis_shortens_counts(double count, string text) => Assert.Equal(text, Figures.AxisCount(count));

    [Theory]
    [InlineData(194, "EUR", "€1.94")]
    [InlineData(-194, "EUR", "−€1.94")]
    [InlineData(194, "SEK", "SEK 1.94")]
    public void Money_puts_the_symbol_first(double minor, string currency, string text) => Assert.Equal(text, Figures.Money(minor, currency));

    [Theory]
    [InlineData(1023, "1,023 B")]
    [InlineData(1536, "1.5 kB")]
    [InlineData(1048576, "1.0 MB")]
    public void A_size_has_one_decimal(long bytes, string text) => Assert.Equal(text, Figures.Bytes(bytes));

    [Fact]
    public void Separators_follow_the_persons_culture()
    {
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
        Assert.Equal("−0,3%", Figures.Change(-0.003));
        Assert.Equal("123.648", Figures.Count(123648));
    }
}
