using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;

namespace RecLab.Operations;

/// <summary>What the program is made of, as CycloneDX 1.6 (ECMA-424): every package of the lock files of what is shipped, with its version, the hash of its content and what it needs. Written from the lock files alone,
/// so that the same checkout gives the same document.</summary>
public static class BillOfMaterials
{
    private const string Framework = "net10.0";

    /// <summary>A package as the lock files name it.</summary>
    /// <param name="ContentHash">SHA-512 of its content without signature, Base64, as NuGet computes it.</param>
    public sealed record Package(string Name, string Version, string ContentHash, IReadOnlyList<string> Needs)
    {
        public string Reference => $"pkg:nuget/{Name}@{Version}";
    }

    /// <summary>The packages of the projects below <c>src</c>, by name, each version once.</summary>
    /// <exception cref="FileNotFoundException">A project has no lock file.</exception>
    public static IReadOnlyList<Package> Packages(string checkout)
    {
        SortedDictionary<string, Package> packages = new(StringComparer.OrdinalIgnoreCase);
        foreach (var project in Directory.EnumerateFiles(Path.Combine(checkout, "src"), "*.csproj", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var path = Path.Combine(Path.GetDirectoryName(project)!, "packages.lock.json");
            if (!File.Exists(path)) throw new FileNotFoundException($"{Path.GetFileName(project)} has no packages.lock.json. Restore it: dotnet restore.");
            using var document = JsonDocument.Parse(File.ReadAllText(path));
            var locked = document.RootElement.GetProperty("dependencies").GetProperty(Framework).EnumerateObject().ToDictionary(p => p.Name, p => p.Value, StringComparer.OrdinalIgnoreCase);
            foreach (var (name, entry) in locked)
            {
                if (entry.GetProperty("type").GetString() == "Project") continue;
                var needs = entry.TryGetProperty("dependencies", out var all) ? all.EnumerateObject().Where(d => locked.ContainsKey(d.Name)).Select(d => $"pkg:nuget/{Proper(locked, d.Name)}@{locked[d.Name].GetProperty("resolved").GetString()}").Order(StringComparer.Ordinal).ToArray() : [];
                var package = new Package(name, entry.GetProperty("resolved").GetString()!, entry.GetProperty("contentHash").GetString()!, needs);
                packages[package.Reference] = package;
            }
        }
        return [.. packages.Values];
    }

    /// <summary>The document.</summary>
    /// <param name="checkout">Folder of the solution.</param>
    /// <param name="version">Version of the program.</param>
    public static string Write(string checkout, string version)
    {
        var packages = Packages(checkout);
        var components = new JsonArray([.. packages.Select(Component)]);
        if (StartScript(checkout) is { } script) components.Add(script);
        var root = $"pkg:generic/reclab@{version}";
        var document = new JsonObject
        {
            ["$schema"] = "http://cyclonedx.org/schema/bom-1.6.schema.json", ["bomFormat"] = "CycloneDX", ["specVersion"] = "1.6", ["version"] = 1,
            ["metadata"] = new JsonObject { ["component"] = new JsonObject { ["type"] = "application", ["bom-ref"] = root, ["name"] = "RecLab", ["version"] = version } },
            ["components"] = components,
            ["dependencies"] = new JsonArray([Needs(root, components.Select(c => (string)c!["bom-ref"]!)), .. packages.Select(p => Needs(p.Reference, p.Needs))]),
        };
        return document.ToJsonString(new JsonSerializerOptions { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }

    private static JsonObject Component(Package p) => new()
    {
        ["type"] = "library", ["bom-ref"] = p.Reference, ["name"] = p.Name, ["version"] = p.Version, ["purl"] = p.Reference,
        ["properties"] = new JsonArray(new JsonObject { ["name"] = "nuget:contentHash", ["value"] = p.ContentHash }), // of the content without signature, so no hash of the file
    };

    private static JsonObject Needs(string of, IEnumerable<string> needs) => new() { ["ref"] = of, ["dependsOn"] = new JsonArray([.. needs.Select(n => (JsonNode)n)]) };

    /// <summary>The framework's start script in the browser, which is taken out of a package that is only downloaded and therefore in no lock file.</summary>
    private static JsonObject? StartScript(string checkout)
    {
        var project = XDocument.Load(Path.Combine(checkout, "src", "RecLab", "RecLab.csproj"));
        if (project.Descendants("PackageDownload").FirstOrDefault() is not { } download || project.Descendants("RecLabBlazorScriptVersion").FirstOrDefault()?.Value is not { } version) return null;
        var name = download.Attribute("Include")!.Value;
        return new() { ["type"] = "library", ["bom-ref"] = $"pkg:nuget/{name}@{version}", ["name"] = name, ["version"] = version, ["purl"] = $"pkg:nuget/{name}@{version}", ["description"] = "blazor.web.js is taken out of it" };
    }

    private static string Proper(Dictionary<string, JsonElement> locked, string name) => locked.Keys.First(k => string.Equals(k, name, StringComparison.OrdinalIgnoreCase));
}
