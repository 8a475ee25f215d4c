using System.Net;
using System.Text;
using System.Text.Json;
using RecLab.Serving;
using RecLab.Training;
using Xunit;

namespace RecLab.Tests.Doors;

public sealed class ListsDoorTests(ShopApp app) : IClassFixture<ShopApp>, IAsyncLifetime
{
    private static readonly SemaphoreSlim Once = new(1, 1);

    public async ValueTask InitializeAsync()
    {
        await Once.WaitAsync();
        try { await app.OpenAsync(); }
        finally { Once.Release(); }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<(HttpStatusCode Status, JsonElement Body)> PutAsync(string path, string csv, string type = "text/csv")
    {
        using var client = app.Backend();
        using var answer = await client.PutAsync(path, new StringContent(csv, Encoding.UTF8, type));
        return (answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement);
    }

    private async Task<(string[] Ids, string? Fallback)> ListAsync(string placement, string user)
    {
        var list = await app.ListAsync($"placement={placement}&user={user}&n=5");
        return (ShopApp.Ids(list), list.GetProperty("fallback").GetString());
    }

    [Fact]
    public async Task A_file_becomes_an_arm_and_the_next_file_replaces_it_at_once()
    {
        var (status, body) = await PutAsync($"/api/v1/variants/partner/lists?dataset={app.DatasetId}&name=Partner", "user,item,rank\nnew-user,5,2\nnew-user,9,1\nnew-user,zebra,3\n");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal((1, 3, 1, 2, 1), (Number(body, "version"), Number(body, "rows"), Number(body, "users"), Number(body, "items"), Number(body, "unknownRows")));
        Assert.Equal("zebra", body.GetProperty("unknownItems")[0].GetString());
        await app.Get<ModelShelf>().RefreshAsync();
        await app.PlacementAsync("partner", p => (p.Exploration, p.DefaultVariantId) = (0.5, app.Get<ModelShelf>().Borrow("partner")!.VariantId));

        var (ids, fallback) = await ListAsync("partner", "new-user");
        Assert.Null(fallback);
        Assert.Equal(["5", "9"], ids.Order()); // explored or not, only what the list names
        Assert.Equal("popularity", (await ListAsync("partner", "unlisted")).Fallback);

        var (second, again) = await PutAsync("/api/v1/variants/partner/lists", "user,item\nnew-user,33\n");
        Assert.Equal((HttpStatusCode.OK, 2), (second, Number(again, "version")));
        await app.Get<ModelShelf>().RefreshAsync();
        Assert.Equal(["33"], (await ListAsync("partner", "new-user")).Ids);

        static int Number(JsonElement element, string name) => element.GetProperty(name).GetInt32();
    }

    [Fact]
    public async Task A_wrong_file_changes_nothing_and_says_where()
    {
        await PutAsync($"/api/v1/variants/careful/lists?dataset={app.DatasetId}", "user,item\nu,5\n");
        var (status, body) = await PutAsync("/api/v1/variants/careful/lists", "user,item\nu,6\nu,6\n");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        Assert.Contains("twice", body.GetProperty("detail").GetString(), StringComparison.Ordinal);
        await app.Get<ModelShelf>().RefreshAsync();
        Assert.Equal(1, app.Get<ModelShelf>().Borrow("careful")!.Version);
    }

    [Fact]
    public async Task Unknown_variants_other_kinds_other_bodies_and_publishable_keys_are_refused()
    {
        Assert.Equal(HttpStatusCode.NotFound, (await PutAsync("/api/v1/variants/nobody/lists", "user,item\nu,5\n")).Status);
        await app.ServeAsync("trained-one", "popularity");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await PutAsync("/api/v1/variants/trained-one/lists", "user,item\nu,5\n")).Status);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await PutAsync("/api/v1/variants/trained-one/lists", "{}", "application/json")).Status);
        using var page = app.CreateClient();
        using var answer = await page.PutAsync($"/api/v1/variants/trained-one/lists?key={app.PublishableKey}", new StringContent("user,item\nu,5\n", Encoding.UTF8, "text/csv"));
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task A_gzip_bomb_is_refused_and_changes_nothing()
    {
        using var packed = new MemoryStream();
        await using (var gzip = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionLevel.SmallestSize, leaveOpen: true))
        {
            await gzip.WriteAsync("user,item\n"u8.ToArray());
            var line = Encoding.ASCII.GetBytes(new string('0', 1 << 20));
            for (var mebibyte = 0; mebibyte < 64; mebibyte++) await gzip.WriteAsync(line);
        }
        using var server = app.Backend();
        var content = new ByteArrayContent(packed.ToArray());
        content.Headers.ContentType = new("text/csv");
        content.Headers.ContentEncoding.Add("gzip");
        using var answer = await server.PutAsync($"/api/v1/variants/bomb/lists?dataset={app.DatasetId}", content);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Contains("250 times", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await using var db = await app.DbAsync();
        Assert.DoesNotContain(db.Set<Variant>(), v => v.Key == "bomb");
    }

    [Fact]
    public async Task Lists_are_not_trained()
    {
        await PutAsync($"/api/v1/variants/untrained/lists?dataset={app.DatasetId}", "user,item\nu,5\n");
        var refusal = await Assert.ThrowsAsync<RefusedException>(() => app.Get<TrainingDesk>().RequestAsync("untrained", "test"));
        Assert.Contains("not trained here", refusal.Message, StringComparison.Ordinal);
    }
}
