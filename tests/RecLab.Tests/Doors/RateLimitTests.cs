using System.Net;
using System.Text;
using Microsoft.AspNetCore.Hosting;
using RecLab.Access;
using Xunit;

namespace RecLab.Tests.Doors;

/// <summary>A publishable key may ask twice a second here, twenty times in a burst.</summary>
public sealed class RateLimitTests(RateLimitTests.SlowShop app) : IClassFixture<RateLimitTests.SlowShop>
{
    public sealed class SlowShop : ShopApp
    {
        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            base.ConfigureWebHost(builder);
            builder.UseSetting("RecLab:Rate:Publishable", "2");
        }
    }

    [Fact]
    public async Task A_burst_is_turned_away_with_a_time_to_come_back_and_others_are_not()
    {
        await app.OpenAsync();
        using var page = app.CreateClient();
        var statuses = new List<HttpStatusCode>();
        TimeSpan? wait = null;
        for (var i = 0; i < 60 && wait is null; i++)
        {
            using var answer = await page.GetAsync($"/api/v1/recommendations?placement=home&key={app.PublishableKey}");
            statuses.Add(answer.StatusCode);
            if (answer.StatusCode != HttpStatusCode.TooManyRequests) continue;
            wait = answer.Headers.RetryAfter?.Delta;
            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        }
        Assert.True(wait >= TimeSpan.FromSeconds(1), $"{wait}");
        Assert.True(statuses.Count > 20, "the burst of twenty passes"); // and a few more, as two come back with every second that passes
        Assert.All(statuses[..^1], s => Assert.Equal(HttpStatusCode.OK, s));

        Assert.Equal(HttpStatusCode.OK, (await page.PostAsync($"/api/v1/events?key={app.PublishableKey}", new StringContent("[]", Encoding.UTF8, "text/plain"))).StatusCode); // what was seen is told all the same

        using var server = app.Backend();
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync("/api/v1/recommendations?placement=home")).StatusCode);
        var (_, other) = await app.Get<KeyDesk>().CreateAsync("test", "other page", ApiKeyKind.Publishable, [ShopApp.Origin]);
        Assert.Equal(HttpStatusCode.OK, (await page.PostAsync($"/api/v1/events?key={other}", new StringContent("[]", Encoding.UTF8, "text/plain"))).StatusCode);
    }

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("null")]
    [InlineData("https://shop.example.evil.example")]
    [InlineData("https://shop.example:8443")]
    public async Task A_preflight_from_elsewhere_gets_no_permission(string origin)
    {
        await app.OpenAsync();
        using var page = app.CreateClient();
        foreach (var path in (string[])["/api/v1/recommendations", "/api/v1/recommendations:batch", "/api/v1/events"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Options, path) { Headers = { { "Origin", origin }, { "Access-Control-Request-Method", "POST" } } };
            using var answer = await page.SendAsync(request);
            Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"), path);
            request.Dispose();
            using var known = new HttpRequestMessage(HttpMethod.Options, path) { Headers = { { "Origin", ShopApp.Origin }, { "Access-Control-Request-Method", "POST" } } };
            using var allowed = await page.SendAsync(known);
            Assert.Equal([ShopApp.Origin], allowed.Headers.GetValues("Access-Control-Allow-Origin"));
            Assert.False(allowed.Headers.Contains("Access-Control-Allow-Credentials"));
            Assert.Contains("Origin", allowed.Headers.Vary);
        }
    }
}
