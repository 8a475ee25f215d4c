using RecLab.Events;
using RecLab.Serving;
using RecLab.Storage;

namespace RecLab.Operations;

/// <summary>Everything the operations page shows, read at one moment.</summary>
public sealed record OperationsState(
    IReadOnlyList<ReadyLine> Rooms, IReadOnlyList<Finding> Findings, IReadOnlyList<DatabaseFacts> Databases, IReadOnlyList<RouteLatency> Routes,
    IReadOnlyList<BackupReport> Backups, long DatasetBytes, long ArtifactBytes, long FreeBytes, int EventsWaiting, long RowsWritten, IReadOnlyList<ServedModel> Models)
{
    /// <summary>What needs somebody, the gravest first.</summary>
    public IReadOnlyList<Finding> Wanting { get; } =
    [
        .. Rooms.Where(r => r.Awaited is not null).Select(r => new Finding(r.Name, FindingState.Bad, $"not ready: {r.Awaited}")),
        .. Findings.Where(f => f.State != FindingState.Good).OrderByDescending(f => f.State),
    ];

    /// <summary>The page's sentence.</summary>
    public string Sentence => Wanting.Count(f => f.State == FindingState.Bad) switch
    {
        0 when Wanting.Count == 0 => "Everything works.",
        0 => "Everything works; " + (Wanting.Count == 1 ? "one thing deserves a look." : $"{Wanting.Count} things deserve a look."),
        1 => "One thing needs repair.",
        var n => $"{n} things need repair.",
    };
}

/// <summary>Reads the state of the whole installation.</summary>
public sealed class OperationsBoard(ReadinessBoard rooms, Doctor doctor, RequestMeter meter, Backup backup, HostPaths paths, EventLog log, ModelShelf shelf)
{
    public async Task<OperationsState> ReadAsync(CancellationToken cancellation = default)
    {
        var findings = doctor.ExamineAsync(thorough: false, cancellation);
        var databases = Task.Run(() => new[] { paths.AppDatabase, paths.EventDatabase, paths.QuartzDatabase }.Where(File.Exists).Select(file => DatabaseFacts.Read(file, check: false)).ToArray(), cancellation);
        return new(await rooms.AskAsync(cancellation), await findings, await databases, meter.Read(), await backup.ListAsync(cancellation: cancellation),
            Size(paths.Datasets), Size(paths.Artifacts), new DriveInfo(paths.DataDir).AvailableFreeSpace, log.Waiting, log.Rows, shelf.All);
    }

    private static long Size(string folder) => Directory.Exists(folder) ? new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Length) : 0;
}
