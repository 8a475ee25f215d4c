namespace RecLab.Operations;

/// <summary>A file of a backup: path below it, bytes, SHA-256.</summary>
public sealed record BackupFile(string Path, long Bytes, string Sha256);

/// <summary>What a backup holds; written beside the files as manifest.json.</summary>
/// <param name="Folder">Where it lies.</param>
/// <param name="TakenAt">When the databases were copied.</param>
/// <param name="Files">Databases first, then data sets and artifacts.</param>
/// <param name="Rows">Rows per table of the copied databases: "reclab.db/experiments" -> 3; a restore can be checked against it.</param>
public sealed record BackupReport(string Folder, DateTimeOffset TakenAt, IReadOnlyList<BackupFile> Files, IReadOnlyDictionary<string, long> Rows)
{
    public long Bytes => Files.Sum(f => f.Bytes);
}
