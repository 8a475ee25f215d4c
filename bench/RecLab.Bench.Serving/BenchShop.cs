using System.Diagnostics;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RecLab.Access;
using RecLab.Cli;
using RecLab.Data;
using RecLab.Events;
using RecLab.Experiments;
using RecLab.Recommenders;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Data.Import;
using RecLab.Recommenders.Models;
using RecLab.Recommenders.Models.Als;
using RecLab.Recommenders.Neural;
using RecLab.Serving;
using RecLab.Storage;
using RecLab.Training;

namespace RecLab.Bench.Serving;

/// <summary>What the load needs: 50,000 items with 64 factors, 20,000 users, a placement served by the model with the usual exploration, a secret key, and a million events in the log.
/// Generated from seed 7; made once per folder.</summary>
/// <param name="Key">A secret key.</param>
/// <param name="People">E-mail addresses of viewers, all with <see cref="Password"/>.</param>
internal sealed record BenchShop(string Key, IReadOnlyList<string> People)
{
    /// <summary>Placement and key of an experiment whose results are watched, and a variant whose training takes longer than any measurement.</summary>
    public const string Watched = "watched", Experiment = "watched-1", Learner = "learner";
    public const string Password = "correct horse battery";

    public const int Items = 50_000, Users = 20_000, Factors = 64, Events = 1_000_000;
    private const int Rows = 400_000, PerList = 10;

    public static async Task<BenchShop> OpenAsync(string folder)
    {
        var card = Path.Combine(folder, "bench.json");
        if (File.Exists(card) && JsonSerializer.Deserialize<BenchShop>(await File.ReadAllTextAsync(card)) is { People: not null } there) return there;
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        var watch = Stopwatch.StartNew();
        await using var app = WebHost.Build(["--applicationName=RecLab", $"--RecLab:DataDir={folder}", "--Urls=http://127.0.0.1:0", "--Logging:LogLevel:Default=Warning"]);
        await WebHost.PrepareAsync(app);
        await app.StartAsync();
        var shop = await FillAsync(app.Services);
        await app.StopAsync();
        await File.WriteAllTextAsync(card, JsonSerializer.Serialize(shop));
        Console.WriteLine($"{Items:N0} items, {Users:N0} users, {Events:N0} events made in {watch.Elapsed.TotalSeconds:0} s");
        return shop;
    }

    private static async Task<BenchShop> FillAsync(IServiceProvider services)
    {
        var data = Made();
        var writer = services.GetRequiredService<DatasetWriter>();
        var dataset = await writer.ReserveAsync("bench", "made", DatasetOrigin.Generated, 0, "bench");
        await writer.StoreAsync(dataset.Id, data, new ImportReport("made", data.Count, data.Count, [], []));
        var model = new ImplicitAls(new() { Factors = Factors, Iterations = 1 }).Train(data, new TrainingContext { Seed = 7, Threads = 2 });
        await using var db = await services.GetRequiredService<IDbContextFactory<RecLabDb>>().CreateDbContextAsync();
        var variant = db.Add(new Variant { Key = "als", Name = "als", Family = "als", Options = "{}", DatasetId = dataset.Id }).Entity;
        await db.SaveChangesAsync();
        var run = db.Add(new TrainingRun { VariantId = variant.Id, DatasetId = dataset.Id, Version = 1, Options = "{}", State = RunState.Succeeded }).Entity;
        await db.SaveChangesAsync();
        (run.Artifact, run.ArtifactHash, run.ArtifactBytes) = services.GetRequiredService<ArtifactStore>().Publish(run.Id, model, null);
        variant.ServedRunId = run.Id;
        db.Add(new Placement { Key = "home", Name = "Home", DefaultVariantId = variant.Id });
        db.Add(new Placement { Key = Watched, Name = "Watched" });
        // the deep model takes libtorch, as the trainings do that last; without it ALS takes its place
        var deep = NeuralRuntime.Missing is null;
        db.Add(new Variant { Key = Learner, Name = "Learner", Family = deep ? "mlp" : "als", Options = deep ? """{"epochs":2000,"validateEvery":100}""" : """{"factors":128,"iterations":200}""", DatasetId = dataset.Id });
        await db.SaveChangesAsync();
        await ExperimentAsync(services, db, variant, dataset.Id);
        await LogAsync(services.GetRequiredService<RecLab.Events.EventLog>());
        List<string> people = [];
        for (var n = 0; n < 10; n++)
        {
            people.Add($"viewer{n}@example.com");
            await services.GetRequiredService<PeopleDesk>().CreateAsync(people[n], $"Viewer {n}", Password, Roles.Viewer);
        }
        return new((await services.GetRequiredService<KeyDesk>().CreateAsync("bench", "bench", ApiKeyKind.Secret, [])).Key, people);
    }

