using System.Reflection;
using System.Text.Json;
using RecLab.Statistics.SelfProof;
using RecLab.Storage;

namespace RecLab.Operations;

/// <summary>A complete self-test: every promise of the statistics with what was measured.</summary>
/// <param name="At">When it ended.</param>
/// <param name="Version">Of the program that ran it.</param>
/// <param name="Runs">Simulated experiments per promise.</param>
/// <param name="By">Who asked: a person, or "command line".</param>
public sealed record SelfTestReport(DateTimeOffset At, string Version, int Runs, ulong Seed, double Seconds, string By, IReadOnlyList<SelfTestResult> Results)
{
    /// <summary>At least as many simulated experiments per promise as a full run has.</summary>
    public bool IsFull => Runs >= SelfTest.FullRuns;
    public int Kept => Results.Count(r => r.Pass);

    /// <summary>The version of this program.</summary>
    public static string OwnVersion { get; } = typeof(SelfTestReport).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
}

/// <summary>Keeps the last full and the last modest self-test as files of the data folder.</summary>
public sealed class SelfTestStore(HostPaths paths)
{
    private static readonly JsonSerializerOptions Form = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>The last one of its kind, or null.</summary>
    /// <exception cref="JsonException">The file is damaged.</exception>
    public SelfTestReport? Read(bool full)
    {
        var path = PathOf(full);
        return File.Exists(path) ? JsonSerializer.Deserialize<SelfTestReport>(File.ReadAllText(path), Form) : null;
    }

    /// <summary>Replaces the last one of its kind, whole or not at all.</summary>
    public void Save(SelfTestReport report)
    {
        var path = PathOf(report.IsFull);
        File.WriteAllText(path + ".new", JsonSerializer.Serialize(report, Form));
        File.Move(path + ".new", path, overwrite: true);
    }

    private string PathOf(bool full) => Path.Combine(paths.DataDir, full ? "selftest-full.json" : "selftest-modest.json");
}
