using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using RecLab.Events;
using RecLab.Storage;

namespace RecLab.Tests.Events;

/// <summary>An event database of its own with a writer on it, and SQL to look into it.</summary>
internal sealed class LogBook : IDisposable
{
    public static readonly byte[] Key = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];

    /// <summary>2026-03-01 12:00 UTC.</summary>
    public const long Noon = 1_772_366_400_000;

    private readonly string _folder = Directory.CreateTempSubdirectory("reclab-log-").FullName;

    public LogBook()
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection([new("RecLab:DataDir", _folder)]).Build();
        Store = new EventStore(new HostPaths(settings, _folder));
        Store.Create();
        Writer = new EventWriter(Store, Sealer, "EUR");
    }

    /// <summary>The data folder the database lies in.</summary>
    public string Folder => _folder;

    public IdSealer Sealer { get; } = new(Key);
    public EventStore Store { get; }
    public EventWriter Writer { get; private set; }

    /// <summary>Another writer on the same file, as after a restart.</summary>
    public void Restart()
    {
        Writer.Dispose();
        Writer = new EventWriter(Store, Sealer, "EUR");
    }

    public void Serve(params Exposure[] lists) => Writer.Write([.. lists.Select(l => new ExposureEntry(l))]);

    public EventReceipt Take(ReceivedEvent e) => TakeAll([e])[0];

    public EventReceipt[] TakeAll(IReadOnlyList<ReceivedEvent> events)
    {
        var entry = new EventsEntry(events);
        Writer.Write([entry]);
        return entry.Receipts;
    }

    /// <summary>What an experiment asks to be kept, in both readings.</summary>
    public bool Ask(int experiment, params UnitMeasure[] measures)
    {
        var entry = new AskedEntry(experiment, [.. new[] { false, true }.SelectMany(s => measures.Select(m => (s, m)))]);
        Writer.Write([entry]);
        return entry.Taken;
    }

    /// <summary>A list of items i1, i2, ... for a user, in experiment 1, phase 1.</summary>
    public static Exposure List(string unit = "u1", int arm = 0, int items = 3, long at = Noon, bool simulated = false, int experiment = 1) => new()
    {
        Id = Guid.CreateVersion7(), ServedAt = at, Placement = "home", Experiment = experiment, Phase = experiment == 0 ? 0 : 1, Arm = arm, Variant = arm + 1, Run = 1, Unit = unit, Session = "s1",
        Simulated = simulated, Items = [.. Enumerable.Range(1, items).Select(i => $"i{i}")], Propensities = [.. Enumerable.Repeat(0.98, items)], Reason = "assigned",
        Head = items / 2, Variety = items < 2 ? null : 100 * items,
    };

    /// <summary>Something that happened five seconds after the list was served.</summary>
    public ReceivedEvent Event(string type, Exposure? list, string? item = "i1", Guid? id = null, long after = 5_000, string? unit = null, double? value = null, EventFlags flags = EventFlags.None)
    {
        var at = (list?.ServedAt ?? Noon) + after;
        return new()
        {
            Id = id ?? Guid.CreateVersion7(), Type = type, Recommendation = list is null ? null : Sealer.Seal(list).ToString(), Item = item,
            Unit = unit ?? list?.Unit, OccurredAt = at, ReceivedAt = at + 100, Value = value, Simulated = list?.Simulated ?? false, Flags = flags,
        };
    }

    /// <summary>The rows of a query, one line each, columns separated by a space.</summary>
    public string[] Rows(string sql)
    {
        using var connection = Store.OpenReader();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        List<string> rows = [];
        while (reader.Read()) rows.Add(string.Join(' ', Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? "-" : Convert.ToString(reader.GetValue(i), System.Globalization.CultureInfo.InvariantCulture))));
        return [.. rows];
    }

    /// <summary>Everything that results are read from.</summary>
    public string[] Totals() =>
    [
        .. Rows("SELECT 'unit', * FROM unit_day ORDER BY experiment, phase, simulated, arm, unit, day"),
        .. Rows("SELECT 'own', * FROM own_day ORDER BY experiment, phase, simulated, name, arm, unit, day"),
        .. Rows("SELECT 'traffic', * FROM traffic ORDER BY simulated, hour, placement, variant"),
        .. Rows("SELECT 'interest', * FROM interest ORDER BY unit, simulated, at, item, type"),
        .. Rows("SELECT 'mark', hex(recommendation), hex(marks) FROM mark ORDER BY recommendation"),
        .. Rows("SELECT 'arm_day', * FROM arm_day ORDER BY experiment, phase, simulated, arm, day"),
        .. Rows("SELECT 'moment', * FROM moment ORDER BY experiment, phase, simulated, arm, day, measure"),
        .. Rows("SELECT 'age', * FROM age ORDER BY experiment, phase, simulated, arm, age, measure"),
        .. Rows("SELECT 'member', * FROM member ORDER BY simulated, unit, experiment, phase, arm"),
        .. Rows("SELECT 'pair', * FROM pair ORDER BY experiment, phase, simulated, other, other_phase, arm, other_arm, measure"),
        .. Rows("SELECT 'shown', * FROM shown ORDER BY experiment, phase, simulated, arm, item"),
        .. Rows("SELECT 'crossed', * FROM crossed ORDER BY experiment, phase, simulated"),
        .. Rows("SELECT 'spot', * FROM spot ORDER BY experiment, phase, simulated, arm, position"),
        .. Rows("SELECT 'arm', * FROM arm ORDER BY experiment, phase, simulated, arm"),
    ];

    public void Execute(string sql)
    {
        using var connection = Store.OpenWriter();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public void Dispose()
    {
        Writer.Dispose();
        using (var connection = Store.OpenReader()) SqliteConnection.ClearPool(connection);
        Directory.Delete(_folder, recursive: true);
    }
}
