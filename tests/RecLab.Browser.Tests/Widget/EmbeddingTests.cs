using Microsoft.Playwright;
using RecLab.Access;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace RecLab.Browser.Tests.Widget;

/// <summary>The widget as a guest: on strange origins, under strict policies, with hostile titles, with a server that dies; it never harms the page it is on.</summary>
public sealed class EmbeddingTests(ShopWindow window) : IClassFixture<ShopWindow>
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_page_with_the_strictest_policy_embeds_it_by_the_snippet_alone(bool byHash)
    {
        var placement = await window.PlacementAsync();
        var integrity = window.App.Get<RecLab.Doors.WidgetDoor>().Integrity;
        var policy = $"default-src 'none'; script-src {(byHash ? $"'{integrity}'" : window.App.Url)}; connect-src {window.App.Url}; img-src {window.App.Url} data:; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'";
        await using var visitor = await window.VisitorAsync();
        await visitor.Page.GotoAsync(window.Site.Page(ShopWindow.Element(placement, "n=\"6\""), window.SealedScript(), policy));
        await Expect(visitor.Page.Locator("li[part=card]")).ToHaveCountAsync(6);
        await Expect(visitor.Page.GetByRole(AriaRole.Heading, new() { Name = "For you" })).ToBeVisibleAsync();
        Assert.Equal("grid", await visitor.Page.Locator("ul").EvaluateAsync<string>("e => getComputedStyle(e).display")); // its styles came through
        await visitor.Page.GetByRole(AriaRole.Listitem).Nth(1).GetByRole(AriaRole.Link).ClickAtRestAsync();
        await visitor.Page.EvaluateAsync("reclab.flush()");
        await visitor.Page.DrainAsync();
        Assert.Contains("click 1", window.Events(placement));
        Assert.Contains("rendered 6", window.Events(placement));
        Assert.Empty(visitor.Complaints);
    }

    /// <summary>Read from the placement's page by an administrator, pasted by a stranger: neither the markup nor the policy is touched on the way. Only the stranger's own icon is let in beside it.</summary>
    [Theory]
    [InlineData("carousel")]
    [InlineData("list")]
    public async Task The_snippet_of_the_placement_page_runs_word_for_word_under_the_policy_it_names(string layout)
    {
        var placement = await window.PlacementAsync();
        await window.App.Get<RecLab.Doors.OwnKeys>().SetWidgetOriginsAsync([window.Site.Origin], "test");
        await using var administrator = await window.App.SignedInAsync();
        await administrator.GoAsync($"/placements/{placement}");
        await administrator.Page.GetByLabel("Layout").SelectAtRestAsync(layout);
        await Expect(administrator.Page.GetByLabel("Snippet", new() { Exact = true })).ToContainTextAsync($"layout=\"{layout}\"");
        await Expect(administrator.Page.GetByLabel("Snippet", new() { Exact = true })).ToContainTextAsync("pk_");
        var snippet = (await administrator.Page.GetByLabel("Snippet", new() { Exact = true }).TextContentAsync())!;
        var policy = (await administrator.Page.Locator("pre[aria-label='Content policy']").TextContentAsync())!;

        await using var stranger = await window.VisitorAsync();
        await stranger.Page.GotoAsync(window.Site.Page(snippet, policy: $"default-src 'none'; {policy.Replace("img-src ", "img-src data: ", StringComparison.Ordinal)}; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"));
        await Expect(stranger.Page.Locator("li[part=card]")).ToHaveCountAsync(10); // as many as the placement shows
        await Expect(stranger.Page.GetByRole(AriaRole.Heading, new() { Name = "For you" })).ToBeVisibleAsync();
        Assert.Equal("block", await stranger.Page.Locator("reclab-recommendations").EvaluateAsync<string>("e => getComputedStyle(e).display"));
        Assert.NotEqual("0px", await stranger.Page.Locator("reclab-recommendations").EvaluateAsync<string>("e => getComputedStyle(e).minBlockSize")); // the style rule was let in
        await stranger.Page.EvaluateAsync("reclab.flush()");
        await stranger.Page.DrainAsync();
        Assert.Contains("rendered 10", window.Events(placement));
        Assert.Empty(stranger.Complaints);
    }

    [Fact]
    public async Task A_script_that_was_changed_on_its_way_does_not_run()
    {
        await using var visitor = await window.VisitorAsync();
        await visitor.Page.RouteAsync("**/widget/**", async route =>
        {
            var real = await route.FetchAsync();
            await route.FulfillAsync(new() { Response = real, Body = await real.TextAsync() + "\npwned()" });
        });
        await visitor.Page.GotoAsync(window.Site.Page(ShopWindow.Element("home"), window.SealedScript()));
        Assert.False(await visitor.Page.EvaluateAsync<bool>("'reclab' in window"));
        await Expect(visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Bestsellers" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task An_origin_that_is_not_on_the_list_gets_the_fallback_and_leaves_no_row()
    {
        var placement = await window.PlacementAsync();
        await using var visitor = await window.VisitorAsync();
        var page = window.Site.Page(ShopWindow.Element(placement), window.Script());
        await visitor.Page.AddInitScriptAsync("document.addEventListener('reclab:error', e => { window.said = e.detail.message; })");
        await visitor.Page.GotoAsync(page.Replace(window.Site.Origin, window.Site.OtherOrigin, StringComparison.Ordinal));
        await visitor.Page.WaitForFunctionAsync("window.said");
        await Expect(visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Bestsellers" })).ToBeVisibleAsync();
        await Expect(visitor.Page.Locator("li[part=card]")).ToHaveCountAsync(0);
        Assert.Equal(["0"], window.App.Rows($"SELECT COUNT(*) FROM recommendation WHERE placement = '{placement}'"));
        await visitor.Page.GotoAsync(page); // the very same page under its listed name
        await visitor.Page.ShownAsync();
        Assert.Equal(["1"], window.App.Rows($"SELECT COUNT(*) FROM recommendation WHERE placement = '{placement}'"));
    }

    [Theory]
    [InlineData("carousel")]
    [InlineData("grid")]
    [InlineData("list")]
    public async Task Fifty_hostile_titles_are_shown_as_they_are_and_run_nothing(string layout)
    {
        var placement = await window.PlacementAsync();
        await using var visitor = await window.VisitorAsync();
        await visitor.Page.AddInitScriptAsync("window.ran = []; window.pwned = what => window.ran.push(what)");
        var dialogs = 0;
        List<string> left = [];
        visitor.Page.Dialog += (_, dialog) => { dialogs++; _ = dialog.DismissAsync(); };
        visitor.Page.Request += (_, request) => { if (request.Url.Contains("evil", StringComparison.Ordinal)) left.Add(request.Url); };
        var address = window.Site.Page(ShopWindow.Element(placement, $"n=\"60\" layout=\"{layout}\" style=\"--reclab-card:60px\""), window.Script());
        await visitor.Page.GotoAsync(address);
        await Expect(visitor.Page.Locator("li[part=card]")).ToHaveCountAsync(60);

        var shown = await visitor.Page.EvaluateAsync<string[]>("[...document.querySelector('reclab-recommendations').shadowRoot.querySelectorAll('.title')].map(e => e.textContent)");
        Assert.Equal([.. HostileTitles.All.Order(StringComparer.Ordinal)], shown.Distinct().Order(StringComparer.Ordinal));
        var strange = await visitor.Page.EvaluateAsync<string[]>("""
            [...document.querySelector('reclab-recommendations').shadowRoot.querySelectorAll('*')].filter(e =>
              !['DIV', 'SLOT', 'UL', 'LI', 'A', 'IMG', 'SPAN', 'H2', 'BUTTON'].includes(e.tagName) || [...e.attributes].some(a => a.name.startsWith('on'))
              || (e.href && !/^https?:/.test(e.href)) || (e.src && !/^https?:/.test(e.src)) || (e.className === 'title' && e.children.length)).map(e => e.outerHTML)
            """);
        Assert.Empty(strange);
        foreach (var card in (int[])[0, 1, 2, 3]) await visitor.Page.GetByRole(AriaRole.Listitem).Nth(card).GetByRole(AriaRole.Link).ClickAtRestAsync(); // javascript: addresses among them
        await visitor.Page.DrainAsync();
        Assert.Equal(address, visitor.Page.Url);
        Assert.Empty(await visitor.Page.EvaluateAsync<int[]>("window.ran"));
        Assert.Equal(0, dialogs);
        Assert.Empty(left);
        Assert.Empty(visitor.Complaints);
    }

    [Fact]
    public async Task A_server_that_is_killed_while_the_list_loads_leaves_the_fallback()
    {
        var placement = await window.PlacementAsync();
        await using var wire = new Wire(window.App.Url);
        await using var visitor = await window.App.StrangerAsync();
        await visitor.Page.StopTheClockAsync(); // so that it is not the widget's own patience that ends
        await visitor.Page.GotoAsync(window.Site.Page(ShopWindow.Element(placement), window.Script(server: wire.Url)));
        await visitor.Page.ShownAsync();
        var stuck = wire.Hold();
        await visitor.Page.EvaluateAsync("document.querySelector('reclab-recommendations').reload()");
        await stuck.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await Expect(visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Bestsellers" })).ToBeHiddenAsync();
        wire.Cut();
        await Expect(visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Bestsellers" })).ToBeVisibleAsync();
        await Expect(visitor.Page.Locator("li[part=card]")).ToHaveCountAsync(0);
        // and one that was never there
        await visitor.Page.EvaluateAsync("document.querySelector('reclab-recommendations').reload()");
        await Expect(visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Bestsellers" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_waited_for_a_second_and_a_half_and_each_question_has_its_own()
    {
        var placement = await window.PlacementAsync();
        await using var wire = new Wire(window.App.Url);
        await using var visitor = await window.App.StrangerAsync();
        await visitor.Page.StopTheClockAsync();
        await visitor.Page.GotoAsync(window.Site.Page(ShopWindow.Element(placement), window.Script(server: wire.Url)));
        await visitor.Page.ShownAsync();
        var stuck = wire.Hold();
        await visitor.Page.EvaluateAsync("window.said = []; document.querySelector('reclab-recommendations').addEventListener('reclab:error', e => said.push(e.detail.message))");
        await visitor.Page.EvaluateAsync("document.querySelector('reclab-recommendations').setAttribute('n', '2')");
        await stuck.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await visitor.Page.Clock.RunForAsync(1_000);
        await visitor.Page.EvaluateAsync("document.querySelector('reclab-recommendations').setAttribute('n', '3')"); // a new question, with all of its time
        await visitor.Page.Clock.RunForAsync(1_400);
        Assert.Empty(await visitor.Page.EvaluateAsync<string[]>("said"));
        await visitor.Page.Clock.RunForAsync(100);
        await Expect(visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Bestsellers" })).ToBeVisibleAsync();
        Assert.Single(await visitor.Page.EvaluateAsync<string[]>("said"));
    }

    [Fact]
    public async Task The_script_is_at_most_ten_kilobytes_compressed()
    {
        using var client = window.App.CreateClient();
        var script = await client.GetByteArrayAsync("/widget/v1/reclab.js", TestContext.Current.CancellationToken);
        using var packed = new MemoryStream();
        await using (var gzip = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionLevel.Optimal, leaveOpen: true)) await gzip.WriteAsync(script, TestContext.Current.CancellationToken);
        Assert.InRange(packed.Length, 1, 10 * 1024);
    }
}
