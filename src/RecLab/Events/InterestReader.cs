using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace RecLab.Events;

/// <summary>Reads what one person has shown interest in since the models were trained. Asked for every list to somebody new, so it keeps its statements prepared.</summary>
public sealed class InterestReader(EventStore store) : IDisposable
{
    private const int WaitMs = 2_000;
    private readonly ConcurrentBag<Prepared> _free = [];

    /// <summary>The newest interests of a person and everything the person ever dismissed, oldest first.</summary>
    /// <param name="unit">The person.</param>
    /// <param name="simulated">Simulated or live, never both.</param>
    /// <param name="count">At most so many beside what was dismissed, the newest.</param>
    public IReadOnlyList<Interest> Of(string unit, bool simulated, int count)
    {
        var prepared = _free.TryTake(out var free) ? free : new(Patient(store.OpenReader()));
        List<Interest> interests = [];
        var find = prepared.Find.Set(1, unit).Set(2, simulated).Set(3, count);
        try
        {
            while (find.Step()) interests.Add(new(unit, simulated, find.Long(0), find.Text(1), find.Text(2)));
        }
        catch
        {
            prepared.Dispose();
            throw;
        }
        find.Reset();
        _free.Add(prepared);
        return interests;
    }

    /// <summary>A prepared statement does not try again by itself where the file is held for a moment, as it is while the first connection opens the write-ahead log and the last one closes it.</summary>
    private static SqliteConnection Patient(SqliteConnection connection)
    {
        _ = SQLitePCL.raw.sqlite3_busy_timeout(connection.Handle!, WaitMs);
        return connection;
    }

    public void Dispose()
    {
        while (_free.TryTake(out var prepared)) prepared.Dispose();
    }

    private sealed class Prepared(SqliteConnection connection) : IDisposable
    {
        public readonly Statement Find = new(connection, """
            SELECT at, item, type FROM (SELECT at, item, type FROM interest WHERE unit = ?1 AND simulated = ?2 ORDER BY at DESC, item DESC, type DESC LIMIT ?3)
            UNION SELECT at, item, type FROM interest WHERE unit = ?1 AND simulated = ?2 AND type = 'dismiss' ORDER BY at, item, type
            """);

        public void Dispose()
        {
            Find.Dispose();
            connection.Dispose();
        }
    }
}
