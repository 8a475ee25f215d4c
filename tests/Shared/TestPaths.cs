namespace RecLab.Testing;

/// <summary>Where reference numbers and data sets lie: beside the checkout in <c>../shared</c>, or where RECLAB_SHARED points. Tests that need them skip with the reason when they are absent.</summary>
internal static class TestPaths
{
    public static string? Shared { get; } = Find();

    public static string? Reference(string relative) => Under("reference", relative);
    public static string? Dataset(string relative) => Under("datasets", relative);

    private static string? Under(string folder, string relative)
    {
        if (Shared is null) return null;
        var path = Path.Combine(Shared, folder, relative);
        return File.Exists(path) || Directory.Exists(path) ? path : null;
    }

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("RECLAB_SHARED") is { Length: > 0 } given) return Directory.Exists(given) ? given : null;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "RecLab.sln")))
            {
                var shared = Path.Combine(folder.FullName, "..", "shared");
                return Directory.Exists(shared) ? Path.GetFullPath(shared) : null;
            }
        return null;
    }
}
