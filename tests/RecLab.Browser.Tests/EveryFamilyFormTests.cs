using System.Diagnostics;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using RecLab.Browser.Tests.Commands;
using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Neural;
using RecLab.Tests.Doors;
using RecLab.Tests.Serving.External;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace RecLab.Browser.Tests;

/// <summary>Every family of the catalogue made from its form, trained by the application, put on the placement of the demo shop's front page, and shown there under its own name.</summary>
public sealed class EveryFamilyFormTests(ITestOutputHelper output)
{
    /// <summary>Somebody whom the data know.</summary>
    private const string Reader = "17";

    [Fact]
    public async Task From_the_form_of_each_family_to_the_demo_shop()
    {
        if (Environment.GetEnvironmentVariable("RECLAB_NIGHTLY") != "1") Assert.Skip("Trains every family, which takes some minutes: set RECLAB_NIGHTLY=1.");
        if (NeuralRuntime.Missing is { } reason) Assert.Skip(reason);
        await using var app = new LiveApp();
        await app.InitializeAsync();
        await app.OpenAsync(Stock());
        await using var team = await TeamsRecommender.StartAsync("17", "3", "21");
        await using var mara = await app.SignedInAsync();
        List<string> failed = [];
        foreach (var (key, make) in Everything(mara, team))
        {
            var watch = Stopwatch.StartNew();
            try
            {
                var variant = await make();
                await ServeAsync(app, mara.Page, variant);
                await InTheShopAsync(app, variant);
                Assert.Empty(mara.Complaints);
                output.WriteLine($"{key}: {watch.Elapsed.TotalSeconds:0.0} s");
            }
            catch (Exception e) when (e is PlaywrightException or TimeoutException or Xunit.Sdk.XunitException)
            {
                failed.Add($"{key}: {e.Message}"); // the others are looked at all the same
            }
        }
        Assert.Empty(failed);
    }

    private static IEnumerable<(string Key, Func<Task<string>> Make)> Everything(Visitor visitor, TeamsRecommender team) =>
    [
        .. RecommenderCatalog.All.Select(f => (f.Key, (Func<Task<string>>)(() => TrainAsync(visitor.Page, f)))),
        ("uploaded-lists", () => UploadAsync(visitor)),
        ("http-endpoint", () => AskAsync(visitor.Page, team)),
    ];

    /// <summary>The form, the fewest epochs there can be, and the run's page until it says that it is trained.</summary>
    private static async Task<string> TrainAsync(IPage page, RecommenderFamily family)
    {
        var name = $"Our {family.Key}";
        await page.GotoAsync("/variants/new");
        await page.GetByLabel("Family").SelectAtRestAsync(family.Key);
        await Expect(page.GetByLabel("Name", new() { Exact = true })).ToHaveValueAsync(family.Name);
        await page.GetByLabel("Name", new() { Exact = true }).FillAtRestAsync(name);
        await Expect(page.GetByLabel("Key", new() { Exact = true })).ToHaveValueAsync(RecLab.Training.VariantDesk.KeyOf(name));
        if (family.NeedsTorch)
        {
            await page.Locator("#option-Epochs").FillAtRestAsync("2");
            await page.Locator("#option-Epochs").PressAsync("Tab");
            await Expect(page.Locator("label[for=option-Epochs]")).ToContainTextAsync("changed");
        }
        await page.GetByRole(AriaRole.Button, new() { Name = "Create and train" }).ClickAtRestAsync();
        var state = page.Locator("main .chip").Filter(new() { HasTextRegex = new Regex("^(Trained|Failed|Lost)") }).First;
        await Expect(state).ToBeVisibleAsync(new() { Timeout = 180_000 }); // a process of its own
        if (await page.Locator("main .err").CountAsync() > 0) Assert.Fail(await page.Locator("main .err").First.InnerTextAsync());
        return name;
    }

