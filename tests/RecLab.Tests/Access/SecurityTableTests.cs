using System.Text.RegularExpressions;
using RecLab.Storage;
using Xunit;

namespace RecLab.Tests.Access;

/// <summary>The table of docs/security.md names tests that exist.</summary>
public sealed partial class SecurityTableTests
{
    [Fact]
    public void Every_row_names_tests_that_exist()
    {
        var root = HostPaths.ContentRoot(AppContext.BaseDirectory);
        var rows = File.ReadAllLines(Path.Combine(root, "docs", "security.md")).Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Where(line => !line.StartsWith("| Risk ", StringComparison.Ordinal) && !line.StartsWith("| Fault ", StringComparison.Ordinal)).ToArray();
        Assert.Equal(20 + 8, rows.Length); // risks and faults
        var source = string.Join('\n', Directory.EnumerateFiles(Path.Combine(root, "tests"), "*.cs", SearchOption.AllDirectories).Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)).Select(File.ReadAllText));
        foreach (var row in rows)
        {
            var named = Quoted().Matches(row.Split('|')[3]).SelectMany(m => m.Groups[1].Value.Split('.')).ToArray();
            Assert.True(named.Length > 0, row);
            foreach (var name in named) Assert.True(Regex.IsMatch(source, $@"\b(class|Task|void) {name}\b"), $"There is no {name}: {row}");
        }
    }

    [GeneratedRegex(@"`([A-Za-z_.]+)`")]
    private static partial Regex Quoted();
}
