using System.Text.Json;
using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Neural;
using RecLab.Serving;
using RecLab.Tests.Doors;
using Xunit;

namespace RecLab.Tests.Serving;

/// <summary>Every family of the catalogue as it is served, through HTTP.</summary>
public sealed class EveryFamilyTests(ShopApp app) : IClassFixture<ShopApp>, IAsyncLifetime
{
    private static readonly SemaphoreSlim Once = new(1, 1);
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Families whose scores need not follow a click, while what was clicked is still left out: those that say the same to everybody, those that predict stars, all of which are one here,
    /// and one so sparse that what was clicked may be tied to nothing that is left.</summary>
    private static readonly string[] SameForAll = ["popularity", "random", "bias", "rating-knn", "rating-nmf", "slope-one", "slim"];

    public static IEnumerable<TheoryDataRow<string>> Families => RecommenderCatalog.All.Select(f => new TheoryDataRow<string>(f.Key));

    public async ValueTask InitializeAsync()
    {
        await Once.WaitAsync();
        try { await app.OpenAsync(ShopApp.Stock(i => new($"{i}", $"Item {i} of kind{i % 4}", [$"c{i % 4}"], Vector: [i % 4 == 0 ? 1 : 0, i % 4 == 1 ? 1 : 0, i % 4 == 2 ? 1 : 0, i / 60f]))); }
        finally { Once.Release(); }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>The fewest epochs there can be: what is looked at is that an answer follows the click, not how good it is.</summary>
    private static string Short(RecommenderFamily family) => family.NeedsTorch ? """{"epochs":1}""" : family.Key.StartsWith("hybrid", StringComparison.Ordinal) ? "" : "{}";

    [Theory]
    [MemberData(nameof(Families))]
    public async Task A_click_changes_the_same_users_next_list_without_a_training(string key)
    {
        var family = RecommenderCatalog.Get(key);
        if (family.NeedsTorch) Assert.SkipWhen(NeuralRuntime.Missing is not null, NeuralRuntime.Missing ?? "");
        var variant = await app.ServeAsync($"click-{key}", key, Short(family) is { Length: > 0 } options ? options : "{}");
        await app.PlacementAsync($"click-{key}", p => (p.Exploration, p.DefaultVariantId) = (0, variant.Id));
        var user = RecommenderCatalog.All.Index().Single(f => f.Item.Key == key).Index; // one each: what is clicked here is heard of by every model
        var address = $"placement=click-{key}&user={user}&n=60";
        var before = await app.ListAsync(address);
        Assert.Equal((JsonValueKind.Null, $"click-{key}"), (before.GetProperty("fallback").ValueKind, before.GetProperty("model").GetProperty("id").GetString()));
        // of another taste than the user's, who touches what has the same remainder by four
        var place = Array.FindIndex(ShopApp.Ids(before), id => int.Parse(id) % 4 != user % 4);
        if (place < 0) place = ShopApp.Ids(before).Length - 1; // neighbours of one's own taste alone have a score
        Assert.True(place >= 0);
        var clicked = ShopApp.Ids(before)[place];
        await app.SendAsync(ShopApp.Event("click", before, place, $"{user}"));
        var after = await app.ListAsync(address);
        Assert.DoesNotContain(clicked, ShopApp.Ids(after));
        Assert.Equal(before.GetProperty("model").GetRawText(), after.GetProperty("model").GetRawText());
        if (!SameForAll.Contains(key)) Assert.NotEqual(Scores(before, clicked), Scores(after, clicked)); // not only the clicked item's gap: the model has heard of it
    }

    private static string Scores(JsonElement list, string but) => string.Join(' ', list.GetProperty("items").EnumerateArray().Where(i => i.GetProperty("id").GetString() != but).Select(i => $"{i.GetProperty("id")}:{i.GetProperty("score")}"));

    [Fact]
    public void What_answers_requests_is_arrays_and_never_libtorch()
    {
        // models that a training with libtorch leaves are frozen into arrays; none of the classes that score holds a tensor or a module
        var models = typeof(RecLab.Recommenders.IModel).Assembly.GetTypes().Where(t => !t.IsAbstract && !t.IsInterface && typeof(RecLab.Recommenders.IModel).IsAssignableFrom(t)).ToArray();
        Assert.True(models.Length >= 10, $"{models.Length} models");
        foreach (var model in models)
        {
            HashSet<Type> seen = [];
            Look(model, model, seen);
        }

        static void Look(Type model, Type type, HashSet<Type> seen)
        {
            while (type.HasElementType) type = type.GetElementType()!;
            foreach (var argument in type.GetGenericArguments()) Look(model, argument, seen);
            if (!seen.Add(type) || !(type.Namespace ?? "").StartsWith("RecLab", StringComparison.Ordinal) && !(type.Namespace ?? "").StartsWith("TorchSharp", StringComparison.Ordinal)) return;
            Assert.True(type.Assembly.GetName().Name is not ("RecLab.Torch" or "TorchSharp"), $"{model.Name} holds a {type.FullName}");
            for (var t = type; t is not null && t != typeof(object); t = t.BaseType)
                foreach (var field in t.GetFields(System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.DeclaredOnly)) Look(model, field.FieldType, seen);
        }
    }

    [Fact]
    public async Task Models_that_are_exchanged_under_load_never_mix_in_a_list()
    {
        await using var own = new ShopApp();
        await own.OpenAsync();
        // versions take turns in what they rank: popularity's scores are the same for everybody, item-knn's differ, so the answer's scores say which model made each place
        var variant = await own.ServeAsync("swapped", "als", """{"iterations":1,"factors":4}""");
        await own.PlacementAsync("swap", p => (p.Exploration, p.DefaultVariantId) = (0, variant.Id));
        Dictionary<int, HashSet<string>> lists = [];
        var stop = new CancellationTokenSource();
        var visitors = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            using var client = own.Backend();
            while (!stop.IsCancellationRequested)
            {
                // no session and a new exclusion each time: made anew, not from the cache
                var list = JsonDocument.Parse(await client.GetStringAsync($"/api/v1/recommendations?placement=swap&user=5&n=60&exclude=x{Guid.NewGuid():N}", Cancellation)).RootElement;
                var version = list.GetProperty("model").GetProperty("version").GetInt32();
                var scores = string.Join(' ', list.GetProperty("items").EnumerateArray().Select(i => $"{i.GetProperty("id")}:{i.GetProperty("score")}"));
                lock (lists)
                {
                    if (!lists.TryGetValue(version, out var made)) lists[version] = made = [];
                    made.Add(scores);
                }
            }
        }, Cancellation)).ToArray();
        for (var version = 2; version <= 8; version++)
        {
            await own.ServeAsync("swapped", "als", $$"""{"iterations":{{version}},"factors":4}""");
            for (var seen = false; !seen;)
            {
                await Task.Delay(5, Cancellation);
                lock (lists) seen = lists.ContainsKey(version);
                Assert.False(visitors.Any(v => v.IsFaulted), visitors.FirstOrDefault(v => v.IsFaulted)?.Exception?.ToString());
            }
        }
        await stop.CancelAsync();
        await Task.WhenAll(visitors);
        // a version ranks one user in one way; a list of two versions would be a second way
        Assert.All(lists, l => Assert.Single(l.Value));
        Assert.Equal(lists.Count, lists.SelectMany(l => l.Value).Distinct().Count());
    }
}
