using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace RecLab.Events;

/// <summary>A prepared statement of the log's writer, used again and again. Parameters are numbered from 1. It talks to SQLite directly, because the writer runs
/// some hundred thousand of these a second and the provider's commands cost more than the work itself.</summary>
internal sealed class Statement : IDisposable
{
    private readonly sqlite3 _db;
    private readonly sqlite3_stmt _statement;

    public Statement(SqliteConnection connection, string sql)
    {
        _db = connection.Handle ?? throw new InvalidOperationException("The connection is closed.");
        Check(raw.sqlite3_prepare_v2(_db, sql, out _statement));
    }

    public Statement Set(int at, long value) { Check(raw.sqlite3_bind_int64(_statement, at, value)); return this; }
    public Statement Set(int at, bool value) => Set(at, value ? 1 : 0);
    public Statement Set(int at, double? value) { Check(value is { } v ? raw.sqlite3_bind_double(_statement, at, v) : raw.sqlite3_bind_null(_statement, at)); return this; }
    public Statement Set(int at, long? value) { Check(value is { } v ? raw.sqlite3_bind_int64(_statement, at, v) : raw.sqlite3_bind_null(_statement, at)); return this; }
    public Statement Set(int at, string? value) { Check(value is null ? raw.sqlite3_bind_null(_statement, at) : raw.sqlite3_bind_text16(_statement, at, value)); return this; }
    public Statement SetText(int at, ReadOnlySpan<byte> utf8) { Check(raw.sqlite3_bind_text(_statement, at, utf8)); return this; }
    public Statement Set(int at, ReadOnlySpan<byte> value) { Check(raw.sqlite3_bind_blob(_statement, at, value)); return this; }

    public Statement Set(int at, Guid value)
    {
        Span<byte> bytes = stackalloc byte[16];
        value.TryWriteBytes(bytes, bigEndian: true, out _);
        return Set(at, bytes);
    }

    /// <summary>Runs it to its end.</summary>
    /// <returns>How many rows it changed.</returns>
    public int Run()
    {
        try
        {
            while (Step()) { }
            return raw.sqlite3_changes(_db);
        }
        finally
        {
            Reset();
        }
    }

    /// <summary>Moves to the next row; false at the end. Call <see cref="Reset"/> when done.</summary>
    public bool Step()
    {
        var rc = raw.sqlite3_step(_statement);
        if (rc == raw.SQLITE_ROW) return true;
        if (rc == raw.SQLITE_DONE) return false;
        SqliteException.ThrowExceptionForRC(rc, _db);
        return false;
    }

    public void Reset() => _ = raw.sqlite3_reset(_statement); // repeats the error that Step has thrown already

    public long Long(int column) => raw.sqlite3_column_int64(_statement, column);
    public int Int(int column) => raw.sqlite3_column_int(_statement, column);
    public string Text(int column) => raw.sqlite3_column_text(_statement, column).utf8_to_string() ?? "";
    public bool IsNull(int column) => raw.sqlite3_column_type(_statement, column) == raw.SQLITE_NULL;
    public ReadOnlySpan<byte> Blob(int column) => raw.sqlite3_column_blob(_statement, column);

    public void Dispose() => _statement.Dispose();

    private void Check(int rc)
    {
        if (rc != raw.SQLITE_OK) SqliteException.ThrowExceptionForRC(rc, _db);
    }
}
