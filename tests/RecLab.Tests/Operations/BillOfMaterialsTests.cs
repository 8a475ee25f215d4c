using System.Text.Json;
using RecLab.Operations;
using RecLab.Storage;
using Xunit;

namespace RecLab.Tests.Operations;

/// <summary>The lock files say what is restored, and the bill of materials says what the lock files say.</summary>
public sealed class BillOfMaterialsTests
{
    private static readonly string Checkout = HostPaths.ContentRoot(AppContext.BaseDirectory);

    private static IEnumerable<string> Projects => new[] { "src", "tests", "bench" }.SelectMany(f => Directory.EnumerateFiles(Path.Combine(Checkout, f), "*.csproj", SearchOption.AllDirectories));

    /// <summary>What was built here is what is locked, package by package and hash by hash.</summary>
    [Fact]
    public void Every_project_has_a_lock_and_was_restored_as_it_says()
    {
        Assert.NotEmpty(Projects);
        foreach (var project in Projects)
        {
            var folder = Path.GetDirectoryName(project)!;
            using var locks = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "packages.lock.json")));
            var locked = locks.RootElement.GetProperty("dependencies").GetProperty("net10.0").EnumerateObject().Where(p => p.Value.GetProperty("type").GetString() != "Project")
                .Select(p => $"{p.Name}/{p.Value.GetProperty("resolved").GetString()} {p.Value.GetProperty("contentHash").GetString()}").Order(StringComparer.OrdinalIgnoreCase).ToArray();
            var assets = Path.Combine(folder, "obj", "project.assets.json");
            if (!File.Exists(assets)) continue; // a project that this build did not need
            using var restored = JsonDocument.Parse(File.ReadAllText(assets));
            Assert.Equal(locked, restored.RootElement.GetProperty("libraries").EnumerateObject().Where(l => l.Value.GetProperty("type").GetString() == "package").Select(l => $"{l.Name} {Hash(restored, l.Name)}").Order(StringComparer.OrdinalIgnoreCase));
        }
    }

    [Fact]
    public void A_restore_on_the_integration_machine_takes_the_locked_graph_or_none()
    {
        var properties = File.ReadAllText(Path.Combine(Checkout, "Directory.Build.props"));
        Assert.Matches("""RestoreLockedMode Condition="[^"]*'\$\(CI\)' == 'true'">true<""", properties);
        Assert.Contains("export CI=true", File.ReadAllText(Path.Combine(Checkout, ".ci", "run")), StringComparison.Ordinal);
    }

    [Fact]
    public void The_bill_names_every_locked_package_of_what_is_shipped_once_with_what_it_needs()
    {
        using var bill = JsonDocument.Parse(BillOfMaterials.Write(Checkout, "1.2.3"));
        var root = bill.RootElement;
        Assert.Equal(("CycloneDX", "1.6", "1.2.3"), (root.GetProperty("bomFormat").GetString(), root.GetProperty("specVersion").GetString(), root.GetProperty("metadata").GetProperty("component").GetProperty("version").GetString()));
        var named = root.GetProperty("components").EnumerateArray().Select(c => c.GetProperty("purl").GetString()!).ToArray();
        Assert.Equal(named.Distinct(), named);
        using var locks = JsonDocument.Parse(File.ReadAllText(Path.Combine(Checkout, "src", "RecLab", "packages.lock.json")));
        var locked = locks.RootElement.GetProperty("dependencies").GetProperty("net10.0").EnumerateObject().Where(p => p.Value.GetProperty("type").GetString() != "Project").ToArray();
        Assert.NotEmpty(locked);
        foreach (var package in locked)
        {
            var component = root.GetProperty("components").EnumerateArray().Single(c => c.GetProperty("purl").GetString() == $"pkg:nuget/{package.Name}@{package.Value.GetProperty("resolved").GetString()}");
            Assert.Equal(package.Value.GetProperty("contentHash").GetString(), component.GetProperty("properties")[0].GetProperty("value").GetString());
        }
        Assert.Contains("pkg:nuget/Microsoft.AspNetCore.App.Runtime.linux-x64@9.0.22", named); // downloaded for the start script, in no lock
        Assert.DoesNotContain(named, n => n.Contains("xunit", StringComparison.OrdinalIgnoreCase)); // tests are not shipped
        var needs = root.GetProperty("dependencies").EnumerateArray().ToDictionary(d => d.GetProperty("ref").GetString()!, d => d.GetProperty("dependsOn").EnumerateArray().Select(n => n.GetString()!).ToArray());
        Assert.All(needs.Values.SelectMany(n => n), n => Assert.Contains(n, named));
        Assert.Contains(needs, n => n.Key.StartsWith("pkg:nuget/Quartz@", StringComparison.Ordinal));
    }

    /// <summary>NuGet writes the hash of a package's content beside the package.</summary>
    private static string Hash(JsonDocument restored, string package)
    {
        var folder = restored.RootElement.GetProperty("packageFolders").EnumerateObject().Select(f => Path.Combine(f.Name, restored.RootElement.GetProperty("libraries").GetProperty(package).GetProperty("path").GetString()!)).First(Directory.Exists);
        using var metadata = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, ".nupkg.metadata")));
        return metadata.RootElement.GetProperty("contentHash").GetString()!;
    }
}
