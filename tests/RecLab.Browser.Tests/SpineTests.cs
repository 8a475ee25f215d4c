using System.Globalization;
using System.Text.Json;
using Microsoft.Playwright;
using RecLab.Access;
using RecLab.Browser.Tests.Commands;
using RecLab.Experiments;
using RecLab.Tests.Doors;
using RecLab.Tests.Experiments;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace RecLab.Browser.Tests;

/// <summary>The whole path through real pages: import, train, start, watch the numbers move, say yes in the demo shop, click, and see that click in the live results.</summary>
public sealed class SpineTests(LiveApp app) : IClassFixture<LiveApp>
{
    private const string Counts = "SELECT SUM(clicked), SUM(viewable) FROM unit_day WHERE simulated = 0 AND arm = 1";

    [Fact]
    public async Task From_a_file_to_one_s_own_click_in_the_live_results()
    {
        await app.PlacementAsync("home", p => p.Exploration = 0);
        await using var mara = await app.SignedInAsync();
        var page = mara.Page;
        await page.GotoAsync("/data/import");
        await mara.UploadAsync("Files", "readers.csv", DataCommandsTests.Csv());
        await page.GetByRole(AriaRole.Button, new() { Name = "Import", Exact = true }).ClickAtRestAsync();
        await Expect(page.GetByText("No line was refused.")).ToBeVisibleAsync();
        Assert.Equal(["readers Ready 300"], app.AppRows("SELECT Name, State, Rows FROM datasets"));

        foreach (var (family, name) in ((string, string)[])[("popularity", "What sells"), ("als", "What fits")])
        {
            await page.GotoAsync("/variants/new");
            await page.GetByLabel("Family").SelectAtRestAsync(family);
            await Expect(page.GetByLabel("Name", new() { Exact = true })).ToHaveValueAsync(RecLab.Recommenders.Catalog.RecommenderCatalog.Get(family).Name); // the choice names it
            await page.GetByLabel("Name", new() { Exact = true }).FillAtRestAsync(name);
            await Expect(page.GetByLabel("Key", new() { Exact = true })).ToHaveValueAsync(RecLab.Training.VariantDesk.KeyOf(name));
            await page.GetByRole(AriaRole.Button, new() { Name = "Create and train" }).ClickAtRestAsync();
            await Expect(page.Locator("main .chip").Filter(new() { HasText = "Trained" })).ToBeVisibleAsync(new() { Timeout = 180_000 }); // a process of its own, while it is watched
        }
        Assert.Equal(["popularity Succeeded 1", "als Succeeded 1"], app.AppRows("SELECT v.Family, r.State, v.ServedRunId = r.Id FROM training_runs r JOIN variants v ON v.Id = r.VariantId ORDER BY r.Id"));

        await page.GotoAsync("/experiments/new");
        await page.GetByLabel("Name", new() { Exact = true }).FillAtRestAsync("Front page");
        await page.GetByLabel("Placement").SelectAtRestAsync("home");
        await page.GetByRole(AriaRole.Button, new() { Name = "Continue to variants" }).ClickAtRestAsync();
        await page.GetByLabel("Variant of arm A").SelectLabelAtRestAsync("What sells v1");
        await page.GetByLabel("Variant of arm B").SelectLabelAtRestAsync("What fits v1");
        foreach (var step in (string[])["metrics and size", "audience and checks", "review"]) await page.GetByRole(AriaRole.Button, new() { Name = "Continue to " + step }).ClickAtRestAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Start Front page" }).ClickAtRestAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("Cannot say yet, because no user has been shown a list.");
        Assert.Equal(["Running 1"], app.AppRows("SELECT State, Phase FROM experiments"));

        var experiments = app.Get<LiveExperiments>();
        await experiments.RefreshAsync();
        var readers = Enumerable.Range(0, 30).Select(i => $"u{i}").ToArray();
        await VisitAsync(readers, simulated: false);
        await Expect(Shown(page)).ToHaveTextAsync(Written());
        await VisitAsync([.. readers.Select(r => r + "-again")], simulated: false);
        await Expect(Shown(page)).ToHaveTextAsync(Written());
        var live = Written();
        await VisitAsync([.. readers.Select(r => r + "-made-up")], simulated: true); // their own reading, nobody else's
        await page.GetByRole(AriaRole.Button, new() { Name = "Simulated" }).ClickAtRestAsync();
        await Expect(page.GetByText("Simulated visitors only.")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Live", Exact = true }).ClickAtRestAsync();
        await Expect(Shown(page)).ToHaveTextAsync(live);

        // Somebody whom the assignment gives arm B comes back to the shop; a page shows the counts of B.
        var id = Enumerable.Range(0, 1000).Select(i => $"visitor-{i}").First(u => experiments.Assign("home", u) is { Counted: true, ArmPosition: 1 });
        await using var visitor = await app.StrangerAsync();
        await visitor.Page.AddInitScriptAsync($"localStorage.getItem('reclab.id') ?? localStorage.setItem('reclab.id', JSON.stringify({{ id: '{id}', at: Date.now() }}))");
        await visitor.Page.GotoAsync("/demo");
        await visitor.Page.Locator("li[part=card]").First.WaitForAsync();
        await visitor.Page.RunAndWaitForResponseAsync(() => visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Yes, remember" }).ClickAtRestAsync(),
            r => r.Url.Contains($"user={id}", StringComparison.Ordinal) && r.Ok);
        await visitor.Page.Locator("li[part=card]").First.WaitForAsync();
        var before = Clicked();
        await visitor.Page.Locator("li[part=card]").Nth(1).GetByRole(AriaRole.Link).ClickAtRestAsync();
        await LiveApp.EventuallyAsync([$"{before + 1}"], () => [$"{Clicked()}"]);
        await Expect(Shown(page)).ToContainTextAsync($"{before + 1} ");
        Assert.Empty(mara.Complaints);
        Assert.Empty(visitor.Complaints);

        long Clicked() => long.Parse(app.Rows(Counts)[0].Split(' ')[0], CultureInfo.InvariantCulture);
    }

    /// <summary>Clicked and viewable of arm B as the page writes them.</summary>
    private static ILocator Shown(IPage page) => page.Locator("table.score tr.r td.val .cap").First;

    private string Written()
    {
        var numbers = app.Rows(Counts)[0].Split(' ');
        return RecLab.Controls.Figures.Counts(long.Parse(numbers[0], CultureInfo.InvariantCulture), long.Parse(numbers[1], CultureInfo.InvariantCulture));
    }

    /// <summary>Each asks for a list over HTTP, sees all of it, and every second one clicks its first item.</summary>
    private async Task VisitAsync(string[] users, bool simulated)
    {
        var (_, key) = await app.Get<KeyDesk>().CreateAsync("test", "server", ApiKeyKind.Secret, []);
        using var client = app.CreateClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", key);
        foreach (var (user, at) in users.Select((u, i) => (u, i)))
        {
            using var list = JsonDocument.Parse(await client.GetStringAsync($"/api/v1/recommendations?placement=home&user={user}&n=5{(simulated ? "&simulated=true" : "")}"));
            var ids = ShopApp.Ids(list.RootElement);
            object[] events = [.. ids.Select((_, place) => ShopApp.Event("viewable", list.RootElement, place, user)), .. at % 2 == 0 ? [ShopApp.Event("click", list.RootElement, 0, user)] : Array.Empty<object>()];
            using var answer = await client.PostAsync("/api/v1/events", System.Net.Http.Json.JsonContent.Create(new { sentAt = DateTimeOffset.UtcNow, simulated, events }));
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        }
    }
}
