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
using EventLog = RecLab.Events.EventLog;

namespace RecLab.Bench;

/// <summary>How long the numbers of a results page take, read by the page's own readers from an event database of so many events: <c>-- results [EVENTS...]</c>. Every list and event goes
/// through the application's own event log (seal, duplicates, folds, kept sums, synced commits), so the sums are what a server would have. A user has five lists on up to five of 14 days, three
/// in the experiment and two in another that runs beside it; ten events follow from a list.</summary>
internal static class ResultsReading
{
    private const int EventsPerList = 10, ListsPerUser = 5, Days = 14, Experiment = 1, Beside = 2, Items = 5_000;
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);

    public static int Run(string[] args)
    {
        var sizes = args.Length > 0 ? args.Select(a => int.Parse(a, CultureInfo.InvariantCulture)).ToArray() : [10_000, 1_000_000];
        Console.WriteLine($"{"results page, numbers",-24}{"users",10}{"user days",12}{"first s",10}{"again s",10}{"in depth s",12}{"shared s",10}{"written s",11}{"file MB",10}");
        foreach (var events in sizes) Measure(events);
        return 0;
    }

    private static void Measure(int events)
    {
        var folder = Directory.CreateTempSubdirectory("reclab-bench-results-").FullName;
        try
        {
            var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("RecLab:DataDir", folder)]).Build();
            var paths = new HostPaths(configuration, folder);
            using var services = new ServiceCollection().AddLogging().AddSingleton<IConfiguration>(configuration).AddSingleton(TimeProvider.System).AddStorage(paths).AddSingleton<RecLab.Live.LiveFeed>().AddSingleton<RecLab.Serving.PlacementShelf>().AddEvents().AddExperiments().AddResults()
                .AddTransient<ResultsReader>().AddTransient<ResultsPageReader>().AddTransient<SharedExperimentReader>().BuildServiceProvider();
            services.MigrateStorageAsync().GetAwaiter().GetResult();
            Ask(services);
            var log = services.GetRequiredService<EventLog>();
            log.StartAsync(default).GetAwaiter().GetResult();
            var writing = Stopwatch.StartNew();
            FillAsync(log, events / EventsPerList / ListsPerUser).GetAwaiter().GetResult();
            var written = writing.Elapsed.TotalSeconds;
            var rows = UserDays(services.GetRequiredService<EventStore>());

            double first = double.MaxValue, again = double.MaxValue, deep = double.MaxValue, shared = double.MaxValue;
            for (var run = 0; run < 4; run++)
            {
                var page = services.GetRequiredService<ResultsPageReader>(); // its own reader, which has read nothing yet
                first = Math.Min(first, Seconds(() => page.ReadAsync("bench-1", false, null, null)));
                again = Math.Min(again, Seconds(() => page.ReadAsync("bench-1", false, null, null)));
                deep = Math.Min(deep, Seconds(() => services.GetRequiredService<ResultsPageReader>().ReadAsync("bench-1", false, null, null, "ctr")));
                var watch = Stopwatch.StartNew();
                if (services.GetRequiredService<SharedExperimentReader>().ReadAsync("bench-1", false).GetAwaiter().GetResult() is not [{ Users: > 0 }]) throw new InvalidOperationException("The other experiment shares nobody.");
                shared = Math.Min(shared, watch.Elapsed.TotalSeconds);
            }
            log.StopAsync(default).GetAwaiter().GetResult();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{$"{events:N0} events",-24}{events / EventsPerList / ListsPerUser,10:N0}{rows,12:N0}{first,10:F3}{again,10:F3}{deep,12:F3}{shared,10:F3}{written,11:F0}{new FileInfo(paths.EventDatabase).Length >> 20,10}"));
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

    /// <summary>Two experiments of two arms each that run since two weeks.</summary>
    private static void Ask(IServiceProvider services)
    {
        using var db = services.GetRequiredService<IDbContextFactory<RecLabDb>>().CreateDbContext();
        var dataset = db.Add(new Dataset { Name = "bench", Layout = "csv", State = DatasetState.Ready, CreatedAt = Start }).Entity;
        db.SaveChanges();
        Variant[] variants = [.. Enumerable.Range(0, 2).Select(i => db.Add(new Variant { Key = $"v{i}", Name = $"v{i}", Family = "popularity", Options = "{}", DatasetId = dataset.Id, CreatedAt = Start }).Entity)];
        db.SaveChanges();
        PhaseArm[] arms = [.. variants.Select((v, i) => new PhaseArm(i, v.Id, v.Name, 0.5, null))];
        foreach (var id in new[] { Experiment, Beside })
        {
            db.Add(new Experiment
            {
                Id = id, Key = $"bench-{id}", Name = $"bench {id}", Placement = id == Experiment ? "home" : "cart", State = ExperimentState.Running, StartedAt = Start, CreatedAt = Start, Phase = 1, GoalMetric = "ctr",
                Alpha = 0.05, Settings = new ExperimentSettings().ToJson(), Arms = [.. arms.Select(a => new ExperimentArm { Position = a.Position, VariantId = a.VariantId, Name = a.Name, Weight = a.Weight })],
            });
            db.SaveChanges();
            db.Add(new ExperimentPhase { ExperimentId = id, Number = 1, StartedAt = Start, Arms = JsonSerializer.Serialize(arms) });
            db.SaveChanges();
        }
    }

    /// <summary>Serves the lists and sends the events, some users at a time.</summary>
    private static async Task FillAsync(EventLog log, int users)
    {
        var random = new Random(9);
        double[] propensities = [.. Enumerable.Repeat(1.0, 10)];
        long id = 0;
        for (var from = 0; from < users; from += 200)
        {
            List<Exposure> lists = [];
            List<ReceivedEvent> events = [];
            for (var u = from; u < Math.Min(users, from + 200); u++)
            {
                int[] arms = [random.Next(2), random.Next(2)];
                for (var l = 0; l < ListsPerUser; l++)
                {
                    var at = Start.AddDays(random.Next(Days)).AddSeconds(random.Next(80_000)).ToUnixTimeMilliseconds();
                    var other = l >= 3 ? 1 : 0;
                    var first = random.Next(Items);
                    var list = new Exposure
                    {
                        Id = Id(++id), ServedAt = at, Placement = other == 0 ? "home" : "cart", Experiment = other == 0 ? Experiment : Beside, Phase = 1, Arm = arms[other], Variant = arms[other] + 1, Run = 1, Unit = $"user-{u:D7}",
                        Session = "s", Items = [.. Enumerable.Range(first, 10).Select(i => $"i{i % Items}")], Propensities = propensities, Reason = "assigned", Head = random.Next(11), Variety = random.Next(1_000, 2_521),
                    };
                    lists.Add(list);
                    var recommendation = log.Sealer.Seal(list).ToString();
                    var clicked = Math.Min(3, random.Next(random.Next(1, 6)));
                    // one for the whole list, then views from the top, then clicks from the top
                    for (var e = 0; e < EventsPerList; e++)
                    {
                        var place = e == 0 ? 0 : e <= 9 - clicked ? e : e - (9 - clicked);
                        events.Add(new()
                        {
                            Id = Id(++id), Type = e == 0 ? EventTypes.Rendered : e <= 9 - clicked ? EventTypes.Viewable : EventTypes.Click, Recommendation = recommendation, Position = place, Unit = list.Unit, Session = "s",
                            OccurredAt = at + 1000 * e, ReceivedAt = at + 1000 * e + 100,
                        });
                    }
                }
            }
            await Task.WhenAll(lists.Select(l => log.AppendAsync(l)));
            foreach (var chunk in events.Chunk(5_000)) await log.AppendAsync(chunk);
        }
    }

    private static long UserDays(EventStore store)
    {
        using var connection = store.OpenReader();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM unit_day";
        return (long)command.ExecuteScalar()!;
    }

    private static Guid Id(long number)
    {
        Span<byte> id = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(id[8..], number);
        return new(id, bigEndian: true);
    }
}
