using Microsoft.Playwright;
using Xunit;

namespace RecLab.Browser.Tests.Widget;

/// <summary>Viewable as the Media Rating Council defines it: half of the card's pixels (0.3 of a card of 242,500 px or more) for one continuous second. The page's clock
/// belongs to the test, so that 0.9 s are 0.9 s on any machine; what counts is what the database holds.</summary>
public sealed class ViewabilityTests(ShopWindow window) : IClassFixture<ShopWindow>
{
    [Theory]
    [InlineData(0.4, 60_000, false)] // never half of it
    [InlineData(0.5, 900, false)] // not for a second
    [InlineData(0.5, 999, false)]
    [InlineData(0.5, 1000, true)]
    [InlineData(1.0, 1000, true)]
    public async Task A_card_counts_as_seen_with_half_of_it_in_sight_for_a_second(double share, int milliseconds, bool seen)
    {
        var (placement, visitor) = await OpenAsync(WidgetPage.Room("{0}"));
        await using var _ = visitor;
        await visitor.Page.SeeAsync(share);
        await visitor.Page.Clock.RunForAsync(milliseconds);
        await visitor.Page.SeeAsync(0);
        await visitor.Page.Clock.RunForAsync(60_000);
        await visitor.Page.DrainAsync();
        Assert.Equal(seen ? ["rendered 1", "viewable 1"] : ["rendered 1"], window.Events(placement));
    }

    [Fact]
    public async Task The_second_must_be_continuous_and_a_card_counts_once()
    {
        var (placement, visitor) = await OpenAsync(WidgetPage.Room("{0}"));
        await using var _ = visitor;
        for (var glance = 0; glance < 3; glance++)
        {
            await visitor.Page.SeeAsync(0.9);
            await visitor.Page.Clock.RunForAsync(700);
            await visitor.Page.SeeAsync(0.1);
            await visitor.Page.Clock.RunForAsync(700);
        }
        await visitor.Page.DrainAsync();
        Assert.Equal(["rendered 1"], window.Events(placement));
        for (var look = 0; look < 3; look++)
        {
            await visitor.Page.SeeAsync(0.9);
            await visitor.Page.Clock.RunForAsync(2_000);
            await visitor.Page.SeeAsync(0);
        }
        await visitor.Page.DrainAsync();
        Assert.Equal(["rendered 1", "viewable 1"], window.Events(placement));
    }

    [Theory]
    [InlineData(0.29, false)]
    [InlineData(0.3, true)]
    public async Task Of_a_large_card_three_tenths_are_enough(double share, bool seen)
    {
        var (placement, visitor) = await OpenAsync(WidgetPage.Room("{0}", "--reclab-card:500px", height: 600)); // 300,000 px
        await using var _ = visitor;
        await visitor.Page.SeeAsync(share);
        await visitor.Page.Clock.RunForAsync(1_000);
        await visitor.Page.DrainAsync();
        Assert.Equal(seen ? ["rendered 1", "viewable 1"] : ["rendered 1"], window.Events(placement));
    }

    [Fact]
    public async Task In_a_hidden_tab_nothing_is_seen_and_coming_back_starts_a_new_second()
    {
        var (placement, visitor) = await OpenAsync(WidgetPage.Room("{0}"));
        await using var _ = visitor;
        await visitor.Page.SeeAsync(1);
        await visitor.Page.Clock.RunForAsync(900);
        await ShowAsync("hidden");
        await visitor.Page.Clock.RunForAsync(5_000);
        await ShowAsync("visible");
        await visitor.Page.Clock.RunForAsync(900);
        await visitor.Page.DrainAsync();
        Assert.Equal(["rendered 1"], window.Events(placement));
        await visitor.Page.Clock.RunForAsync(100);
        await visitor.Page.DrainAsync();
        Assert.Equal(["rendered 1", "viewable 1"], window.Events(placement));

        Task ShowAsync(string state) => visitor.Page.EvaluateAsync(
            "state => { Object.defineProperty(document, 'visibilityState', { value: state, configurable: true }); document.dispatchEvent(new Event('visibilitychange')); }", state);
    }

    [Fact]
    public async Task By_the_clock_on_the_wall_it_takes_a_second_too()
    {
        var placement = await window.PlacementAsync();
        await using var visitor = await window.VisitorAsync();
        await visitor.Page.GotoAsync(window.Site.Page(WidgetPage.Room(ShopWindow.Element(placement)), window.Script()));
        await visitor.Page.ShownAsync();
        var took = await visitor.Page.EvaluateAsync<double>("""
            async () => {
              const widget = document.querySelector('reclab-recommendations');
              const seen = new Promise(done => widget.addEventListener('reclab:viewable', () => done(performance.now()), { once: true }));
              const from = performance.now();
              document.getElementById('room').scrollTop = 2100;
              return await seen - from;
            }
            """);
        Assert.InRange(took, 1000, double.MaxValue);
        await visitor.Page.DrainAsync();
        Assert.Equal(["rendered 1", "viewable 1"], window.Events(placement));
    }

    private async Task<(string Placement, Visitor Visitor)> OpenAsync(string room)
    {
        var placement = await window.PlacementAsync();
        var visitor = await window.App.StrangerAsync();
        await visitor.Page.StopTheClockAsync();
        await visitor.Page.GotoAsync(window.Site.Page(room.Replace("{0}", ShopWindow.Element(placement), StringComparison.Ordinal), window.Script()));
        await visitor.Page.ShownAsync();
        return (placement, visitor);
    }
}
