using Microsoft.Playwright;
using RecLab.Doors;
using RecLab.Serving;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace RecLab.Browser.Tests.Widget;

/// <summary>The widget's behaviour in the page's frame: nothing moves, nothing stays behind, both directions of writing, the keyboard.</summary>
public sealed class LayoutTests(ShopWindow window) : IClassFixture<ShopWindow>
{
    private const string Shifts = "window.shift = 0; new PerformanceObserver(list => { for (const e of list.getEntries()) window.shift += e.value; }).observe({ type: 'layout-shift', buffered: true })";

    /// <summary>Two frames later everything that was changed has been painted and reported.</summary>
    private const string Painted = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))";

    [Theory]
    [InlineData("carousel", false)]
    [InlineData("grid", false)]
    [InlineData("list", false)]
    [InlineData("carousel", true)]
    public async Task Nothing_on_the_page_moves_while_the_list_comes(string layout, bool fails)
    {
        var placement = await window.PlacementAsync();
        await using var visitor = await window.VisitorAsync(900, 1200);
        await visitor.Page.AddInitScriptAsync(Shifts);
        var arrived = new TaskCompletionSource<IRoute>(TaskCreationOptions.RunContinuationsAsynchronously);
        await visitor.Page.RouteAsync("**/api/v1/recommendations?*", route => arrived.TrySetResult(route));
        await visitor.Page.GotoAsync(window.Site.Page($"<h1>A shop</h1>{ShopWindow.Element(placement, $"n=\"6\" layout=\"{layout}\"")}<p id=\"below\">What stands below it</p>", window.Script(loading: "")));
        var held = await arrived.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await visitor.Page.EvaluateAsync(Painted); // the page has been seen without the list
        if (fails) await held.AbortAsync();
        else await held.ContinueAsync();
        if (fails) await Expect(visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Bestsellers" })).ToBeVisibleAsync();
        else await Expect(visitor.Page.Locator("li[part=card]")).ToHaveCountAsync(6);
        await visitor.Page.EvaluateAsync("Promise.all([...document.querySelector('reclab-recommendations').shadowRoot.images ?? []].map(i => i.decode()))");
        await visitor.Page.EvaluateAsync(Painted);
        Assert.Equal(0, await visitor.Page.EvaluateAsync<double>("window.shift"));
        await visitor.Page.EvaluateAsync("document.querySelector('h1').style.marginBottom = '200px'"); // the measure measures
        await visitor.Page.WaitForFunctionAsync("window.shift > 0");
    }

    /// <summary>The script is async: a page may be drawn long before the element has any looks of its own.</summary>
    [Theory]
    [InlineData("carousel")]
    [InlineData("list")]
    public async Task A_page_with_the_snippet_does_not_move_when_the_script_comes_late(string layout)
    {
        var placement = await window.PlacementAsync();
        await using var visitor = await window.VisitorAsync(900, 1200);
        await visitor.Page.AddInitScriptAsync(Shifts);
        var arrived = new TaskCompletionSource<IRoute>(TaskCreationOptions.RunContinuationsAsynchronously);
        await visitor.Page.RouteAsync("**/widget/**", route => arrived.TrySetResult(route));
        var snippet = WidgetSnippet.Html(window.App.Url + "/", window.Key, window.App.Get<WidgetDoor>().Integrity, new Placement { Key = placement, Name = "Window", ListLength = 6 }, layout, "For you");
        await visitor.Page.GotoAsync(window.Site.Page($"<h1>A shop</h1>{snippet}<p id=\"below\">What stands below it</p>"), new() { WaitUntil = WaitUntilState.Commit });
        var held = await arrived.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await Expect(visitor.Page.Locator("#below")).ToBeVisibleAsync();
        await visitor.Page.EvaluateAsync(Painted); // the page has been seen without the widget
        await held.ContinueAsync();
        await Expect(visitor.Page.Locator("li[part=card]")).ToHaveCountAsync(6);
        await visitor.Page.EvaluateAsync(Painted);
        Assert.Equal(0, await visitor.Page.EvaluateAsync<double>("window.shift"));
        await visitor.Page.EvaluateAsync("document.querySelector('h1').style.marginBottom = '200px'"); // the measure measures
        await visitor.Page.WaitForFunctionAsync("window.shift > 0");
    }

    [Fact]
    public async Task A_hundred_widgets_put_in_and_taken_out_leave_no_timer_observer_or_listener()
    {
        var placement = await window.PlacementAsync();
        await using var visitor = await window.VisitorAsync();
        await visitor.Page.AddInitScriptAsync("""
            const timers = new Set(), watched = new Map(), ears = new Map();
            for (const [set, clear, once] of [['setTimeout', 'clearTimeout', true], ['setInterval', 'clearInterval', false]]) {
              const start = window[set], stop = window[clear];
              window[set] = (act, ms, ...rest) => { const id = start((...a) => { if (once) timers.delete(id); act(...a); }, ms, ...rest); timers.add(id); return id; };
              window[clear] = id => { timers.delete(id); stop(id); };
            }
            for (const name of ['IntersectionObserver', 'ResizeObserver', 'MutationObserver']) {
              window[name] = class extends window[name] {
                observe(...a) { watched.set(this, (watched.get(this) ?? 0) + 1); super.observe(...a); }
                disconnect() { watched.delete(this); super.disconnect(); }
              };
            }
            for (const target of [document, window]) {
              const add = target.addEventListener, remove = target.removeEventListener;
              const key = (type, act) => { let k = ears.get(act); if (!k) ears.set(act, k = new Set()); return k; };
              target.addEventListener = function (type, act, ...o) { key(type, act).add(type); return add.call(this, type, act, ...o); };
              target.removeEventListener = function (type, act, ...o) { const k = key(type, act); k.delete(type); if (!k.size) ears.delete(act); return remove.call(this, type, act, ...o); };
            }
            window.left = () => ({ timers: timers.size, watched: watched.size, ears: ears.size });
            """);
        await visitor.Page.GotoAsync(window.Site.Page("<main></main>", window.Script()));
        await visitor.Page.WaitForFunctionAsync("'reclab' in window");
        var before = await visitor.Page.EvaluateAsync<Left>("left()");
        var most = await visitor.Page.EvaluateAsync<Left>("""
            async placement => {
              const main = document.querySelector('main'), most = { timers: 0, watched: 0, ears: 0 };
              for (let round = 0; round < 10; round++) {
                const widgets = Array.from({ length: 10 }, () => Object.assign(document.createElement('reclab-recommendations'), { innerHTML: 'fallback' }));
                const shown = Promise.all(widgets.slice(0, 5).map(w => new Promise(done => w.addEventListener('reclab:rendered', done, { once: true }))));
                for (const w of widgets) { w.setAttribute('placement', placement); w.setAttribute('n', '2'); main.append(w); }
                widgets[9].remove();                       // before it has asked
                widgets[8].setAttribute('n', '3');         // asks twice
                await shown;
                const now = left();
                for (const k of Object.keys(most)) most[k] = Math.max(most[k], now[k]);
                main.append(widgets[0]);                   // moved, as frameworks do
                widgets.forEach(w => w.remove());          // some shown, some still asking
              }
              return most;
            }
            """, placement);
        Assert.True(most.Watched >= 5 && most.Timers > 0, $"the counters saw nothing: {most}");
        await visitor.Page.DrainAsync();
        await visitor.Page.WaitForFunctionAsync("left().timers === 0");
        Assert.Equal(before, await visitor.Page.EvaluateAsync<Left>("left()"));
        Assert.Empty(visitor.Complaints);
    }

    [Theory]
    [InlineData("ltr", 1)]
    [InlineData("rtl", -1)]
    public async Task The_carousel_goes_the_way_of_the_writing_and_obeys_the_keyboard(string direction, int sign)
    {
        var placement = await window.PlacementAsync();
        await using var visitor = await window.VisitorAsync(700, 800);
        var page = visitor.Page;
        await page.EmulateMediaAsync(new() { ReducedMotion = ReducedMotion.Reduce });
        await page.GotoAsync(window.Site.Page(ShopWindow.Element(placement, "n=\"12\""), window.Script(), attributes: $"lang=\"en\" dir=\"{direction}\""));
        await Expect(page.Locator("li[part=card]")).ToHaveCountAsync(12);
        var (first, second) = (await page.Locator("li[part=card]").Nth(0).BoundingBoxAsync(), await page.Locator("li[part=card]").Nth(1).BoundingBoxAsync());
        Assert.Equal(sign, Math.Sign(second!.X - first!.X));

        await page.Keyboard.PressAsync("Tab");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Previous" })).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Enter"); // next
        await page.WaitForFunctionAsync("sign => sign * document.querySelector('reclab-recommendations').shadowRoot.querySelector('ul').scrollLeft > 100", sign);
        await page.Keyboard.PressAsync("Shift+Tab");
        await page.Keyboard.PressAsync("Space"); // previous
        await page.WaitForFunctionAsync("document.querySelector('reclab-recommendations').shadowRoot.querySelector('ul').scrollLeft === 0");

        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Tab");
        if (await page.EvaluateAsync<string>("document.querySelector('reclab-recommendations').shadowRoot.activeElement.tagName") == "UL") await page.Keyboard.PressAsync("Tab"); // a scroller may take the focus itself
        var card = page.Locator("li[part=card]").First.GetByRole(AriaRole.Link);
        await Expect(card).ToBeFocusedAsync();
        Assert.Equal("solid 2px", await card.EvaluateAsync<string>("e => `${getComputedStyle(e).outlineStyle} ${getComputedStyle(e).outlineWidth}`"));
        await page.Keyboard.PressAsync("Enter");
        await page.DrainAsync();
        Assert.Contains("click 1", window.Events(placement));
        Assert.Empty(await page.FindingsAsync() is var findings ? findings.Where(f => !f.Contains("main heading", StringComparison.Ordinal) && !f.Contains("main landmark", StringComparison.Ordinal)) : []);
    }

    [Fact]
    public async Task To_a_screen_reader_it_is_a_named_list_of_links()
    {
        var placement = await window.PlacementAsync();
        await using var visitor = await window.VisitorAsync();
        await visitor.Page.GotoAsync(window.Site.Page(ShopWindow.Element(placement, "n=\"2\""), window.Script()));
        await visitor.Page.ShownAsync();
        var list = visitor.Page.GetByRole(AriaRole.List, new() { Name = "For you" });
        await Expect(list.GetByRole(AriaRole.Listitem)).ToHaveCountAsync(2);
        await Expect(list.GetByRole(AriaRole.Link)).ToHaveCountAsync(2);
        await Expect(visitor.Page.GetByRole(AriaRole.Button)).ToHaveCountAsync(2);
    }

    private sealed record Left
    {
        public int Timers { get; set; }
        public int Watched { get; set; }
        public int Ears { get; set; }
    }
}
