using RecLab.Statistics.SelfProof;
using Xunit;

namespace RecLab.Statistics.Tests;

public sealed class SelfTestTests
{
    public static TheoryData<string> Keys => [.. SelfTest.Keys];

    [Theory, MemberData(nameof(Keys))]
    public void Simulation_finds_every_promise_kept(string key)
    {
        var results = SelfTest.Run(runs: 400, only: key, cancellation: TestContext.Current.CancellationToken).ToArray();
        Assert.NotEmpty(results);
        Assert.All(results, r => Assert.True(r.Pass, $"{r.Name}: {r.Promise} Measured {r.Measured:P2} in {r.Runs} runs, allowed {r.Low:P2} to {r.High:P2}."));
    }

    [Fact]
    public void The_number_of_threads_changes_no_number()
    {
        var cancellation = TestContext.Current.CancellationToken;
        Assert.Equal(SelfTest.Run(100, 9, 1, "peeking", cancellation).ToArray(), SelfTest.Run(100, 9, 2, "peeking", cancellation).ToArray());
    }

    [Fact]
    public void Refuses_what_it_cannot_do_with_a_sentence()
    {
        var cancellation = TestContext.Current.CancellationToken;
        Assert.Throws<ArgumentOutOfRangeException>(() => SelfTest.Run(10, cancellation: cancellation));
        Assert.Contains("peeking", Assert.Throws<ArgumentException>(() => SelfTest.Run(only: "dancing", cancellation: cancellation)).Message, StringComparison.Ordinal);
    }
}
