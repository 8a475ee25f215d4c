using System.Net;
using RecLab.Access;
using RecLab.Serving;

namespace RecLab.Doors;

/// <summary>The document in the preview's frame: the real widget by the real script tag, on a page of its own with the content policy that the documentation asks of a host.
/// Its key says that nothing is to be recorded.</summary>
public static class PlacementPreview
{
    private const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https: data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/placements/{key}/preview", async (string key, HttpContext http, OwnKeys keys, WidgetDoor widget, PlacementShelf placements) =>
        {
            if (await placements.FindAsync(key, http.RequestAborted) is not { } placement) return (IResult)TypedResults.NotFound();
            http.Response.Headers.ContentSecurityPolicy = Policy;
            http.Response.Headers.XFrameOptions = "SAMEORIGIN";
            http.Response.Headers.CacheControl = "no-store";
            var query = http.Request.Query;
            string Of(string name) => Texts.Fault(query[name].ToString()) is null ? query[name].ToString() : "";
            var theme = http.Request.Cookies["reclab-theme"] is "light" or "dark" ? http.Request.Cookies["reclab-theme"] : null;
            return TypedResults.Content(Html(await keys.PreviewAsync(http.RequestAborted), widget.Integrity, theme, placement.Placement, new(Of("layout"), Of("heading"), Of("user"), Of("item"))), "text/html; charset=utf-8");
        }).RequireAuthorization(Policies.View).ExcludeFromDescription();

    private sealed record Wish(string Layout, string Heading, string User, string Item);

    private static string Html(string key, string integrity, string? theme, Placement placement, Wish wish) => $"""
        <!DOCTYPE html>
        <html lang="en"{(theme is null ? "" : $" data-theme=\"{theme}\"")}>
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <title>Preview of {Text(placement.Key)}</title>
          <link rel="stylesheet" href="/tokens.css" />
          <link rel="stylesheet" href="/preview.css" />
          <script src="/preview.js"></script>
          <script async src="/widget/v{WidgetDoor.Version}/reclab.js" data-key="{Text(key)}" data-consent="{(wish.User.Length > 0 ? "granted" : "unknown")}" integrity="{integrity}" crossorigin="anonymous"></script>
        </head>
        <body>
          <p id="said" role="status">Asking for the list…</p>
          {WidgetSnippet.Element(placement, wish.Layout, wish.Heading, wish.User, wish.Item, "<p>Nothing to show: this is what the page has between the tags.</p>")}
        </body>
        </html>
        """;

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