    /// <summary>ALS against popularity at the watched placement.</summary>
    private static async Task ExperimentAsync(IServiceProvider services, RecLabDb db, Variant als, int dataset)
    {
        var popularity = db.Add(new Variant { Key = "popularity", Name = "Popularity", Family = "popularity", Options = "{}", DatasetId = dataset }).Entity;
        await db.SaveChangesAsync();
        var data = await services.GetRequiredService<DatasetShelf>().OpenAsync(dataset);
        var run = db.Add(new TrainingRun { VariantId = popularity.Id, DatasetId = dataset, Version = 1, Options = "{}", State = RunState.Succeeded }).Entity;
        await db.SaveChangesAsync();
        (run.Artifact, run.ArtifactHash, run.ArtifactBytes) = services.GetRequiredService<ArtifactStore>().Publish(run.Id, new Popularity(new()).Train(data, new TrainingContext()), null);
        popularity.ServedRunId = run.Id;
        await db.SaveChangesAsync();
        var desk = services.GetRequiredService<ExperimentDesk>();
        await desk.DraftAsync(new() { Key = Experiment, Name = "Watched", Placement = Watched, Arms = [new(popularity.Id, "Popularity", 0.5), new(als.Id, "ALS", 0.5)] }, "bench");
        await desk.MarkReadyAsync(Experiment, "bench");
        await desk.StartAsync(Experiment, "bench");
    }

    private static Interactions Made()
    {
        var random = new Random(7);
        var (user, item) = (new int[Rows], new int[Rows]);
        for (var r = 0; r < Rows; r++) (user[r], item[r]) = (r % Users, (int)(Items * Math.Pow(random.NextDouble(), 3)));
        var catalogue = new Catalogue(Enumerable.Range(0, Items).Select(i => new ItemInfo($"{i}", $"Generated item {i}", [$"category {i % 40}"], Price: 100 + i % 9000)));
        return new(Vocabulary.OfNumbers(Users), Vocabulary.OfNumbers(Items), user, item, [.. user.Select(_ => 1f)], [.. user.Select((_, r) => 1_700_000_000L + r)], catalogue);
    }

    /// <summary>The million events enter through the log itself, so that folds and marks are as they would be.</summary>
    private static async Task LogAsync(RecLab.Events.EventLog log)
    {
        var random = new Random(8);
        var now = DateTimeOffset.UtcNow.AddMinutes(-20).ToUnixTimeMilliseconds();
        var lists = Events / PerList / 2;
        foreach (var chunk in Enumerable.Range(0, lists).Chunk(250))
        {
            var exposures = chunk.Select(n => new Exposure
            {
                Id = Guid.CreateVersion7(), ServedAt = now, Placement = "home", Unit = $"{n % Users}", Reason = "no-experiment",
                Items = [.. Enumerable.Range(0, PerList).Select(_ => $"{random.Next(Items)}").Distinct()], Propensities = [],
            }).Select(e => e with { Propensities = [.. e.Items.Select(_ => 0.98)] }).ToArray();
            await Task.WhenAll(exposures.Select(e => log.AppendAsync(e)));
            await Task.WhenAll(exposures.Chunk(25).Select(some => log.AppendAsync([.. some.SelectMany(Seen)])));

            IEnumerable<ReceivedEvent> Seen(Exposure list) => from type in (string[])[EventTypes.Rendered, EventTypes.Viewable] from item in list.Items
                select new ReceivedEvent { Id = Guid.CreateVersion7(), Type = type, Recommendation = log.Sealer.Seal(list).ToString(), Item = item, OccurredAt = now + 1000, ReceivedAt = now + 2000 };
        }
    }
}
