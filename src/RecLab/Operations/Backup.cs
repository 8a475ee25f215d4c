using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using RecLab.Controls;
using RecLab.Storage;

namespace RecLab.Operations;

/// <summary>Copies everything that cannot be made again, while the server works: the databases by SQLite's online backup (each copy is one consistent moment),
/// then data sets and artifacts, which never change once written. Keys that protect cookies stay out, so a restored server asks everybody to sign in again.
/// To restore: stop the server and put the files in its data folder.</summary>
public sealed class Backup(HostPaths paths, TimeProvider clock)
{
    private const string Unfinished = ".unfinished";
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Where backups go when nobody says otherwise.</summary>
    public string Home => Path.Combine(paths.DataDir, "backups");

    /// <summary>Takes a backup into a new folder named by the time.</summary>
    /// <param name="home">The folder it is made in; <see cref="Home"/> when null.</param>
    /// <param name="progress">What is copied, and how far, 0..1.</param>
    /// <param name="cancellation">Stops it; the half-written folder is removed.</param>
    /// <exception cref="Refusal">The disk has no room for it, or a copy is damaged.</exception>
    public async Task<BackupReport> TakeAsync(string? home = null, IProgress<(string What, double Fraction)>? progress = null, CancellationToken cancellation = default)
    {
        home = Path.GetFullPath(home ?? Home);
        HostPaths.PrivateFolder(home);
        var takenAt = clock.GetUtcNow();
        var final = Path.Combine(home, takenAt.UtcDateTime.ToString("yyyyMMdd'T'HHmmssfff'Z'", CultureInfo.InvariantCulture));
        var folder = HostPaths.PrivateFolder(final + Unfinished).FullName;
        try
        {
            var databases = new[] { paths.AppDatabase, paths.EventDatabase, paths.QuartzDatabase }.Where(File.Exists).ToArray();
            var kept = new[] { paths.Datasets, paths.Artifacts }.Where(Directory.Exists).SelectMany(d => Directory.GetFiles(d, "*", SearchOption.AllDirectories)).ToArray();
            var total = Math.Max(1, databases.Concat(kept).Sum(Length));
            Room(home, total);
            var (done, files, rows) = (0L, new List<BackupFile>(), new Dictionary<string, long>());
            foreach (var source in databases)
            {
                var name = Path.GetFileName(source);
                progress?.Report(($"copy {name}", (double)done / total));
                var copy = Path.Combine(folder, name);
                await Task.Run(() => Copy(source, copy), cancellation);
                foreach (var (table, count) in Check(copy)) rows[$"{name}/{table}"] = count;
                files.Add(await Describe(folder, copy, cancellation));
                done += Length(source);
            }
            foreach (var source in kept)
            {
                cancellation.ThrowIfCancellationRequested();
                var name = Path.GetRelativePath(paths.DataDir, source);
                progress?.Report(($"copy {name}", (double)done / total));
                var copy = Path.Combine(folder, name);
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                try { File.Copy(source, copy); }
                catch (FileNotFoundException) { continue; } // a checkpoint that its run has just replaced
                files.Add(await Describe(folder, copy, cancellation));
                done += Length(copy);
            }
            var report = new BackupReport(final, takenAt, files, rows);
            await File.WriteAllTextAsync(Path.Combine(folder, "manifest.json"), JsonSerializer.Serialize(report, Json), cancellation);
            Directory.Move(folder, final);
            progress?.Report(("done", 1));
            return report;
        }
        catch
        {
            SqliteConnection.ClearAllPools();
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    /// <summary>Finished backups in a folder, newest first.</summary>
    public async Task<IReadOnlyList<BackupReport>> ListAsync(string? home = null, CancellationToken cancellation = default)
    {
        home ??= Home;
        if (!Directory.Exists(home)) return [];
        var found = new List<BackupReport>();
        foreach (var folder in Directory.GetDirectories(home).Where(f => !f.EndsWith(Unfinished, StringComparison.Ordinal)).OrderDescending())
        {
            var manifest = Path.Combine(folder, "manifest.json");
            if (!File.Exists(manifest)) continue;
            await using var stream = File.OpenRead(manifest);
            if (await JsonSerializer.DeserializeAsync<BackupReport>(stream, Json, cancellation) is { } report) found.Add(report with { Folder = folder });
        }
        return found;
    }

    private static void Copy(string source, string copy)
    {
        using var from = Open(source, SqliteOpenMode.ReadWrite);
        using var to = Open(copy, SqliteOpenMode.ReadWriteCreate);
        from.BackupDatabase(to);
        using var command = to.CreateCommand();
        command.CommandText = "PRAGMA journal_mode=DELETE;"; // the copy is one file, without a log beside it
        command.ExecuteNonQuery();
    }

    private static Dictionary<string, long> Check(string copy)
    {
        using var db = Open(copy, SqliteOpenMode.ReadOnly);
        using var command = db.CreateCommand();
        command.CommandText = "PRAGMA integrity_check(1);";
        if (command.ExecuteScalar() is not "ok") throw new Refusal($"The copy of {Path.GetFileName(copy)} is damaged; the backup was thrown away. Run 'reclab doctor'.");
        command.CommandText = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name;";
        var tables = new List<string>();
        using (var reader = command.ExecuteReader()) while (reader.Read()) tables.Add(reader.GetString(0));
        return tables.ToDictionary(t => t, t =>
        {
            command.CommandText = $"SELECT count(*) FROM \"{t.Replace("\"", "\"\"", StringComparison.Ordinal)}\";";
            return (long)command.ExecuteScalar()!;
        });
    }

    private static SqliteConnection Open(string file, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Mode = mode, Pooling = false, DefaultTimeout = 30 }.ToString());
        connection.Open();
        return connection;
    }

    private static async Task<BackupFile> Describe(string folder, string copy, CancellationToken cancellation)
    {
        await using var stream = File.OpenRead(copy);
        var hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellation));
        return new(Path.GetRelativePath(folder, copy).Replace(Path.DirectorySeparatorChar, '/'), stream.Length, hash);
    }

    private static void Room(string home, long needed)
    {
        var free = new DriveInfo(home).AvailableFreeSpace;
        if (free < needed + (64 << 20)) throw new Refusal($"The backup needs {Figures.Bytes(needed)} and {home} has {Figures.Bytes(free)} free.");
    }

    private static long Length(string file) => new FileInfo(file) is { Exists: true } info ? info.Length : 0;
}
