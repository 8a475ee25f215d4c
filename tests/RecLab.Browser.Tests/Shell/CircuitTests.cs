using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace RecLab.Browser.Tests.Shell;

/// <summary>Every walk leans on knowing when the server has answered; were the words of the circuit to change their names, the walks would race unnoticed.</summary>
public sealed class CircuitTests(LiveApp app) : IClassFixture<LiveApp>
{
    [Fact]
    public async Task An_event_is_counted_when_it_is_sent_and_again_when_its_handler_has_ended()
    {
        await app.OpenAsync();
        await using var visitor = await app.SignedInAsync();
        await visitor.GoAsync("/variants/new");
        await visitor.Page.GetByLabel("Family").SelectAtRestAsync("als");
        await visitor.Page.GetByLabel("Name", new() { Exact = true }).FillAtRestAsync("What fits");
        await Circuit.SettledAsync(visitor.Page);
        var counts = await visitor.Page.EvaluateAsync<int[]>("circuitCounts()");
        Assert.True(counts[0] >= 2, $"{counts[0]} events were seen going out, but a choice and a text are at least two");
        Assert.Equal(counts[0], counts[1]);
        await Expect(visitor.Page.GetByLabel("Name", new() { Exact = true })).ToHaveValueAsync("What fits");
    }
}
