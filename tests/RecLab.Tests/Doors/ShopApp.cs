using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RecLab.Access;
using RecLab.Data;
using RecLab.Events;
using RecLab.Experiments;
using RecLab.Recommenders;
using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Data.Import;
using RecLab.Serving;
using RecLab.Storage;
using RecLab.Training;
using Xunit;

namespace RecLab.Tests.Doors;

/// <summary>The application with a small shop: eighty users in four tastes, a placement, keys, and models trained here on the spot and published like any other.</summary>
public class ShopApp : RecLabApp
{
    public const string Origin = "https://shop.example";

    public string SecretKey { get; private set; } = "";
    public string PublishableKey { get; private set; } = "";
    public int DatasetId { get; private set; }

    /// <summary>Whether the demo shop is open, as it is for <c>reclab demo</c> and nobody else.</summary>
    protected virtual bool IsOpen => true;

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        base.ConfigureWebHost(builder);
        if (IsOpen) builder.UseSetting(RecLab.Doors.ShopSetup.Setting, "true");
    }

    public T Get<T>() where T : notnull => Services.GetRequiredService<T>();

    public async Task<RecLabDb> DbAsync() => await Get<IDbContextFactory<RecLabDb>>().CreateDbContextAsync(TestContext.Current.CancellationToken);

    /// <summary>Opens the shop: data, keys and the placement "home" without exploration. Safe to call again.</summary>
    /// <param name="stock">What it sells and who bought it; by default <see cref="Stock"/>.</param>
    public async Task<ShopApp> OpenAsync(Interactions? stock = null)
    {
        if (SecretKey.Length > 0) return this;
        var (writer, data) = (Get<DatasetWriter>(), stock ?? Stock());
        var dataset = await writer.ReserveAsync("shop", "made", DatasetOrigin.Generated, 0.1, "test");
        DatasetId = (await writer.StoreAsync(dataset.Id, data, new ImportReport("made", data.Count, data.Count, [], []))).Id;
        await Get<ModelShelf>().RefreshAsync();
        await PlacementAsync("home", p => p.Exploration = 0);
        (_, PublishableKey) = await Get<KeyDesk>().CreateAsync("test", "page", ApiKeyKind.Publishable, [Origin]);
        (_, SecretKey) = await Get<KeyDesk>().CreateAsync("test", "server", ApiKeyKind.Secret, []);
        return this;
    }

    /// <summary>Users 0..79 touch items of 0..59 whose number has their remainder by 4; item k has the category "c" + k % 4 and a title that tries to be markup.</summary>
    /// <param name="describe">Describes item k instead.</param>
    public static Interactions Stock(Func<int, ItemInfo>? describe = null)
    {
        const int users = 80, items = 60, rows = 12;
        var random = new Random(5);
        var user = Enumerable.Range(0, users * rows).Select(r => r % users).ToArray();
        var item = user.Select(u => u % 4 + 4 * (int)(items / 4 * random.NextDouble() * random.NextDouble())).ToArray();
        var catalogue = new Catalogue(Enumerable.Range(0, items).Select(describe ?? (i => new($"{i}", $"Item <b>{i}</b>", [$"c{i % 4}"], Price: 100 * i))));
        return new(Vocabulary.OfNumbers(users), Vocabulary.OfNumbers(items), user, item, [.. user.Select(_ => 1f)], [.. user.Select((_, r) => 1_600_000_000L + r * 60)], catalogue);
    }

    public async Task PlacementAsync(string key, Action<Placement>? change = null)
    {
        await using var db = await DbAsync();
        var placement = await db.Set<Placement>().FirstOrDefaultAsync(p => p.Key == key) ?? db.Add(new Placement { Key = key, Name = key }).Entity;
        change?.Invoke(placement);
        await db.SaveChangesAsync();
        await Get<PlacementShelf>().RefreshAsync();
    }

    /// <summary>A variant with a model trained here, published as a training process does it, and put on the shelf.</summary>
    public async Task<Variant> ServeAsync(string key, string family, string options = "{}", string? name = null)
    {
        await using var db = await DbAsync();
        var variant = await db.Set<Variant>().FirstOrDefaultAsync(v => v.Key == key)
            ?? db.Add(new Variant { Key = key, Name = name ?? key, Family = family, Options = options, DatasetId = DatasetId, CreatedAt = DateTimeOffset.UnixEpoch }).Entity;
        await db.SaveChangesAsync();
        var version = await db.Set<TrainingRun>().CountAsync(r => r.VariantId == variant.Id) + 1;
        var run = db.Add(new TrainingRun { VariantId = variant.Id, DatasetId = DatasetId, Version = version, Options = options, State = RunState.Running }).Entity;
        await db.SaveChangesAsync();
        var catalogued = RecommenderCatalog.Get(family);
        var data = await Get<DatasetShelf>().OpenAsync(DatasetId);
        var model = catalogued.Create(OptionsJson.Read(catalogued, options)).Train(new RecLab.Recommenders.Evaluation.SplitPlan { Hidden = 0.1 }.Cut(data).Train, new TrainingContext { Threads = 1 });
        var folder = Path.Combine("run-" + run.Id, "model");
        var path = Path.Combine(Get<HostPaths>().Artifacts, folder);
        Directory.CreateDirectory(path);
        await using (var file = File.Create(Path.Combine(path, "model.safetensors"))) model.Save(file);
        run.Artifact = folder;
        run.ArtifactHash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(path, "model.safetensors"))));
        run.State = RunState.Succeeded;
        variant.ServedRunId = run.Id;
        await db.SaveChangesAsync();
        await Get<ModelShelf>().RefreshAsync();
        return variant;
    }

    /// <summary>A running experiment over variants with equal shares.</summary>
    public Task<Experiment> ExperimentAsync(string key, string placement, params Variant[] variants) => ExperimentAsync(key, placement, ExperimentSettings.Default, variants);

    public async Task<Experiment> ExperimentAsync(string key, string placement, ExperimentSettings settings, params Variant[] variants)
    {
        var desk = Get<ExperimentDesk>();
        await desk.DraftAsync(new ExperimentDraft { Key = key, Name = key, Placement = placement, Settings = settings, Arms = [.. variants.Select(v => new ArmDraft(v.Id, v.Name, 1.0 / variants.Length))] }, "test");
        await desk.MarkReadyAsync(key, "test");
        var experiment = await desk.StartAsync(key, "test");
        await Get<LiveExperiments>().RefreshAsync();
        return experiment;
    }

    /// <summary>A server that holds the secret key.</summary>
    public HttpClient Backend()
    {
        var client = CreateClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", SecretKey);
        return client;
    }

    /// <summary>A list, which must be answered with 200.</summary>
    public async Task<JsonElement> ListAsync(string query)
    {
        using var client = Backend();
        using var answer = await client.GetAsync($"/api/v1/recommendations?{query}", TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement;
    }

    public static string[] Ids(JsonElement list) => [.. list.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("id").GetString()!)];

    /// <summary>Sends events with the secret key; the answer must be 200.</summary>
    public async Task<JsonElement> SendAsync(params object[] events)
    {
        using var client = Backend();
        using var answer = await client.PostAsJsonAsync("/api/v1/events", new { sentAt = DateTimeOffset.UtcNow, events });
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>The same for simulated visitors.</summary>
    public async Task SendSimulatedAsync(params object[] events)
    {
        using var client = Backend();
        using var answer = await client.PostAsJsonAsync("/api/v1/events?simulated=true", new { sentAt = DateTimeOffset.UtcNow, events });
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    public static object Event(string type, JsonElement list, int place, string? user = null, string? id = null) => new
    {
        eventId = id ?? Guid.CreateVersion7().ToString(), type, recommendationId = list.GetProperty("recommendationId").GetString(), itemId = Ids(list)[place], position = place + 1, user,
        occurredAt = DateTimeOffset.UtcNow,
    };

    /// <summary>Rows of the event database, columns separated by a space.</summary>
    public string[] Rows(string sql)
    {
        using var connection = Get<EventStore>().OpenReader();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        List<string> rows = [];
        while (reader.Read()) rows.Add(string.Join(' ', Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? "-" : Convert.ToString(reader.GetValue(i), System.Globalization.CultureInfo.InvariantCulture))));
        return [.. rows];
    }
}
