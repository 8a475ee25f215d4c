using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using RecLab.Events;
using RecLab.Storage;

namespace RecLab.Tests.Faults;

/// <summary>Looks into the event database of a data folder with SQL, from outside of the server that owns it.</summary>
internal sealed class EventBook(string dataDir)
{
    private readonly EventStore _store = new(new HostPaths(new ConfigurationBuilder().AddInMemoryCollection([new("RecLab:DataDir", dataDir)]).Build(), dataDir));

    /// <summary>The totals that do not follow from the log.</summary>
    public IReadOnlyList<FoldFault> Faults() => new FoldProof(_store).Check();

    /// <summary>The rows of a query, columns separated by a space.</summary>
    public string[] Rows(string sql)
    {
        using var connection = _store.OpenReader();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        List<string> rows = [];
        while (reader.Read()) rows.Add(string.Join(' ', Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? "-" : Convert.ToString(reader.GetValue(i), System.Globalization.CultureInfo.InvariantCulture))));
        return [.. rows];
    }

    /// <summary>Ids of a table, as the senders know them.</summary>
    public HashSet<Guid> Ids(string table) => [.. Rows($"SELECT lower(hex(id)) FROM {table}").Select(hex => Guid.ParseExact(hex, "N"))];

    /// <summary>Everything that results are read from.</summary>
    public string[] Totals() =>
    [
        .. Rows("SELECT 'unit', * FROM unit_day ORDER BY experiment, phase, simulated, arm, unit, day"), .. Rows("SELECT 'traffic', * FROM traffic ORDER BY simulated, hour, placement, variant"),
        .. Rows("SELECT 'interest', * FROM interest ORDER BY unit, simulated, at, item, type"), .. Rows("SELECT 'mark', hex(recommendation), hex(marks) FROM mark ORDER BY recommendation"),
        .. Rows("SELECT 'arm', * FROM arm ORDER BY experiment, phase, simulated, arm"),
    ];

    /// <summary>Holds the database for itself alone until disposed: nobody else can write.</summary>
    public IDisposable Lock()
    {
        var connection = _store.OpenWriter();
        using var command = connection.CreateCommand();
        command.CommandText = "BEGIN EXCLUSIVE";
        command.ExecuteNonQuery();
        return connection;
    }
}
