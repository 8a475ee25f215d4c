using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RecLab.Data;
using RecLab.Events;
using RecLab.Experiments;
using RecLab.Results;
using RecLab.Storage;
using RecLab.Training;

namespace RecLab.Bench;

/// <summary>How long the numbers of a results page take, read by the page's own reader from an event database of so many events: <c>-- results [EVENTS...]</c>. A user has five lists
/// on three to five of 14 days; ten events follow from a list. The totals are recomputed from the log by the verb rebuild's own code.</summary>
internal static class ResultsReading
{
    private const int EventsPerList = 10, ListsPerUser = 5, Days = 14, Experiment = 1;
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);

    public static int Run(string[] args)
    {
        var sizes = args.Length > 0 ? args.Select(a => int.Parse(a, CultureInfo.InvariantCulture)).ToArray() : [10_000, 1_000_000];
        Console.WriteLine($"{"results page, numbers",-34}{"users",10}{"user days",12}{"first s",10}{"again s",10}{"in depth s",12}{"file MB",10}");
        foreach (var events in sizes) Measure(events);
        return 0;
    }

    private static void Measure(int events)
    {
        var folder = Directory.CreateTempSubdirectory("reclab-bench-results-").FullName;
        try
        {
            var paths = new HostPaths(new ConfigurationBuilder().AddInMemoryCollection([new("RecLab:DataDir", folder)]).Build(), folder);
            using var services = new ServiceCollection().AddLogging().AddStorage(paths).AddSingleton<EventStore>().AddSingleton<UnitTotals>().AddSingleton<TrafficReader>().AddSingleton<FoldProof>()
                .AddSingleton<RecLab.Live.LiveFeed>().AddSingleton<ExperimentReader>().AddSingleton<TotalsReader>().AddTransient<ResultsReader>().AddTransient<ResultsPageReader>().BuildServiceProvider();
            services.MigrateStorageAsync().GetAwaiter().GetResult();
            Ask(services);
            var store = services.GetRequiredService<EventStore>();
            store.Create();
            Fill(store, events / EventsPerList / ListsPerUser);
            services.GetRequiredService<FoldProof>().Rebuild();
            var rows = UserDays(store);

            double first = double.MaxValue, again = double.MaxValue, deep = double.MaxValue;
            for (var run = 0; run < 4; run++)
            {
                var page = services.GetRequiredService<ResultsPageReader>(); // its own reader, which has read nothing yet
                first = Math.Min(first, Seconds(() => page.ReadAsync("bench", false, null, null)));
                again = Math.Min(again, Seconds(() => page.ReadAsync("bench", false, null, null)));
                deep = Math.Min(deep, Seconds(() => page.ReadAsync("bench", false, null, null, "ctr")));
            }
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{$"{events:N0} events",-34}{events / EventsPerList / ListsPerUser,10:N0}{rows,12:N0}{first,10:F3}{again,10:F3}{deep,12:F3}{new FileInfo(paths.EventDatabase).Length >> 20,10}"));
        }
        finally
        {
            SqliteConnection.ClearAllPools();
            Directory.Delete(folder, recursive: true);
        }
    }

    private static double Seconds(Func<Task<ResultsPageModel?>> read)
    {
        var watch = Stopwatch.StartNew();
        if (read().GetAwaiter().GetResult() is not { View.Scorecard.TotalUsers: > 0 }) throw new InvalidOperationException("The page counts nobody.");
        return watch.Elapsed.TotalSeconds;
    }

    /// <summary>An experiment of two arms that runs since two weeks.</summary>
    private static void Ask(IServiceProvider services)
    {
        using var db = services.GetRequiredService<IDbContextFactory<RecLabDb>>().CreateDbContext();
        var dataset = db.Add(new Dataset { Name = "bench", Layout = "csv", State = DatasetState.Ready, CreatedAt = Start }).Entity;
        db.SaveChanges();
        Variant[] variants = [.. Enumerable.Range(0, 2).Select(i => db.Add(new Variant { Key = $"v{i}", Name = $"v{i}", Family = "popularity", Options = "{}", DatasetId = dataset.Id, CreatedAt = Start }).Entity)];
        db.SaveChanges();
        PhaseArm[] arms = [.. variants.Select((v, i) => new PhaseArm(i, v.Id, v.Name, 0.5, null))];
        db.Add(new Experiment
        {
            Id = Experiment, Key = "bench", Name = "bench", Placement = "home", State = ExperimentState.Running, StartedAt = Start, CreatedAt = Start, Phase = 1, GoalMetric = "ctr", Alpha = 0.05, Settings = new ExperimentSettings().ToJson(),
            Arms = [.. arms.Select(a => new ExperimentArm { Position = a.Position, VariantId = a.VariantId, Name = a.Name, Weight = a.Weight })],
        });
        db.SaveChanges();
        db.Add(new ExperimentPhase { ExperimentId = Experiment, Number = 1, StartedAt = Start, Arms = JsonSerializer.Serialize(arms) });
        db.SaveChanges();
    }

    /// <summary>The log as plain rows.</summary>
    private static void Fill(EventStore store, int users)
    {
        var random = new Random(9);
        using var connection = store.OpenWriter();
        using var transaction = connection.BeginTransaction();
        using var list = Insert(connection, "recommendation", 16);
        using var happened = Insert(connection, "event", 17);
        const string items = """["i1","i2","i3","i4","i5","i6","i7","i8","i9","i10"]""", propensities = "[1,1,1,1,1,1,1,1,1,1]";
        long id = 0;
        for (var u = 0; u < users; u++)
        {
            var (unit, arm) = ($"user-{u}", random.Next(2));
            for (var l = 0; l < ListsPerUser; l++)
            {
                var at = Start.AddDays(random.Next(Days)).AddSeconds(random.Next(80_000)).ToUnixTimeMilliseconds();
                var recommendation = Id(++id);
                Run(list, recommendation, at, "home", Experiment, 1, arm, arm + 1, 1, unit, "s", 0, items, propensities, DBNull.Value, "assigned", 0);
                var clicked = Math.Min(3, random.Next(random.Next(1, 6)));
                // one for the whole list, then views from the top, then clicks from the top
                for (var e = 0; e < EventsPerList; e++)
                {
                    var place = e == 0 ? 0 : e <= 9 - clicked ? e : e - (9 - clicked);
                    Run(happened, Id(++id), e == 0 ? "rendered" : e <= 9 - clicked ? "viewable" : "click", recommendation, place == 0 ? DBNull.Value : $"i{place}", place == 0 ? DBNull.Value : place, unit, "s",
                        at + 1000 * e, at + 1000 * e + 100, DBNull.Value, DBNull.Value, DBNull.Value, 0, Experiment, 1, arm, 0);
                }
            }
        }
        transaction.Commit();
    }

    private static long UserDays(EventStore store)
    {
        using var connection = store.OpenReader();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM unit_day";
        return (long)command.ExecuteScalar()!;
    }

    private static byte[] Id(long number)
    {
        var id = new byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(id.AsSpan(8), number);
        return id;
    }

    private static SqliteCommand Insert(SqliteConnection connection, string table, int columns)
    {
        var command = connection.CreateCommand();
        command.CommandText = $"INSERT INTO {table} VALUES ({string.Join(", ", Enumerable.Range(0, columns).Select(i => $"$p{i}"))})";
        for (var i = 0; i < columns; i++) command.Parameters.Add(new SqliteParameter($"$p{i}", null));
        return command;
    }

    private static void Run(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        for (var i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i];
        command.ExecuteNonQuery();
    }
}
