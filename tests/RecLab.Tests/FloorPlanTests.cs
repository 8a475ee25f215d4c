using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Xunit;

namespace RecLab.Tests;

/// <summary>The arrows of the house: a room uses rooms on lower lines, never above or beside.</summary>
public sealed partial class FloorPlanTests
{
    /// <summary>The house from the ground up. Live carries signals only, so the parts of Controls may listen to it.</summary>
    private static readonly string[][] House =
    [
        ["Storage", "Live"],
        ["Controls"],
        ["Access"],
        ["Notices"],
        ["Experiments", "Data"],
        ["Events"],
        ["Training"],
        ["Serving"],
        ["Results", "Doors"],
        ["Laboratory", "Operations"],
        ["Shell", "Cli"],
    ];

    /// <summary>Uses that the house allows although they point beside or up, each with its reason.</summary>
    private static readonly (string From, string To, string Why)[] Excused =
    [
        ("Cli", "Shell", "the table of contents names the root component of the pages"),
    ];

    private static string Source => Path.Combine(Root, "src");

    private static string Root => RecLab.Storage.HostPaths.ContentRoot(AppContext.BaseDirectory);

    private static int Level(string room) => Array.FindIndex(House, line => line.Contains(room));

    [Fact]
    public void Every_folder_of_the_app_is_a_room_of_the_house()
    {
        var folders = Directory.GetDirectories(Path.Combine(Source, "RecLab")).Select(f => Path.GetFileName(f)!).Except(["bin", "obj", "Properties"]);
        Assert.All(folders, f => Assert.True(Level(f) >= 0, $"src/RecLab/{f} is no room of the house"));
    }

    [Fact]
    public void A_room_uses_lower_rooms_only()
    {
        var wrong = FloorPlan.Arrows(typeof(Program).Assembly)
            .Where(a => Level(a.To) >= Level(a.From) && !Excused.Any(d => (d.From, d.To) == (a.From, a.To)))
            .Select(a => $"{a.From} -> {a.To}: {a.Using.FullName} uses {a.Used.FullName}").Distinct().Order().ToArray();
        Assert.True(wrong.Length == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void The_reader_of_arrows_sees_uses_in_bodies_signatures_and_lambdas()
    {
        var arrows = FloorPlan.Arrows(typeof(Program).Assembly).Select(a => (a.From, a.To)).ToHashSet();
        Assert.Contains(("Shell", "Controls"), arrows);
        Assert.Contains(("Access", "Storage"), arrows);
        Assert.Contains(("Controls", "Live"), arrows);
        Assert.Contains(("Cli", "Access"), arrows);
    }

    [Fact]
    public void A_file_lies_in_the_folder_its_namespace_names()
    {
        var wrong = from project in Directory.GetDirectories(Source)
                    from file in Directory.GetFiles(project, "*.cs", SearchOption.AllDirectories)
                    where !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}") && !file.Contains($"{Path.DirectorySeparatorChar}bin{Path.DirectorySeparatorChar}")
                    let said = Namespace().Match(File.ReadAllText(file))
                    where said.Success
                    let folder = Path.GetRelativePath(Source, Path.GetDirectoryName(file)!).Replace(Path.DirectorySeparatorChar, '.')
                    where folder != "RecLab" && !folder.StartsWith("RecLab.Torch", StringComparison.Ordinal) // the tensor binding declares the package's namespaces
                    let named = said.Groups[1].Value
                    where named != folder && !folder.StartsWith(named + ".", StringComparison.Ordinal) // a namespace may span the folders below it
                    select $"{Path.GetRelativePath(Root, file)} says {named}";
        Assert.Empty(wrong);
    }

    [Theory]
    [InlineData("RecLab.Torch")]
    [InlineData("RecLab.Statistics")]
    [InlineData("RecLab.Recommenders", "RecLab.Torch", "RecLab.Statistics")]
    [InlineData("RecLab.Simulation", "RecLab.Recommenders", "RecLab.Statistics")]
    [InlineData("RecLab", "RecLab.Statistics", "RecLab.Recommenders", "RecLab.Simulation")]
    public void A_project_references_only_what_lies_below_it(string project, params string[] below)
    {
        var referenced = XDocument.Load(Path.Combine(Source, project, project + ".csproj")).Descendants("ProjectReference")
            .Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/'))).ToArray();
        Assert.Empty(referenced.Except(below));
        Assert.Empty(Assembly.Load(project).GetReferencedAssemblies().Select(a => a.Name!).Where(n => n.StartsWith("RecLab", StringComparison.Ordinal)).Except(below));
    }

    [Fact]
    public void No_tensor_is_seen_above_the_recommenders()
    {
        foreach (var assembly in (Assembly[])[typeof(Program).Assembly, Assembly.Load("RecLab.Simulation"), Assembly.Load("RecLab.Statistics")])
            Assert.DoesNotContain(assembly.GetReferencedAssemblies(), a => a.Name is "RecLab.Torch" or "TorchSharp");
    }

    [GeneratedRegex(@"^namespace ([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex Namespace();
}
