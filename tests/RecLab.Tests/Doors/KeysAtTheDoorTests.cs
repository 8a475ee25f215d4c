using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RecLab.Access;
using RecLab.Doors;
using Xunit;

namespace RecLab.Tests.Doors;

/// <summary>What a key opens at the doors, and where it must never stand.</summary>
public sealed class KeysAtTheDoorTests(ShopApp app) : IClassFixture<ShopApp>
{
    [Fact]
    public async Task A_key_for_events_alone_gets_no_list_and_one_for_lists_alone_sends_no_event()
    {
        await app.OpenAsync();
        using var events = await HolderAsync(KeyScope.Events);
        using var lists = await HolderAsync(KeyScope.Recommend);
        var both = new[] { events, lists };
        Assert.Equal([HttpStatusCode.Forbidden, HttpStatusCode.OK], await Task.WhenAll(both.Select(async c => (await c.GetAsync("/api/v1/recommendations?placement=home")).StatusCode)));
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.Forbidden], await Task.WhenAll(both.Select(async c => (await c.PostAsJsonAsync("/api/v1/events", Array.Empty<object>())).StatusCode)));
        Assert.Equal([HttpStatusCode.Forbidden, HttpStatusCode.Forbidden], await Task.WhenAll(both.Select(async c => (await c.PutAsync("/api/v1/variants/x/lists", new StringContent("user,item", Encoding.UTF8, "text/csv"))).StatusCode)));
    }

    /// <summary>Good and bad keys in every place where one can stand, with the log as it is set and everything of RecLab itself.</summary>
    [Fact]
    public async Task No_key_ever_appears_in_the_log()
    {
        await app.OpenAsync();
        var log = new Everything();
        await using var loud = app.WithWebHostBuilder(host => host.ConfigureServices(s => s.AddSingleton<ILoggerProvider>(log)).UseSetting("Logging:LogLevel:RecLab", "Trace"));
        var (entry, secret) = await loud.Services.GetRequiredService<KeyDesk>().CreateAsync("test", "loud", ApiKeyKind.Secret, []);
        var unknown = "sk_" + new string('7', 48);
        using var client = loud.CreateClient();
        foreach (var key in new[] { secret, app.PublishableKey, unknown, secret[..^1] })
        {
            foreach (var path in new[] { "/api/v1/recommendations?placement=home", "/api/v1/recommendations?placement=gone", $"/api/v1/recommendations?placement=home&key={key}", $"/api/v1/nothing?key={key}" })
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "Authorization", "Bearer " + key } } };
                (await client.SendAsync(request)).Dispose();
            }
            using var broken = new HttpRequestMessage(HttpMethod.Post, "/api/v1/events") { Headers = { { "X-RecLab-Key", key } }, Content = new StringContent($$"""{"events":[{"eventId":"{{key}}","type":"click"}]}""", Encoding.UTF8, "application/json") };
            (await client.SendAsync(broken)).Dispose();
        }
        await loud.Services.GetRequiredService<KeyDesk>().RotateAsync("test", entry.Id, TimeSpan.FromDays(1));
        loud.Services.GetRequiredService<ILogger<KeysAtTheDoorTests>>().LogWarning("the log was heard");
        Assert.Contains(log.Lines, l => l.Contains("the log was heard", StringComparison.Ordinal));
        foreach (var key in new[] { secret, app.PublishableKey, unknown })
            Assert.DoesNotContain(log.Lines, l => l.Contains(key[12..40], StringComparison.Ordinal));
    }

    /// <summary>The name in the Host header is the caller's to choose, for example by a name server of his own.</summary>
    [Fact]
    public async Task A_page_that_calls_this_server_by_its_own_name_is_none_of_the_keys_origins()
    {
        await app.OpenAsync();
        var shop = await app.Get<OwnKeys>().ShopAsync(TestContext.Current.CancellationToken);
        using var client = app.CreateClient();
        foreach (var (key, host, expected) in new[] { (app.PublishableKey, "evil.example", HttpStatusCode.Forbidden), (app.PublishableKey, "localhost", HttpStatusCode.Forbidden), (shop, "localhost", HttpStatusCode.OK) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/recommendations?placement=home&key={key}") { Headers = { { "Origin", $"http://{host}" } } };
            request.Headers.Host = host;
            Assert.Equal((host, expected), (host, (await client.SendAsync(request, TestContext.Current.CancellationToken)).StatusCode));
        }
    }

    private async Task<HttpClient> HolderAsync(KeyScope scope)
    {
        var (_, key) = await app.Get<KeyDesk>().CreateAsync("test", $"only {scope}", ApiKeyKind.Secret, [], scopes: scope);
        var client = app.CreateClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", key);
        return client;
    }

    private sealed class Everything : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Lines.Enqueue($"{formatter(state, exception)} {exception}");

        public void Dispose() { }
    }
}
