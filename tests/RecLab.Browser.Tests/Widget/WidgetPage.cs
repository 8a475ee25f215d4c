using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace RecLab.Browser.Tests.Widget;

/// <summary>What tests do with a page that embeds the widget.</summary>
internal static class WidgetPage
{
    /// <summary>A room of 400 px in which the widget's card, 300 px high, can be moved in and out of sight.</summary>
    public static string Room(string element, string card = "--reclab-card:200px", int height = 300) => $$"""
        <style>body{margin:0}#room{block-size:400px;inline-size:700px;overflow:auto}.gap{block-size:2000px}reclab-recommendations{{{card}}}reclab-recommendations::part(card){block-size:{{height}}px;overflow:hidden}</style>
        <div id="room"><div class="gap"></div>{{element}}<div class="gap"></div></div>
        """;

    /// <summary>From now on the page's clock stands still until the test moves it.</summary>
    public static async Task StopTheClockAsync(this IPage page)
    {
        await page.Clock.InstallAsync();
        await page.Clock.PauseAtAsync(DateTime.UtcNow.AddSeconds(1));
    }

    /// <summary>Waits until the first card is there.</summary>
    public static Task ShownAsync(this IPage page) => Expect(page.Locator("reclab-recommendations li[part=card]").First).ToBeAttachedAsync();

    /// <summary>Moves this share of the first card's area into sight, and waits until observers have been told.</summary>
    public static Task SeeAsync(this IPage page, double share) => page.EvaluateAsync("""
        async share => {
          const room = document.getElementById('room'), card = document.querySelector('reclab-recommendations').shadowRoot.querySelector('li');
          const box = card.getBoundingClientRect();
          room.scrollTop += box.top + Math.round(share * box.height) - room.getBoundingClientRect().bottom;
          // a new observer is told in the next frame, after the widget's own, which is older
          await new Promise((done, fail) => {
            const observer = new IntersectionObserver(entries => {
              const now = entries.at(-1).intersectionRatio;
              observer.disconnect();
              if (Math.abs(now - share) < 0.002) done(); else fail(new Error(`${now} of the card is in sight, not ${share}`));
            });
            observer.observe(card);
          });
        }
        """, share);

    /// <summary>Reports an event of the page itself and waits until it is durable. The queue is in order, so everything older is durable too.</summary>
    public static Task DrainAsync(this IPage page) => page.RunAndWaitForResponseAsync(
        () => page.EvaluateAsync("reclab.event({ type: 'custom:end' })"),
        answer => answer.Request.Method == "POST" && answer.Ok && (answer.Request.PostData ?? "").Contains("custom:end", StringComparison.Ordinal));
}
