using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using RecLab.Access;
using RecLab.Data;
using RecLab.Recommenders.Data.Import;
using RecLab.Serving;
using RecLab.Simulation.Catalogues;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace RecLab.Browser.Tests;

/// <summary>The life of a placement in front of a browser: made, previewed with the real widget, switched to its fallback and back; and how its pages look.</summary>
public sealed class PlacementPagesTests(LiveApp app) : IClassFixture<LiveApp>
{
    [Fact]
    public async Task A_placement_is_made_previewed_and_switched_to_its_fallback_and_back()
    {
        var writer = app.Services.GetRequiredService<DatasetWriter>();
        var stock = GeneratedShop.Create(new(Books: 120, Readers: 80, MeanHistory: 20), TestContext.Current.CancellationToken);
        var dataset = await writer.ReserveAsync("shop", "made", DatasetOrigin.Generated, 0.1, "test", TestContext.Current.CancellationToken);
        await writer.StoreAsync(dataset.Id, stock, new ImportReport("made", stock.Count, stock.Count, [], []), TestContext.Current.CancellationToken);
        await app.Services.GetRequiredService<ModelShelf>().RefreshAsync(TestContext.Current.CancellationToken);

        await using var visitor = await app.SignedInAsync(Roles.Administrator);
        var page = visitor.Page;
        await visitor.GoAsync("/placements");
        await page.GetByRole(AriaRole.Link, new() { Name = "New placement" }).ClickAtRestAsync();
        await page.GetByLabel("Name").FillAtRestAsync("Home page");
        await page.GetByLabel("Key").FillAtRestAsync("home");
        await page.GetByLabel("Items of a list").FillAtRestAsync("6");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create placement" }).ClickAtRestAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("Home page serves its fallback, the newest popularity model.");
        await Expect(page.FrameLocator("iframe").Locator("li")).ToHaveCountAsync(6);
        await Expect(page.FrameLocator("iframe").Locator("#said")).ToContainTextAsync("6 items by popularity");

        await page.GetByLabel("Exact origins, one a line").FillAtRestAsync("https://shop.example");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make the key" }).ClickAtRestAsync();
        await Expect(page.GetByLabel("Snippet")).ToContainTextAsync("integrity=\"sha384-");
        await page.GetByLabel("Origin of your page").FillAtRestAsync("https://other.example");
        await page.GetByRole(AriaRole.Button, new() { Name = "Test this origin" }).ClickAtRestAsync();
        await Expect(page.GetByText("https://other.example would be refused.")).ToBeVisibleAsync();

        var keys = app.Services.GetRequiredService<KeyDesk>();
        var (_, secret) = await keys.CreateAsync("test", "server", ApiKeyKind.Secret, []);
        await page.GetByRole(AriaRole.Button, new() { Name = "Serve the fallback now" }).ClickAtRestAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Serve the fallback at home" }).ClickAtRestAsync();
        await Expect(page.GetByText("Kill switch is on").Or(page.GetByText("The kill switch is on since")).First).ToBeVisibleAsync();
        Assert.Equal("halted", await ReasonAsync(secret));
        await page.GetByRole(AriaRole.Button, new() { Name = "Serve normally again" }).ClickAtRestAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Serve home normally" }).ClickAtRestAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Serve the fallback now" })).ToBeVisibleAsync();
        Assert.Equal("no-experiment", await ReasonAsync(secret));

        await ClickAsync(secret);
        await Expect(page.Locator(".tail")).ToContainTextAsync("click");
        await Expect(page.Locator(".tail").GetByText("Accepted")).ToBeVisibleAsync();
        Assert.Empty(visitor.Complaints);

        foreach (var (width, dark) in new[] { (1440, false), (1440, true), (390, false), (390, true) })
        {
            await page.SetViewportSizeAsync(width, width < 600 ? 844 : 900);
            await page.EmulateMediaAsync(new() { ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light, ReducedMotion = ReducedMotion.Reduce });
            foreach (var (path, name) in new[] { ("/placements", "placements"), ("/placements/home", "placement"), ("/placements/home/edit", "placement-edit") })
            {
                await visitor.GoAsync(path);
                await visitor.PictureAsync($"{name}-{width}-{(dark ? "dark" : "light")}");
                Assert.Empty(await page.FindingsAsync());
            }
        }
        Assert.Empty(visitor.Complaints);
    }

    private async Task<string?> ReasonAsync(string secret)
    {
        using var http = Backend(secret);
        return (await ListAsync(http)).GetProperty("experiment").GetProperty("reason").GetString();
    }

    /// <summary>A backend asks for a list and reports a click on its first item.</summary>
    private async Task ClickAsync(string secret)
    {
        using var http = Backend(secret);
        var list = await ListAsync(http);
        using var answer = await http.PostAsJsonAsync("/api/v1/events", new[]
        {
            new { eventId = Guid.CreateVersion7(), type = "click", recommendationId = list.GetProperty("recommendationId").GetString(), itemId = list.GetProperty("items")[0].GetProperty("id").GetString(), user = "7", occurredAt = DateTimeOffset.UtcNow },
        }, TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private HttpClient Backend(string secret)
    {
        var http = new HttpClient { BaseAddress = new Uri(app.Url) };
        http.DefaultRequestHeaders.Authorization = new("Bearer", secret);
        return http;
    }

    private static async Task<JsonElement> ListAsync(HttpClient http) =>
        JsonDocument.Parse(await http.GetStringAsync("/api/v1/recommendations?placement=home&user=7", TestContext.Current.CancellationToken)).RootElement;
}
