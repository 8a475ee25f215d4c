namespace RecLab.Storage;

/// <summary>Where things are: the content root (appsettings.json, wwwroot) and the data folder (databases, data sets, artifacts).</summary>
public sealed class HostPaths
{
    /// <param name="configuration">Reads <c>RecLab:DataDir</c>, relative to the content root; default <c>data</c>.</param>
    /// <param name="contentRoot">The folder that holds appsettings.json.</param>
    public HostPaths(IConfiguration configuration, string contentRoot)
    {
        DataDir = Path.GetFullPath(configuration["RecLab:DataDir"] ?? "data", contentRoot);
        PrivateFolder(DataDir);
    }

    /// <summary>Makes a folder that this account alone can look into; one that exists stays as it is.</summary>
    public static DirectoryInfo PrivateFolder(string path) => OperatingSystem.IsWindows() ? Directory.CreateDirectory(path)
        : Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

    /// <summary>Absolute path of the data folder; created when missing.</summary>
    public string DataDir { get; }

    /// <summary>The application database: people, data sets, variants, runs, experiments.</summary>
    public string AppDatabase => Path.Combine(DataDir, "reclab.db");

    /// <summary>The event database: exposures, events and the totals folded from them.</summary>
    public string EventDatabase => Path.Combine(DataDir, "events.db");

    /// <summary>Quartz keeps its tables apart from the application's.</summary>
    public string QuartzDatabase => Path.Combine(DataDir, "quartz.db");

    /// <summary>One folder per imported data set.</summary>
    public string Datasets => Path.Combine(DataDir, "datasets");

    /// <summary>One folder per training run: artifact, card, checkpoint.</summary>
    public string Artifacts => Path.Combine(DataDir, "artifacts");

    /// <summary>Keys that protect cookies and forms; sign-in survives a restart because they do. Readable by this account only.</summary>
    public string Keys => Path.Combine(DataDir, "keys");

    /// <summary>The nearest folder that is a content root: the application folder once published, else the checkout that contains RecLab.sln.</summary>
    public static string ContentRoot(string start)
    {
        if (File.Exists(Path.Combine(start, "appsettings.json"))) return start;
        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "RecLab.sln"))) return folder.FullName;
        return Directory.GetCurrentDirectory();
    }
}
