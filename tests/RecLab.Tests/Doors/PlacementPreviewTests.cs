using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using RecLab.Access;
using RecLab.Controls;
using RecLab.Doors;
using RecLab.Serving;
using RecLab.Storage;
using RecLab.Tests.Access;
using Xunit;

namespace RecLab.Tests.Doors;

public sealed partial class PlacementPreviewTests(ShopApp app) : IClassFixture<ShopApp>, IAsyncLifetime
{
    public async ValueTask InitializeAsync() => await app.OpenAsync();
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task What_is_asked_with_the_previews_key_is_answered_and_not_recorded()
    {
        await app.ServeAsync("popularity", "popularity");
        using var viewer = await app.SignedInAsync(Roles.Viewer);
        using var page = await viewer.GetAsync("/placements/home/preview?user=3&heading=%22%3E%3Cscript%3E", TestContext.Current.CancellationToken);
        var html = await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        var policy = string.Join(' ', page.Headers.GetValues("Content-Security-Policy"));
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'self'", policy, StringComparison.Ordinal);
        Assert.Contains("heading=\"&quot;&gt;&lt;script&gt;\"", html, StringComparison.Ordinal);
        var key = Key().Match(html).Groups[1].Value;

        var before = app.Rows("SELECT (SELECT count(*) FROM recommendation), (SELECT count(*) FROM event), (SELECT count(*) FROM tally)");
        using var browser = app.CreateClient();
        using var answer = await browser.GetAsync($"/api/v1/recommendations?placement=home&user=3&consent=granted&key={key}", TestContext.Current.CancellationToken);
        var list = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;
        Assert.Equal(10, list.GetProperty("items").GetArrayLength());
        Assert.Equal(JsonValueKind.Null, list.GetProperty("recommendationId").ValueKind);
        var events = $$"""{"events":[{"eventId":"{{Guid.CreateVersion7()}}","type":"click","recommendationId":null,"itemId":"4","occurredAt":"{{DateTimeOffset.UtcNow:O}}"}]}""";
        using var posted = await browser.PostAsync($"/api/v1/events?key={key}", new StringContent(events, Encoding.UTF8, "text/plain"), TestContext.Current.CancellationToken);
        Assert.Contains("\"status\":\"preview\"", await posted.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(before, app.Rows("SELECT (SELECT count(*) FROM recommendation), (SELECT count(*) FROM event), (SELECT count(*) FROM tally)"));
    }

    [Fact]
    public async Task A_process_that_never_made_a_preview_knows_its_key_all_the_same()
    {
        var text = await app.Get<OwnKeys>().PreviewAsync(TestContext.Current.CancellationToken);
        var restarted = new OwnKeys(app.Get<IDbContextFactory<RecLabDb>>(), app.Get<KeyDesk>());
        Assert.True(restarted.IsPreview(app.Get<KeyDesk>().Check(text).Key!.Id));
        Assert.False(restarted.IsPreview(app.Get<KeyDesk>().Check(app.PublishableKey).Key!.Id));
    }

    [Fact]
    public async Task The_snippet_carries_the_integrity_of_what_its_address_sends_and_its_key_opens_for_exactly_the_listed_origins()
    {
        var own = app.Get<OwnKeys>();
        await Assert.ThrowsAsync<Refusal>(() => own.SetWidgetOriginsAsync([" "], "Ada"));
        await own.SetWidgetOriginsAsync(["https://a.example"], "Ada");
        await own.SetWidgetOriginsAsync(["https://b.example", "https://c.example:8443"], "Ada");
        var (key, entry) = (await own.WidgetAsync(TestContext.Current.CancellationToken))!.Value;
        Assert.Equal("https://b.example\nhttps://c.example:8443", entry.Origins);
        var widget = app.Get<WidgetDoor>();
        var snippet = WidgetSnippet.Html("https://reclab.example/", key, widget.Integrity, new Placement { Key = "home", Name = "Home", ListLength = 12 }, "grid", "A & B");
        Assert.Contains("placement=\"home\" n=\"12\" layout=\"grid\" heading=\"A &amp; B\"", snippet, StringComparison.Ordinal);
        using var client = app.CreateClient();
        var sent = await client.GetByteArrayAsync(new Uri(Source().Match(snippet).Groups[1].Value).AbsolutePath, TestContext.Current.CancellationToken);
        Assert.Contains("integrity=\"sha384-" + Convert.ToBase64String(System.Security.Cryptography.SHA384.HashData(sent)), snippet, StringComparison.Ordinal);
        foreach (var (origin, status) in new[] { ("https://b.example", 200), ("https://c.example:8443", 200), ("https://a.example", 403), ("http://b.example", 403) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/recommendations?placement=home&key={key}");
            request.Headers.Add("Origin", origin);
            using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(status, (int)answer.StatusCode);
        }
        var seen = app.Get<OriginBook>().LastHour().ToDictionary(s => s.Origin);
        Assert.Equal((1, 0), (seen["https://b.example"].Answered, seen["https://b.example"].Refused));
        Assert.Equal((0, 1, "This origin is not on the key's list."), (seen["https://a.example"].Answered, seen["https://a.example"].Refused, seen["https://a.example"].LastRefusal));
    }

    [GeneratedRegex("data-key=\"([^\"]+)\"")]
    private static partial Regex Key();

    [GeneratedRegex("src=\"([^\"]+)\"")]
    private static partial Regex Source();
}
