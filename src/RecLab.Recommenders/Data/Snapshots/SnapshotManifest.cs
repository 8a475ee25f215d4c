namespace RecLab.Recommenders.Data.Snapshots;

/// <summary>What a snapshot says of itself; <c>manifest.json</c>.</summary>
/// <param name="Format">Version of the layout of the folder.</param>
/// <param name="Hash">SHA-256 over the names and hashes of all files, lower-case hexadecimal: same content, same hash.</param>
public sealed record SnapshotManifest(int Format, string Hash, int Rows, int Users, int Items, int DescribedItems, int DescribedUsers, IReadOnlyList<SnapshotFile> Files)
{
    /// <summary>Time of the oldest and newest row; null without rows or times.</summary>
    public DateTimeOffset? First { get; init; }
    public DateTimeOffset? Last { get; init; }

    /// <summary>Where rows came about, by name; null where nothing is known of it.</summary>
    public IReadOnlyList<string>? Scenarios { get; init; }
}

/// <summary>One file of a snapshot.</summary>
/// <param name="Length">Bytes.</param>
/// <param name="Sha256">Lower-case hexadecimal.</param>
public sealed record SnapshotFile(string Name, long Length, string Sha256);

/// <summary>The snapshot is damaged, incomplete or of another version: one clear sentence.</summary>
public sealed class SnapshotException(string message, Exception? inner = null) : Exception(message, inner);
