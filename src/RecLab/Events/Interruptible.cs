using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace RecLab.Events;

/// <summary>Queries that read much and end when nobody waits for them any more.</summary>
internal static class Interruptible
{
    /// <summary>Steps of SQLite's machine between two looks at the cancellation: well under a millisecond.</summary>
    private const int Steps = 20_000;

    /// <summary>Reads, and stops in the midst of a query when cancelled. The cancellation is looked at from within the query, so that one which comes before its first row is not lost.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static T Read<T>(SqliteConnection connection, CancellationToken cancellation, Func<T> read)
    {
        cancellation.ThrowIfCancellationRequested();
        var handle = connection.Handle ?? throw new InvalidOperationException("The connection is closed.");
        raw.sqlite3_progress_handler(handle, Steps, _ => cancellation.IsCancellationRequested ? 1 : 0, null);
        try
        {
            return read();
        }
        catch (SqliteException fault) when (fault.SqliteErrorCode == raw.SQLITE_INTERRUPT && cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException("Nobody waits for this any more.", fault, cancellation);
        }
        finally
        {
            raw.sqlite3_progress_handler(handle, 0, null, null); // the connection goes back to its pool
        }
    }
}
