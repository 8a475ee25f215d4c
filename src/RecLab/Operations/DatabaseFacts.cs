using Microsoft.Data.Sqlite;

namespace RecLab.Operations;

/// <summary>What a database file says about itself.</summary>
/// <param name="Name">File name.</param>
/// <param name="Bytes">Size of the file.</param>
/// <param name="LogBytes">Size of the write-ahead log beside it.</param>
/// <param name="Journal">"wal", "delete".</param>
/// <param name="Synchronous">What a new connection gets: 2 (FULL) flushes at every commit.</param>
/// <param name="Library">SQLite's version.</param>
/// <param name="Fault">Null when it answers and, where it was checked, is whole.</param>
public sealed record DatabaseFacts(string Name, long Bytes, long LogBytes, string Journal, int Synchronous, string Library, string? Fault)
{
    /// <summary>The level in SQLite's word.</summary>
    public string SynchronousWord => Synchronous switch { 0 => "off", 1 => "normal", 2 => "full", _ => "extra" };

    /// <summary>Reads a file without changing it. Damage is a finding, not an exception.</summary>
    /// <param name="file">The database.</param>
    /// <param name="check">Walk all its pages too, which takes a second for each few hundred megabytes.</param>
    public static DatabaseFacts Read(string file, bool check)
    {
        var (name, bytes, log) = (Path.GetFileName(file), Length(file), Length(file + "-wal"));
        try
        {
            using var db = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadWrite, Pooling = false, DefaultTimeout = 10 }.ToString());
            db.Open();
            var found = check ? Ask("PRAGMA quick_check(1);") as string : "ok";
            return new(name, bytes, log, Ask("PRAGMA journal_mode;") as string ?? "", Convert.ToInt32(Ask("PRAGMA synchronous;"), System.Globalization.CultureInfo.InvariantCulture),
                Ask("SELECT sqlite_version();") as string ?? "", found == "ok" ? null : $"damaged: {found}");

            object? Ask(string sql)
            {
                using var command = db.CreateCommand();
                command.CommandText = sql;
                return command.ExecuteScalar();
            }
        }
        catch (SqliteException e)
        {
            return new(name, bytes, log, "", 0, "", $"cannot be read: {e.Message}");
        }
    }

    private static long Length(string file) => new FileInfo(file) is { Exists: true } info ? info.Length : 0;
}
