using Microsoft.Data.Sqlite;
using RecLab.Storage;

namespace RecLab.Events;

/// <summary>The event database: where it lies, what its tables are, and connections to it. One writer (<see cref="EventLog"/>), any number of readers.</summary>
public sealed class EventStore(HostPaths paths)
{
    /// <summary>Log (recommendation, event, trait, asked, quarantine), its folds (mark, unit_day, own_day, arm, arm_day, moment, age, member, pair, shown,
    /// crossed, spot, credit, team_day, standing, traffic, interest), and counters of what went by (tally). Lists outside experiments have an index by placement and time, because caps are taken
    /// from the users of the last days of one placement; their ids say when they were recorded, not when they were shown (hosts give their own ids, simulated visitors live in a time of their own). Lists of experiments have one by phase that holds all that the
    /// health of a phase is told from, so that its newest lists are found whatever else is served; those that could not be interleaved have one by placement.</summary>
    private const string Schema = """
        CREATE TABLE IF NOT EXISTS recommendation (
          id BLOB PRIMARY KEY, served_at INTEGER NOT NULL, placement TEXT NOT NULL, experiment INTEGER NOT NULL, phase INTEGER NOT NULL, arm INTEGER NOT NULL,
          variant INTEGER NOT NULL, run INTEGER NOT NULL, unit TEXT NOT NULL, session TEXT NOT NULL, simulated INTEGER NOT NULL,
          items TEXT NOT NULL, propensities TEXT NOT NULL, fallback TEXT, reason TEXT NOT NULL, host_decides INTEGER NOT NULL, head INTEGER, variety INTEGER, teams TEXT, assigned_with REAL) WITHOUT ROWID;
        CREATE INDEX IF NOT EXISTS recommendation_outside ON recommendation (placement, simulated, served_at, unit) WHERE experiment = 0 AND unit <> '';
        CREATE INDEX IF NOT EXISTS recommendation_phase ON recommendation (experiment, phase, simulated, id, served_at, fallback) WHERE experiment <> 0;
        CREATE INDEX IF NOT EXISTS recommendation_missing ON recommendation (placement, simulated, id) WHERE reason = 'team-missing';
        CREATE TABLE IF NOT EXISTS event (
          id BLOB PRIMARY KEY, type TEXT NOT NULL, recommendation BLOB, item TEXT, position INTEGER, unit TEXT NOT NULL, session TEXT NOT NULL,
          occurred_at INTEGER NOT NULL, received_at INTEGER NOT NULL, value REAL, currency TEXT, properties TEXT, simulated INTEGER NOT NULL,
          experiment INTEGER NOT NULL, phase INTEGER NOT NULL, arm INTEGER NOT NULL, flags INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS quarantine (
          id BLOB PRIMARY KEY, reason TEXT NOT NULL, type TEXT NOT NULL, recommendation TEXT, item TEXT, unit TEXT NOT NULL, received_at INTEGER NOT NULL, simulated INTEGER NOT NULL);
        CREATE TABLE IF NOT EXISTS trait (
          experiment INTEGER NOT NULL, phase INTEGER NOT NULL, simulated INTEGER NOT NULL, name TEXT NOT NULL, unit TEXT NOT NULL, value TEXT NOT NULL, at INTEGER NOT NULL,
          PRIMARY KEY (experiment, phase, simulated, name, unit)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS asked (
          experiment INTEGER NOT NULL, simulated INTEGER NOT NULL, measure INTEGER NOT NULL, base INTEGER NOT NULL, name TEXT NOT NULL, cap INTEGER,
          PRIMARY KEY (experiment, simulated, measure)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS mark (recommendation BLOB PRIMARY KEY, marks BLOB NOT NULL) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS unit_day (
          experiment INTEGER NOT NULL, phase INTEGER NOT NULL, simulated INTEGER NOT NULL, arm INTEGER NOT NULL, unit TEXT NOT NULL, day INTEGER NOT NULL,
          lists INTEGER NOT NULL, served INTEGER NOT NULL, rendered INTEGER NOT NULL, viewable INTEGER NOT NULL, clicked INTEGER NOT NULL,
          carts INTEGER NOT NULL, purchases INTEGER NOT NULL, revenue INTEGER NOT NULL, seen INTEGER NOT NULL, reciprocal INTEGER NOT NULL, gain INTEGER NOT NULL,
          known INTEGER NOT NULL, head INTEGER NOT NULL, varied INTEGER NOT NULL, variety INTEGER NOT NULL, ratings INTEGER NOT NULL, stars INTEGER NOT NULL, own INTEGER NOT NULL,
          first_at INTEGER, last_at INTEGER, first_click_at INTEGER,
          PRIMARY KEY (experiment, phase, simulated, arm, unit, day)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS own_day (
          experiment INTEGER NOT NULL, phase INTEGER NOT NULL, simulated INTEGER NOT NULL, name TEXT NOT NULL, arm INTEGER NOT NULL, unit TEXT NOT NULL, day INTEGER NOT NULL,
          count INTEGER NOT NULL, valued INTEGER NOT NULL, value INTEGER NOT NULL,
          PRIMARY KEY (experiment, phase, simulated, name, arm, unit, day)) WITHOUT ROWID;
        CREATE INDEX IF NOT EXISTS unit_day_busy ON unit_day (experiment, phase, simulated, unit) WHERE lists > 2000 OR clicked > 500;
        CREATE TABLE IF NOT EXISTS arm (
          experiment INTEGER NOT NULL, phase INTEGER NOT NULL, simulated INTEGER NOT NULL, arm INTEGER NOT NULL, first_day INTEGER NOT NULL, last_day INTEGER NOT NULL,
          PRIMARY KEY (experiment, phase, simulated, arm)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS arm_day (
          experiment INTEGER NOT NULL, phase INTEGER NOT NULL, simulated INTEGER NOT NULL, arm INTEGER NOT NULL, day INTEGER NOT NULL,
          lists INTEGER NOT NULL, served INTEGER NOT NULL, rendered INTEGER NOT NULL, viewable INTEGER NOT NULL, clicked INTEGER NOT NULL,
          carts INTEGER NOT NULL, purchases INTEGER NOT NULL, revenue INTEGER NOT NULL, seen INTEGER NOT NULL, reciprocal INTEGER NOT NULL, gain INTEGER NOT NULL,
          known INTEGER NOT NULL, head INTEGER NOT NULL, varied INTEGER NOT NULL, variety INTEGER NOT NULL, ratings INTEGER NOT NULL, stars INTEGER NOT NULL, own INTEGER NOT NULL,
          PRIMARY KEY (experiment, phase, simulated, arm, day)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS moment (
          experiment INTEGER NOT NULL, phase INTEGER NOT NULL, simulated INTEGER NOT NULL, arm INTEGER NOT NULL, day INTEGER NOT NULL, measure INTEGER NOT NULL, units INTEGER NOT NULL,
          y REAL NOT NULL, d REAL NOT NULL, x REAL NOT NULL, e REAL NOT NULL, yy REAL NOT NULL, yd REAL NOT NULL, yx REAL NOT NULL, ye REAL NOT NULL,
          dd REAL NOT NULL, dx REAL NOT NULL, de REAL NOT NULL, xx REAL NOT NULL, xe REAL NOT NULL, ee REAL NOT NULL,
          yy_high REAL NOT NULL, yd_high REAL NOT NULL, yx_high REAL NOT NULL, ye_high REAL NOT NULL, dd_high REAL NOT NULL, dx_high REAL NOT NULL, de_high REAL NOT NULL, xx_high REAL NOT NULL, xe_high REAL NOT NULL, ee_high REAL NOT NULL,
          PRIMARY KEY (experiment, phase, simulated, arm, day, measure)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS age (
          experiment INTEGER NOT NULL, phase INTEGER NOT NULL, simulated INTEGER NOT NULL, arm INTEGER NOT NULL, age INTEGER NOT NULL, measure INTEGER NOT NULL, units INTEGER NOT NULL,
          y REAL NOT NULL, d REAL NOT NULL, yy REAL NOT NULL, yd REAL NOT NULL, dd REAL NOT NULL, yy_high REAL NOT NULL, yd_high REAL NOT NULL, dd_high REAL NOT NULL,
          PRIMARY KEY (experiment, phase, simulated, arm, age, measure)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS member (
          simulated INTEGER NOT NULL, unit TEXT NOT NULL, experiment INTEGER NOT NULL, phase INTEGER NOT NULL, arm INTEGER NOT NULL,
          PRIMARY KEY (simulated, unit, experiment, phase, arm)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS pair (
          experiment INTEGER NOT NULL, phase INTEGER NOT NULL, simulated INTEGER NOT NULL, other INTEGER NOT NULL, other_phase INTEGER NOT NULL, arm INTEGER NOT NULL, other_arm INTEGER NOT NULL,
          measure INTEGER NOT NULL, units INTEGER NOT NULL, y REAL NOT NULL, d REAL NOT NULL, yy REAL NOT NULL, yd REAL NOT NULL, dd REAL NOT NULL, yy_high REAL NOT NULL, yd_high REAL NOT NULL, dd_high REAL NOT NULL,
          PRIMARY KEY (experiment, phase, simulated, other, other_phase, arm, other_arm, measure)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS shown (
          experiment INTEGER NOT NULL, phase INTEGER NOT NULL, simulated INTEGER NOT NULL, arm INTEGER NOT NULL, item TEXT NOT NULL, groups INTEGER NOT NULL,
          PRIMARY KEY (experiment, phase, simulated, arm, item)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS crossed (
          experiment INTEGER NOT NULL, phase INTEGER NOT NULL, simulated INTEGER NOT NULL, users INTEGER NOT NULL,
          PRIMARY KEY (experiment, phase, simulated)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS spot (
          experiment INTEGER NOT NULL, phase INTEGER NOT NULL, simulated INTEGER NOT NULL, arm INTEGER NOT NULL, position INTEGER NOT NULL,
          rendered INTEGER NOT NULL, viewable INTEGER NOT NULL, clicked INTEGER NOT NULL,
          PRIMARY KEY (experiment, phase, simulated, arm, position)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS credit (
          experiment INTEGER NOT NULL, phase INTEGER NOT NULL, simulated INTEGER NOT NULL, unit TEXT NOT NULL, day INTEGER NOT NULL, team INTEGER NOT NULL,
          firsts INTEGER NOT NULL, shown INTEGER NOT NULL, viewable INTEGER NOT NULL, clicked INTEGER NOT NULL,
          PRIMARY KEY (experiment, phase, simulated, unit, day, team)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS team_day (
          experiment INTEGER NOT NULL, phase INTEGER NOT NULL, simulated INTEGER NOT NULL, team INTEGER NOT NULL, day INTEGER NOT NULL,
          firsts INTEGER NOT NULL, shown INTEGER NOT NULL, viewable INTEGER NOT NULL, clicked INTEGER NOT NULL, wins INTEGER NOT NULL, losses INTEGER NOT NULL, ties INTEGER NOT NULL,
          PRIMARY KEY (experiment, phase, simulated, team, day)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS standing (
          experiment INTEGER NOT NULL, phase INTEGER NOT NULL, simulated INTEGER NOT NULL, team INTEGER NOT NULL, day INTEGER NOT NULL, mine INTEGER NOT NULL, theirs INTEGER NOT NULL, users INTEGER NOT NULL,
          PRIMARY KEY (experiment, phase, simulated, team, day, mine, theirs)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS traffic (
          hour INTEGER NOT NULL, placement TEXT NOT NULL, variant INTEGER NOT NULL, simulated INTEGER NOT NULL,
          lists INTEGER NOT NULL, served INTEGER NOT NULL, rendered INTEGER NOT NULL, viewable INTEGER NOT NULL, clicked INTEGER NOT NULL,
          PRIMARY KEY (simulated, hour, placement, variant)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS interest (
          unit TEXT NOT NULL, simulated INTEGER NOT NULL, at INTEGER NOT NULL, item TEXT NOT NULL, type TEXT NOT NULL,
          PRIMARY KEY (unit, simulated, at, item, type)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS tally (
          day INTEGER NOT NULL, kind TEXT NOT NULL, placement TEXT NOT NULL, simulated INTEGER NOT NULL, count INTEGER NOT NULL,
          PRIMARY KEY (day, kind, placement, simulated)) WITHOUT ROWID;
        """;

