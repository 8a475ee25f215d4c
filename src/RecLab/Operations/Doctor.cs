using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using RecLab.Controls;
using RecLab.Recommenders.Neural;
using RecLab.Storage;

namespace RecLab.Operations;

/// <summary>Looks at what is installed and what is missing, and names the command that mends it. Changes nothing.</summary>
public sealed class Doctor(HostPaths paths)
{
    private const long Tight = 2L << 30, Full = 256L << 20;

    /// <summary>Everything, in the order a newcomer meets it. Takes up to a second: it loads libtorch and waits for the disk.</summary>
    /// <param name="thorough">Walk all pages of the databases too.</param>
    /// <param name="cancellation">Given up before it begins.</param>
    public Task<IReadOnlyList<Finding>> ExamineAsync(bool thorough = true, CancellationToken cancellation = default) =>
        Task.Run<IReadOnlyList<Finding>>(() => [Program(), Machine(), DataFolder(), Disk(), .. Databases(thorough), Libtorch(), Devices(), .. Blas(), Browser()], cancellation);

    private static Finding Program() => new("Program", FindingState.Good,
        $"{RuntimeInformation.FrameworkDescription} on {RuntimeInformation.OSDescription} ({RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()})");

    private static Finding Machine()
    {
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        var text = $"{Environment.ProcessorCount} cores, {Figures.Bytes(memory)} memory";
        return memory < 1L << 30 ? new("Machine", FindingState.Look, text, "Trainings of a million rows need about 2 GB.") : new("Machine", FindingState.Good, text);
    }

    private Finding DataFolder()
    {
        var probe = Path.Combine(paths.DataDir, $".probe-{Guid.NewGuid():N}");
        try
        {
            var watch = Stopwatch.StartNew();
            const int writes = 5;
            using (var file = new FileStream(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose))
                for (var i = 0; i < writes; i++)
                {
                    file.Write(new byte[4096]);
                    file.Flush(flushToDisk: true);
                }
            return new("Data folder", FindingState.Good, $"{paths.DataDir}; a durable write takes {Figures.Duration(watch.Elapsed / writes)}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new("Data folder", FindingState.Bad, $"{paths.DataDir} cannot be written", $"chown -R {Environment.UserName} '{paths.DataDir}', or choose another folder with --data-dir");
        }
    }

    private Finding Disk()
    {
        var free = new DriveInfo(paths.DataDir).AvailableFreeSpace;
        var text = $"{Figures.Bytes(free)} free";
        return free < Full ? new("Disk", FindingState.Bad, text, "Free some space: below it, events are refused to keep the databases whole.")
            : free < Tight ? new("Disk", FindingState.Look, text, "Remove old artifacts or backups, or move the data folder.")
            : new("Disk", FindingState.Good, text);
    }

    private IEnumerable<Finding> Databases(bool thorough)
    {
        foreach (var file in new[] { paths.AppDatabase, paths.EventDatabase, paths.QuartzDatabase }.Where(File.Exists))
            yield return DatabaseFacts.Read(file, thorough) switch
            {
                { Fault: { } fault } facts => new(facts.Name, FindingState.Bad, fault, "Stop the server and restore the last backup (reclab backup --help)."),
                { Journal: not "wal" } facts when facts.Name != Path.GetFileName(paths.QuartzDatabase) => new(facts.Name, FindingState.Look, $"journal mode is {facts.Journal}", "Start the server once; it switches to wal."),
                var facts => new(facts.Name, FindingState.Good, $"{(thorough ? "whole, " : "")}{Figures.Bytes(facts.Bytes)} and {Figures.Bytes(facts.LogBytes)} log, journal {facts.Journal}, SQLite {facts.Library}"),
            };
    }

    private static Finding Libtorch() => NeuralRuntime.Missing is { } reason
        ? new("libtorch", FindingState.Look, reason, "sudo apt-get install g++ cmake libtorch-dev libopenblas0-pthread, then ./reclab up (builds the shim)")
        : new("libtorch", FindingState.Good, $"libtorch {NeuralRuntime.Version}");

    private static Finding Devices() => NeuralRuntime.Missing is not null
        ? new("Devices", FindingState.Good, "cpu, for variants without libtorch")
        : new("Devices", FindingState.Good, string.Join(", ", NeuralRuntime.Devices));

    private static IEnumerable<Finding> Blas()
    {
        if (!OperatingSystem.IsLinux() || NeuralRuntime.Missing is not null) yield break;
        var link = new[] { "/etc/alternatives/libblas.so.3-x86_64-linux-gnu", "/etc/alternatives/libblas.so.3-aarch64-linux-gnu" }.FirstOrDefault(File.Exists);
        var target = link is null ? null : File.ResolveLinkTarget(link, returnFinalTarget: true)?.FullName;
        if (target is null) yield break;
        yield return target.Contains("openblas", StringComparison.Ordinal) || target.Contains("mkl", StringComparison.Ordinal)
            ? new("Matrix library", FindingState.Good, Path.GetFileName(Path.GetDirectoryName(target)!))
            : new("Matrix library", FindingState.Look, "the reference library, about five times slower", "sudo apt-get install libopenblas0-pthread");
    }

    private static Finding Browser() => Environment.GetEnvironmentVariable("RECLAB_CHROMIUM") is { Length: > 0 } given && File.Exists(given) ? new("Chromium", FindingState.Good, given)
        : OnPath("chromium") is { } found ? new("Chromium", FindingState.Good, found)
        : new("Chromium", FindingState.Look, "not found; only the page tests need it", "sudo apt-get install chromium");

    private static string? OnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Where(folder => folder.Length > 0).Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
}
