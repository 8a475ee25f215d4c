using System.Net;
using Microsoft.AspNetCore.Hosting;
using RecLab.Tests.Access;
using Xunit;

namespace RecLab.Tests.Doors;

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
        foreach (var path in (string[])["/demo", "/demo/data/bestsellers"])
            Assert.Contains("/sign-in", (await stranger.GetAsync(path, TestContext.Current.CancellationToken)).Headers.Location!.ToString(), StringComparison.Ordinal);
    }

    public sealed class ClosedShop : ShopApp
    {
        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            base.ConfigureWebHost(builder);
            builder.UseSetting("RecLab:DemoShop", "false");
        }
    }
}
