using RecLab.Cli;
using Xunit;

namespace RecLab.Tests.Cli;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("fly")]
    [InlineData("up", "--height", "3")]
    [InlineData("selftest", "--runs", "5")]
    [InlineData("compare", "no-such-place", "als")]
    [InlineData("compare", ".", "als", "--split", "sideways")]
    [InlineData("compare", ".", "no-such-family")]
    [InlineData("compare", ".", "als", "--k", "0")]
    [InlineData("selftest", "--only", "dancing")]
    [InlineData("up", "--set", "no-equals-sign")]
    [InlineData("search")]
    [InlineData("search", "--data", "ml-1m")]
    [InlineData("search", "--family", "als")]
    [InlineData("snapshot", "both")]
    [InlineData("snapshot", "live", "--weights", "click")]
    [InlineData("snapshot", "live", "--weights", "dismiss=1")]
    [InlineData("snapshot", "live", "--half-life", "0")]
    public async Task A_bad_argument_gets_one_sentence_and_exit_code_2(params string[] args)
    {
        var error = Console.Error;
        using var heard = new StringWriter();
        Console.SetError(heard);
        try { Assert.Equal(2, await CommandLine.RunAsync(args)); }
        finally { Console.SetError(error); }
        Assert.Single(heard.ToString().TrimEnd().Split('\n'));
        Assert.StartsWith("reclab: ", heard.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_self_test_ends_well_when_every_promise_is_kept() =>
        Assert.Equal(0, await CommandLine.RunAsync(["selftest", "--runs", "400", "--only", "families"]));
}
