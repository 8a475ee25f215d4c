using System.Net;
using Microsoft.EntityFrameworkCore;
using RecLab.Access;
using RecLab.Doors;
using RecLab.Tests.Access;
using Xunit;

namespace RecLab.Tests.Doors;

/// <summary>An installation to which nobody said anything about a demo shop.</summary>
public sealed class ClosedShopTests(ClosedShopTests.ClosedShop app) : IClassFixture<ClosedShopTests.ClosedShop>, IAsyncLifetime
{
    public async ValueTask InitializeAsync() => await app.OpenAsync();
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Without_the_demo_shop_the_pictures_that_lists_name_are_still_there()
    {
        var image = (await app.ListAsync("placement=home&n=1")).GetProperty("items")[0].GetProperty("image").GetString();
        using var stranger = app.Browser();
        using var cover = await stranger.GetAsync(image, TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.OK, "image/svg+xml"), (cover.StatusCode, cover.Content.Headers.ContentType?.MediaType));
    }

    [Fact]
    public async Task A_shop_that_nobody_opened_has_no_page_and_no_key()
    {
        using var stranger = app.Browser();
        foreach (var path in (string[])["/demo", "/demo/cart", "/demo/item/1", "/demo/data/bestsellers"])
            Assert.Contains("/sign-in", (await stranger.GetAsync(path, TestContext.Current.CancellationToken)).Headers.Location!.ToString(), StringComparison.Ordinal);
        await using var db = await app.DbAsync();
        Assert.Equal(["page", "server"], await db.Set<ApiKey>().Select(k => k.Name).Order().ToListAsync(TestContext.Current.CancellationToken)); // those that the test made
    }

    public sealed class ClosedShop : ShopApp
    {
        protected override bool IsOpen => false;
    }
}

/// <summary>The demo shop where somebody opened it.</summary>
public sealed class OpenShopTests(ShopApp app) : IClassFixture<ShopApp>
{
    [Fact]
    public async Task A_visitor_writes_nothing_and_a_revoked_key_stays_revoked()
    {
        await app.OpenAsync();
        using var stranger = app.Browser();
        var before = await StateAsync();
        Assert.Contains("data-key=\"pk_", await stranger.GetStringAsync("/demo", TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(before, await StateAsync());

        await using var db = await app.DbAsync();
        var key = await db.Set<ApiKey>().SingleAsync(k => k.Name == "Demo shop", TestContext.Current.CancellationToken);
        await app.Get<KeyDesk>().RevokeAsync("test", key.Id);
        before = await StateAsync();
        for (var visit = 0; visit < 2; visit++)
        {
            var page = await stranger.GetStringAsync("/demo", TestContext.Current.CancellationToken);
            Assert.Contains("The key of this shop was revoked and stays so", page, StringComparison.Ordinal);
            Assert.DoesNotContain("pk_", page, StringComparison.Ordinal);
            Assert.DoesNotContain("/widget/", page, StringComparison.Ordinal);
            await app.Services.PrepareShopAsync(); // as the next start does
        }
        Assert.Equal(before, await StateAsync());
    }

    private async Task<(int Keys, int Open, int Records, int Settings)> StateAsync()
    {
        await using var db = await app.DbAsync();
        return (await db.Set<ApiKey>().CountAsync(), await db.Set<ApiKey>().CountAsync(k => k.RevokedAt == null), await db.Set<AuditEntry>().CountAsync(), await db.Set<RecLab.Storage.Setting>().CountAsync());
    }
}
