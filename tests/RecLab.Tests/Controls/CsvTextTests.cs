using RecLab.Controls;
using Xunit;

namespace RecLab.Tests.Controls;

public sealed class CsvTextTests
{
    // OWASP ASVS 1.2.10: cells that begin with = + - @ tab CR NUL are run as formulas by spreadsheets.
    [Theory]
    [InlineData("=cmd()", "'=cmd()")]
    [InlineData("+1", "'+1")]
    [InlineData("-1", "'-1")]
    [InlineData("@x", "'@x")]
    [InlineData("\tx", "'\tx")]
    public void Text_that_a_spreadsheet_would_run_is_quoted_away(string title, string cell) => Assert.Equal($"t\r\n{cell}\r\n", CsvText.Write(["t"], [[title]]));

    [Fact]
    public void Numbers_stay_numbers() => Assert.Equal("n\r\n-1.5\r\n", CsvText.Write(["n"], [[-1.5]]));

    [Fact]
    public void Commas_quotes_and_line_ends_follow_RFC_4180() => Assert.Equal("t\r\n\"a,\"\"b\"\"\nc\"\r\n", CsvText.Write(["t"], [["a,\"b\"\nc"]]));
}