    private static async Task<string> UploadAsync(Visitor visitor)
    {
        var page = visitor.Page;
        await page.GotoAsync("/variants/new/uploaded-lists");
        await page.GetByLabel("Name", new() { Exact = true }).FillAtRestAsync("Our lists");
        await visitor.UploadAsync("File", "lists.csv", $"user,item,rank\n{Reader},6,1\n{Reader},11,2\n2,7,1\n");
        await Expect(page.GetByText("lists.csv is here.")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Create", Exact = true }).ClickAtRestAsync();
        await Expect(page.GetByText("Serves v1")).ToBeVisibleAsync();
        return "Our lists";
    }

    private static async Task<string> AskAsync(IPage page, TeamsRecommender team)
    {
        await page.GotoAsync("/variants/new/http-endpoint");
        await page.GetByLabel("Name", new() { Exact = true }).FillAtRestAsync("Our service");
        await page.GetByLabel("Address").FillAtRestAsync(team.Url);
        await page.GetByLabel("Time limit, ms").FillAtRestAsync("5000");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create", Exact = true }).ClickAtRestAsync();
        await Expect(page).ToHaveURLAsync(new Regex("/variants/our-service/source$"));
        return "Our service";
    }

    private static async Task ServeAsync(LiveApp app, IPage page, string name)
    {
        var key = RecLab.Training.VariantDesk.KeyOf(name);
        await page.GotoAsync("/placements/home");
        await page.GetByLabel("Reason for the change").FillAtRestAsync("to be looked at");
        await page.GetByLabel("Serve without an experiment", new() { Exact = true }).SelectAtRestAsync(key);
        await page.GetByRole(AriaRole.Button, new() { Name = "Change what is served", Exact = true }).ClickAtRestAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = $"Serve {name}", Exact = true }).ClickAtRestAsync();
        await LiveApp.EventuallyAsync([key], () => app.AppRows("SELECT v.Key FROM placements p JOIN variants v ON v.Id = p.DefaultVariantId WHERE p.Key = 'home'"));
    }

    /// <summary>The front page of the shop, in front of a reader who has said yes: the list of this very model, with covers and titles, and no fallback.</summary>
    private static async Task InTheShopAsync(LiveApp app, string name)
    {
        var key = RecLab.Training.VariantDesk.KeyOf(name);
        await using var visitor = await app.StrangerAsync();
        var page = visitor.Page;
        await page.AddInitScriptAsync($"localStorage.setItem('shop.consent', 'granted'); localStorage.setItem('reclab.id', JSON.stringify({{ id: '{Reader}', at: Date.now() }}))");
        await page.RunAndWaitForResponseAsync(() => page.GotoAsync("/demo"), r => r.Url.Contains($"user={Reader}", StringComparison.Ordinal) && r.Ok);
        await page.GetByRole(AriaRole.Button, new() { Name = "Why this?" }).ClickAtRestAsync();
        await page.GetByLabel("Staff view").SetAtRestAsync(true);
        await Expect(page.Locator(".why .badge")).ToHaveTextAsync(["No experiment counted this list", $"Model {key} v1", "No fallback"]);
        var cards = page.Locator("li[part=card]:not([aria-hidden])");
        await Expect(cards.First).ToContainTextAsync(new Regex("^\\s*Item [0-9]+ of kind[0-3]"));
        Assert.Empty(visitor.Complaints);
    }

    /// <summary>The shop with all that a family may ask for: stars from three to five, categories, words, vectors, attributes of items and people, and where each row came about.</summary>
    private static Interactions Stock()
    {
        var stock = ShopApp.Stock();
        var catalogue = new Catalogue(Enumerable.Range(0, 60).Select(i => new ItemInfo($"{i}", $"Item {i} of kind{i % 4}", [$"c{i % 4}"], $"A story about subject{i % 4} and matter{i % 6}.", Price: 100 * i,
            Vector: [i % 4 == 0 ? 1 : 0, i % 4 == 1 ? 1 : 0, i % 4 == 2 ? 1 : 0, i / 60f], Attributes: new Dictionary<string, string> { ["maker"] = $"m{i % 5}" })));
        var audience = new Audience(Enumerable.Range(0, 80).Select(u => new UserInfo($"{u}", new Dictionary<string, string> { ["age"] = u % 2 == 0 ? "18-24" : "25-34" })));
        return new(stock.Users, stock.Items, stock.User, stock.Item, [.. stock.User.Select((u, r) => 3f + (u + stock.Item[r]) % 3)], stock.Time, catalogue, audience,
            new(new Vocabulary(["home", "cart"]), [.. stock.User.Select((_, r) => r % 3 == 0 ? 1 : 0)]));
    }
}
