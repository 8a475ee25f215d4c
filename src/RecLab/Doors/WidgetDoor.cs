using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.FileProviders;

namespace RecLab.Doors;

/// <summary>The widget's addresses. <c>/widget/v1/reclab.js</c> moves with every release; <c>/widget/v1.0.0/reclab.js</c> never changes and has an integrity hash.
/// Both may be loaded from any origin: they hold no data.</summary>
public sealed class WidgetDoor
{
    /// <summary>The released version; the immutable address carries it.</summary>
    public const string Version = "1.0.0";

    private readonly byte[] _script;

    public WidgetDoor(IWebHostEnvironment environment)
    {
        using var stream = environment.WebRootFileProvider.GetFileInfo("widget/reclab.js") is { Exists: true } file
            ? file.CreateReadStream() : throw new FileNotFoundException("wwwroot/widget/reclab.js is missing.");
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        _script = copy.ToArray();
        Integrity = "sha384-" + Convert.ToBase64String(SHA384.HashData(_script));
    }

    /// <summary>The value of the script tag's integrity attribute.</summary>
    public string Integrity { get; }

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/widget/v1/reclab.js", (HttpContext http) => Send(http, TimeSpan.FromMinutes(5), immutable: false)).AllowAnonymous();
        routes.MapGet($"/widget/v{Version}/reclab.js", (HttpContext http) => Send(http, TimeSpan.FromDays(365), immutable: true)).AllowAnonymous();
    }

    private IResult Send(HttpContext http, TimeSpan age, bool immutable)
    {
        http.Response.Headers.AccessControlAllowOrigin = "*";
        http.Response.Headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        http.Response.Headers.CacheControl = string.Create(CultureInfo.InvariantCulture, $"public, max-age={age.TotalSeconds:0}{(immutable ? ", immutable" : "")}");
        return TypedResults.Bytes(_script, "text/javascript; charset=utf-8", entityTag: new($"\"{Integrity[7..23]}\""));
    }
}