    /// <summary>Columns that the lists of earlier versions lack, in the order in which they came.</summary>
    private static readonly (string Column, string Type)[] Added = [("head", "INTEGER"), ("variety", "INTEGER"), ("teams", "TEXT"), ("assigned_with", "REAL")];

    /// <summary>Counts the sets of folds there have been.</summary>
    private const int Version = 5;

    private readonly string _reader = new SqliteConnectionStringBuilder { DataSource = paths.EventDatabase, Mode = SqliteOpenMode.ReadOnly, DefaultTimeout = 30 }.ToString();
    private readonly string _writer = new SqliteConnectionStringBuilder { DataSource = paths.EventDatabase, Pooling = false, DefaultTimeout = 2 }.ToString();

    /// <summary>The folds: every table that can be made again from the log.</summary>
    public static IReadOnlyList<string> Folds { get; } = ["mark", "unit_day", "own_day", "arm", "arm_day", "moment", "age", "member", "pair", "shown", "crossed", "spot", "credit", "team_day", "standing", "traffic", "interest"];

    /// <summary>Makes the tables that are missing. Safe to call from several processes.</summary>
    public void Create()
    {
        using var connection = OpenWriter();
        if (Number(connection, "PRAGMA user_version") >= Version)
        {
            Run(connection, Schema);
            return;
        }
        using (var transaction = connection.BeginTransaction())
        {
            // folds of an earlier version have fewer columns; the log says all that is in them
            Run(connection, string.Concat(Folds.Select(fold => $"DROP TABLE IF EXISTS {fold};")));
            foreach (var (column, type) in Number(connection, "SELECT count(*) FROM pragma_table_info('recommendation')") > 0 ? Added : [])
                if (Number(connection, $"SELECT count(*) FROM pragma_table_info('recommendation') WHERE name = '{column}'") == 0) Run(connection, $"ALTER TABLE recommendation ADD COLUMN {column} {type}");
            Run(connection, Schema);
            transaction.Commit();
        }
        if (Number(connection, "SELECT EXISTS (SELECT 1 FROM recommendation)") == 1) new FoldProof(this).Rebuild();
        Run(connection, $"PRAGMA user_version = {Version}");
    }

    /// <summary>A connection that commits durably: WAL, and every commit is synced to disk before it returns. It waits two seconds for another writer.</summary>
    public SqliteConnection OpenWriter()
    {
        var connection = new SqliteConnection(_writer);
        connection.Open();
        using var command = connection.CreateCommand();
        // 8,000 pages of 4 KiB between checkpoints: each of them costs two more syncs
        command.CommandText = "PRAGMA busy_timeout=2000; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=8000; PRAGMA cache_size=-65536;";
        command.ExecuteNonQuery();
        return connection;
    }

    /// <summary>A pooled connection that sees one consistent state per transaction and never blocks the writer.</summary>
    public SqliteConnection OpenReader()
    {
        var connection = new SqliteConnection(_reader);
        connection.Open();
        return connection;
    }

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static long Number(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }
}
