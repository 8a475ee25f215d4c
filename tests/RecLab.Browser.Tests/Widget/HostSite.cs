using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace RecLab.Browser.Tests.Widget;

/// <summary>A stranger's web site on an origin of its own, which embeds the widget as any shop would.</summary>
internal sealed class HostSite : IAsyncDisposable
{
    private readonly Dictionary<string, (string Html, string? Policy)> _pages = new(StringComparer.Ordinal);
    private readonly WebApplication _site;

    private HostSite(WebApplication site) => _site = site;

    /// <summary>"http://127.0.0.1:41234".</summary>
    public string Origin => _site.Urls.First();

    /// <summary>The same site under another name, and therefore another origin: "http://localhost:41234".</summary>
    public string OtherOrigin => Origin.Replace("127.0.0.1", "localhost", StringComparison.Ordinal);

    public static async Task<HostSite> OpenAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var site = new HostSite(app);
        app.MapGet("/{page}", async (string page, HttpContext http) =>
        {
            if (!site._pages.TryGetValue(page, out var found)) { http.Response.StatusCode = 404; return; }
            if (found.Policy is not null) http.Response.Headers.ContentSecurityPolicy = found.Policy;
            http.Response.ContentType = "text/html; charset=utf-8";
            await http.Response.WriteAsync(found.Html);
        });
        await app.StartAsync();
        return site;
    }

    /// <summary>Publishes a page and tells its address.</summary>
    /// <param name="body">What stands in its body.</param>
    /// <param name="head">What stands in its head, after title and an empty icon.</param>
    /// <param name="policy">Its Content-Security-Policy, or none.</param>
    /// <param name="attributes">Attributes of the html element.</param>
    public string Page(string body, string head = "", string? policy = null, string attributes = "lang=\"en\"")
    {
        var name = $"page-{_pages.Count}";
        _pages[name] = ($"<!DOCTYPE html><html {attributes}><head><meta charset=\"utf-8\"><title>A shop</title><link rel=\"icon\" href=\"data:,\">{head}</head><body>{body}</body></html>", policy);
        return $"{Origin}/{name}";
    }

    public async ValueTask DisposeAsync() => await _site.DisposeAsync();
}
