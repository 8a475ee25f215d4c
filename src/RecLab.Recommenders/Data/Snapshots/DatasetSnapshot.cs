using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace RecLab.Recommenders.Data.Snapshots;

/// <summary>An immutable data set on disk: a folder of raw little-endian columns, the two vocabularies, descriptions of items and users as JSON
/// lines, and a manifest with counts and a content hash that runs name. Written beside, synced and renamed, so that it is there whole or not at all.</summary>
public sealed class DatasetSnapshot
{
    private const int Format = 1;
    private const string ManifestName = "manifest.json";
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true, MaxDepth = 8 };

    private DatasetSnapshot(string folder, SnapshotManifest manifest) { Folder = folder; Manifest = manifest; }

    public string Folder { get; }
    public SnapshotManifest Manifest { get; }

    /// <summary>The content hash.</summary>
    public string Hash => Manifest.Hash;

    /// <summary>Writes a snapshot.</summary>
    /// <param name="folder">Must not exist yet; its parent is created where needed.</param>
    /// <exception cref="SnapshotException">The folder exists already.</exception>
    public static DatasetSnapshot Write(string folder, Interactions data)
    {
        folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        if (Directory.Exists(folder) || File.Exists(folder)) throw new SnapshotException($"There is already something at '{Path.GetFileName(folder)}'; a snapshot is never overwritten.");
        var parent = Path.GetDirectoryName(folder)!;
        Directory.CreateDirectory(parent);
        var beside = Path.Combine(parent, $".{Path.GetFileName(folder)}.{Guid.NewGuid():N}");
        Directory.CreateDirectory(beside);
        try
        {
            var files = SnapshotColumns.Of(data).Select(column => Put(beside, column, data)).ToArray();
            var timed = data.Count > 0 && data.Time[^1] != 0;
            var manifest = new SnapshotManifest(Format, HashOf(files), data.Count, data.Users.Count, data.Items.Count, data.Catalogue.Count, data.Audience.Count, files)
            {
                First = timed ? DateTimeOffset.FromUnixTimeSeconds(data.Time[0]) : null,
                Scenarios = data.Scenarios?.Names.Ids,
                Last = timed ? DateTimeOffset.FromUnixTimeSeconds(data.Time[^1]) : null,
            };
            using (var stream = Create(beside, ManifestName))
            {
                JsonSerializer.Serialize(stream, manifest, Json);
                stream.Flush(flushToDisk: true);
            }
            Directory.Move(beside, folder);
            DirectorySync.Flush(parent);
            return new(folder, manifest);
        }
        catch
        {
            if (Directory.Exists(beside)) Directory.Delete(beside, recursive: true);
            throw;
        }
    }

    /// <summary>Opens a snapshot and checks that every file is there in full length; <see cref="Load"/> checks the content.</summary>
    /// <exception cref="SnapshotException">It is missing, damaged or of another version.</exception>
    public static DatasetSnapshot Open(string folder)
    {
        folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        var name = Path.GetFileName(folder);
        var path = Path.Combine(folder, ManifestName);
        if (!File.Exists(path)) throw new SnapshotException($"There is no snapshot at '{name}'.");
        SnapshotManifest? manifest;
        try
        {
            manifest = JsonSerializer.Deserialize<SnapshotManifest>(File.ReadAllBytes(path), Json);
        }
        catch (JsonException e)
        {
            throw new SnapshotException($"The manifest of the snapshot '{name}' is damaged.", e);
        }
        if (manifest?.Files is null || manifest.Format != Format) throw new SnapshotException($"The snapshot '{name}' has format {manifest?.Format}, this program reads format {Format}.");
        if (!manifest.Files.Select(f => f.Name).SequenceEqual(SnapshotColumns.Of(manifest.Files).Select(c => c.Name))) throw new SnapshotException($"The manifest of the snapshot '{name}' does not list the files a snapshot has.");
        if (HashOf(manifest.Files) != manifest.Hash) throw new SnapshotException($"The manifest of the snapshot '{name}' contradicts its own hash.");
        foreach (var file in manifest.Files)
        {
            var info = new FileInfo(Path.Combine(folder, file.Name));
            if (!info.Exists || info.Length != file.Length) throw new SnapshotException($"The file {file.Name} of the snapshot '{name}' is {(info.Exists ? $"{info.Length} bytes long instead of {file.Length}" : "missing")}.");
        }
        return new(folder, manifest);
    }

    /// <summary>Reads the data and checks every byte against the manifest.</summary>
    /// <exception cref="SnapshotException">A file was changed.</exception>
    public Interactions Load()
    {
        var contents = Manifest.Files.ToDictionary(f => f.Name, Checked, StringComparer.Ordinal);
        try
        {
            return SnapshotColumns.Read(contents, Manifest);
        }
        catch (Exception e) when (e is ArgumentException or JsonException or InvalidDataException or OverflowException)
        {
            throw new SnapshotException($"The snapshot '{Path.GetFileName(Folder)}' contradicts itself: {e.Message}", e);
        }
    }

    private byte[] Checked(SnapshotFile file)
    {
        var bytes = File.ReadAllBytes(Path.Combine(Folder, file.Name));
        if (Hex(SHA256.HashData(bytes)) != file.Sha256) throw new SnapshotException($"The file {file.Name} of the snapshot '{Path.GetFileName(Folder)}' was changed after it was written.");
        return bytes;
    }

    private static SnapshotFile Put(string folder, SnapshotColumn column, Interactions data)
    {
        using var stream = Create(folder, column.Name);
        using var hash = SHA256.Create();
        using (var both = new CryptoStream(stream, hash, CryptoStreamMode.Write, leaveOpen: true)) column.Write(data, both);
        stream.Flush(flushToDisk: true);
        return new(column.Name, stream.Length, Hex(hash.Hash!));
    }

    private static FileStream Create(string folder, string name) => new(Path.Combine(folder, name), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16);

    private static string HashOf(IEnumerable<SnapshotFile> files) =>
        Hex(SHA256.HashData(Encoding.UTF8.GetBytes($"reclab snapshot {Format}\n" + string.Concat(files.Select(f => $"{f.Name} {f.Length} {f.Sha256}\n")))));

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}

/// <summary>Makes a rename last: on Unix the folder that holds the name is synced too; Windows writes it through.</summary>
public static partial class DirectorySync
{
    public static void Flush(string folder)
    {
        if (OperatingSystem.IsWindows()) return;
        var handle = open(folder, 0);
        if (handle < 0) throw new IOException($"The folder '{folder}' cannot be opened for syncing (error {Marshal.GetLastPInvokeError()}).");
        try
        {
            if (fsync(handle) != 0) throw new IOException($"The folder '{folder}' cannot be synced (error {Marshal.GetLastPInvokeError()}).");
        }
        finally
        {
            _ = close(handle);
        }
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(int handle);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int handle);
}
