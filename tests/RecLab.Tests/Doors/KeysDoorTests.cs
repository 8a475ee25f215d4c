using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using RecLab.Access;
using Xunit;

namespace RecLab.Tests.Doors;

/// <summary>Keys made by a key: what one of them can never do is gain anything.</summary>
public sealed class KeysDoorTests(ShopApp app) : IClassFixture<ShopApp>, IAsyncLifetime
{
    private static readonly SemaphoreSlim Once = new(1, 1);
    private const KeyScope Some = KeyScope.Keys | KeyScope.Recommend | KeyScope.Events;

    public async ValueTask InitializeAsync()
    {
        await Once.WaitAsync();
        try { await app.OpenAsync(); }
        finally { Once.Release(); }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<(HttpClient Client, ApiKey Entry)> HolderAsync(KeyScope scopes, DateTimeOffset? until = null)
    {
        var (entry, key) = await app.Get<KeyDesk>().CreateAsync("test", $"maker {Guid.NewGuid():N}"[..20], ApiKeyKind.Secret, [], until, scopes);
        return (With(key), entry);
    }

    private HttpClient With(string key)
    {
        var client = app.CreateClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", key);
        return client;
    }

    private static async Task<(HttpStatusCode Status, JsonElement Body)> SendAsync(HttpClient client, string method, string path, object? body = null, string? once = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), "/api/v1" + path) { Content = body is null ? null : JsonContent.Create(body) };
        if (once is not null) request.Headers.Add("Idempotency-Key", once);
        using var answer = await client.SendAsync(request);
        return (answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement);
    }

    private static string[] Scopes(JsonElement made) => [.. made.GetProperty("entry").GetProperty("scopes").EnumerateArray().Select(s => s.GetString()!)];

    [Fact]
    public async Task A_key_is_made_shown_once_used_rotated_with_overlap_and_ended()
    {
        var (maker, _) = await HolderAsync(Some);
        using var _1 = maker;
        var (status, made) = await SendAsync(maker, "POST", "/keys", new { name = "shop front", kind = "publishable", origins = new[] { "https://made.example" }, scopes = new[] { "lists" } }, once: "front-1");
        Assert.True(status == HttpStatusCode.OK, made.GetRawText());
        Assert.Equal(["lists"], Scopes(made));
        var (id, key) = (made.GetProperty("entry").GetProperty("id").GetInt32(), made.GetProperty("key").GetString()!);
        var again = (await SendAsync(maker, "POST", "/keys", new { name = "shop front", kind = "publishable", origins = new[] { "https://made.example" }, scopes = new[] { "lists" } }, once: "front-1")).Body;
        Assert.Equal((id, JsonValueKind.Null), (again.GetProperty("entry").GetProperty("id").GetInt32(), again.GetProperty("key").ValueKind)); // one key, shown once
        using (var shop = With(key))
        {
            shop.DefaultRequestHeaders.Add("Origin", "https://made.example");
            Assert.Equal(HttpStatusCode.OK, (await SendAsync(shop, "GET", "/recommendations?placement=home")).Status);
            Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(shop, "GET", "/keys")).Status);
        }
        var rotated = (await SendAsync(maker, "POST", $"/keys/{id}:rotate", new { overlapDays = 2 })).Body;
        using var before = With(key);
        using var after = With(rotated.GetProperty("key").GetString()!);
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK], [(await SendAsync(before, "GET", "/recommendations?placement=home")).Status, (await SendAsync(after, "GET", "/recommendations?placement=home")).Status]);
        Assert.Equal(HttpStatusCode.Conflict, (await SendAsync(maker, "POST", $"/keys/{id}:rotate", new { })).Status); // its successor is there
        Assert.NotEqual(JsonValueKind.Null, (await SendAsync(maker, "DELETE", $"/keys/{id}")).Body.GetProperty("entry").GetProperty("revokedAt").ValueKind);
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(before, "GET", "/recommendations?placement=home")).Status);
        Assert.DoesNotContain(key, (await SendAsync(maker, "GET", "/keys")).Body.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_key_makes_opens_nothing_more_than_it_does_itself_and_works_no_longer()
    {
        var end = DateTimeOffset.UtcNow.AddDays(3);
        var (maker, own) = await HolderAsync(Some, end);
        using var _1 = maker;
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(maker, "POST", "/keys", new { name = "more", kind = "secret", scopes = new[] { "manage" } })).Status);
        var (_, made) = await SendAsync(maker, "POST", "/keys", new { name = "as much", kind = "secret", expiresAt = end.AddDays(300) });
        Assert.Equal(["lists", "events"], Scopes(made)); // nobody said what: as far as the maker's own go, and keys only by name
        Assert.Equal(own.ExpiresAt, made.GetProperty("entry").GetProperty("expiresAt").GetDateTimeOffset());
        Assert.Equal(HttpStatusCode.Forbidden, await ReadKeysWithAsync(made));
        var (_, heir) = await SendAsync(maker, "POST", "/keys", new { name = "heir", kind = "secret", scopes = new[] { "keys", "lists" } });
        Assert.Equal(HttpStatusCode.OK, await ReadKeysWithAsync(heir));
        var (_, turned) = await SendAsync(maker, "POST", $"/keys/{own.Id}:rotate", new { overlapDays = 1 });
        Assert.Equal(["lists", "events", "keys"], Scopes(turned));
        Assert.Equal(own.ExpiresAt, turned.GetProperty("entry").GetProperty("expiresAt").GetDateTimeOffset()); // turning itself over gains no day
    }

    [Fact]
    public async Task A_key_neither_turns_over_nor_ends_one_that_opens_more()
    {
        var (maker, _) = await HolderAsync(Some);
        using var _1 = maker;
        var stronger = (await app.Get<KeyDesk>().CreateAsync("test", "stronger", ApiKeyKind.Secret, [])).Entry;
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(maker, "POST", $"/keys/{stronger.Id}:rotate", new { })).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(maker, "DELETE", $"/keys/{stronger.Id}")).Status);
        Assert.Null((await app.Get<KeyDesk>().ListAsync()).Single(k => k.Id == stronger.Id).RevokedAt);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(maker, "DELETE", "/keys/999999")).Status);
    }

    [Fact]
    public async Task The_scope_for_keys_must_be_asked_for_by_name()
    {
        using var usual = app.Backend(); // made without saying what it opens
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(usual, "GET", "/keys")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(usual, "POST", "/keys", new { name = "x", kind = "secret" })).Status);
        var (maker, _) = await HolderAsync(KeyScope.Keys);
        using var _1 = maker;
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(maker, "GET", "/audit")).Status);
        var (status, body) = await SendAsync(maker, "POST", "/keys", new { name = "", kind = "sacred", scopes = new[] { "all" }, origins = new[] { 7 } });
        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        Assert.Equal(["/kind", "/name", "/origins", "/scopes"], body.GetProperty("errors").EnumerateArray().Select(e => e.GetProperty("pointer").GetString()).Order(StringComparer.Ordinal));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await SendAsync(maker, "POST", "/keys", new { name = "page", kind = "publishable", scopes = new[] { "keys" } })).Status); // never in a page
    }

    private async Task<HttpStatusCode> ReadKeysWithAsync(JsonElement made)
    {
        using var client = With(made.GetProperty("key").GetString()!);
        return (await SendAsync(client, "GET", "/keys")).Status;
    }
}
