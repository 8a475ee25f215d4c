using System.Collections.Frozen;
using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;

namespace RecLab.Doors;

/// <summary>The widget's addresses. <c>/widget/v1/reclab.js</c> moves with every release; <c>/widget/v1.0.0/reclab.js</c> and its like never change and have an integrity hash. Every release is kept in
/// <c>wwwroot/widget</c> and goes on being served, because pages that name it are not ours to change. All may be loaded from any origin: they hold no data.</summary>
public sealed class WidgetDoor
{
    /// <summary>The newest release; snippets carry its immutable address.</summary>
    public const string Version = "1.1.0";

    private readonly FrozenDictionary<string, Release> _releases = Read().ToFrozenDictionary(r => r.Version);

    private sealed record Release(string Version, byte[] Script, string Integrity);

    /// <summary>Every release there has been.</summary>
    public IEnumerable<string> Versions => _releases.Keys;

    /// <summary>The value of the script tag's integrity attribute, for the newest release.</summary>
    public string Integrity => IntegrityOf(Version);

    /// <summary>The same for any release.</summary>
    public string IntegrityOf(string version) => _releases[version].Integrity;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/widget/v1/reclab.js", (HttpContext http) => Send(http, _releases[Version], TimeSpan.FromMinutes(5), immutable: false)).AllowAnonymous();
        foreach (var release in _releases.Values)
            routes.MapGet($"/widget/v{release.Version}/reclab.js", (HttpContext http) => Send(http, release, TimeSpan.FromDays(365), immutable: true)).AllowAnonymous();
    }

    private static IEnumerable<Release> Read()
    {
        const string start = "widget/v", end = "/reclab.js"; // as the project file names the resources
        var program = Assembly.GetExecutingAssembly();
        foreach (var name in program.GetManifestResourceNames().Where(n => n.StartsWith(start, StringComparison.Ordinal)))
        {
            using var stream = program.GetManifestResourceStream(name)!;
            var script = new byte[stream.Length];
            stream.ReadExactly(script);
            yield return new(name[start.Length..^end.Length], script, "sha384-" + Convert.ToBase64String(SHA384.HashData(script)));
        }
    }

    private static IResult Send(HttpContext http, Release release, TimeSpan age, bool immutable)
    {
        http.Response.Headers.AccessControlAllowOrigin = "*";
        http.Response.Headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        http.Response.Headers.CacheControl = string.Create(CultureInfo.InvariantCulture, $"public, max-age={age.TotalSeconds:0}{(immutable ? ", immutable" : "")}");
        return TypedResults.Bytes(release.Script, "text/javascript; charset=utf-8", entityTag: new($"\"{release.Integrity[7..23]}\""));
    }
}
