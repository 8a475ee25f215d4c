using Microsoft.EntityFrameworkCore;
using RecLab.Data;
using RecLab.Recommenders.Data;
using RecLab.Serving;
using RecLab.Simulation.Catalogues;
using RecLab.Storage;
using RecLab.Training;

namespace RecLab.Doors;

/// <summary>An item as the demo shop shows it.</summary>
internal sealed record ShopItem(string Id, string Title, IReadOnlyList<string> Categories, string Description, long? Price, string Image);

/// <summary>The demo shop: a public host page that embeds the widget as any shop would, with the catalogue of the data set that the home placement's variants learnt from.
/// Open only with <c>RecLab:DemoShop=true</c>.</summary>
public sealed class DemoShop(IDbContextFactory<RecLabDb> databases, DatasetShelf shelf, OwnKeys keys)
{
    /// <summary>The shop's own publishable key, or null where it was revoked.</summary>
    public Task<string?> KeyAsync(CancellationToken cancellation) => keys.ShopAsync(cancellation);

    /// <summary>The data set whose items the shop sells: that of the home placement's newest variant with a served model, or the newest data set there is.</summary>
    public async Task<Interactions?> StockAsync(CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var id = await db.Set<Variant>().Where(v => v.ServedRunId != null).OrderByDescending(v => v.ServedRunId).Select(v => (int?)v.DatasetId).FirstOrDefaultAsync(cancellation)
            ?? await db.Set<Dataset>().Where(d => d.State == DatasetState.Ready).OrderByDescending(d => d.Id).Select(d => (int?)d.Id).FirstOrDefaultAsync(cancellation);
        return id is { } dataset ? await shelf.OpenAsync(dataset, cancellation) : null;
    }

    public static void Map(IEndpointRouteBuilder routes)
    {
        foreach (var path in (string[])["/demo", "/demo/cart", "/demo/item/{id}"])
            routes.MapGet(path, async (DemoShop shop, HttpContext http) =>
            {
                http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
                return TypedResults.Content(DemoShopPage.Html(await shop.KeyAsync(http.RequestAborted)), "text/html; charset=utf-8");
            }).AllowAnonymous();
        routes.MapGet("/demo/data/items/{id}", async (string id, DemoShop shop, CancellationToken cancellation) =>
            await shop.StockAsync(cancellation) is { } stock && stock.Items.IndexOf(id) >= 0 ? (IResult)TypedResults.Json(Show(stock.Catalogue[id])) : TypedResults.NotFound()).AllowAnonymous();
        routes.MapGet("/demo/data/bestsellers", async (DemoShop shop, CancellationToken cancellation) =>
            TypedResults.Json(await shop.StockAsync(cancellation) is { } stock ? Bestsellers(stock, 8) : [])).AllowAnonymous();
    }

    /// <summary>The drawn covers, which lists name whether or not there is a demo shop.</summary>
    public static void MapCovers(IEndpointRouteBuilder routes) =>
        routes.MapGet("/covers/{id}.svg", async (string id, DemoShop shop, HttpContext http) =>
        {
            if (id.Length > 256) return (IResult)TypedResults.BadRequest();
            var stock = await shop.StockAsync(http.RequestAborted);
            http.Response.Headers.CacheControl = "public, max-age=3600";
            http.Response.Headers.ContentSecurityPolicy = "default-src 'none'";
            http.Response.Headers["Cross-Origin-Resource-Policy"] = "cross-origin";
            return TypedResults.Content(CoverArt.Svg(stock is null ? new(id, id, []) : stock.Catalogue[id]), "image/svg+xml; charset=utf-8");
        }).AllowAnonymous();

    /// <summary>Where an item's picture is: its own, or a drawn cover.</summary>
    public static string ImageOf(ItemInfo item) => item.ImageUrl ?? $"/covers/{Uri.EscapeDataString(item.Id)}.svg";

    private static ShopItem Show(ItemInfo item) => new(item.Id, item.Title, item.Categories, item.Description, item.Price, ImageOf(item));

    private static ShopItem[] Bestsellers(Interactions stock, int count) =>
        [.. Enumerable.Range(0, stock.Items.Count).OrderByDescending(stock.ByItem.Size).ThenBy(i => i).Take(count).Select(i => Show(stock.Catalogue[stock.Items[i]]))];
}
