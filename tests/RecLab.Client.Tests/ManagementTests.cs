using System.Text;
using Microsoft.AspNetCore.Hosting;
using RecLab.Access;
using RecLab.Data;
using RecLab.Tests.Doors;
using Xunit;

namespace RecLab.Client.Tests;

/// <summary>What a server manages through the client, against the running application.</summary>
public sealed class ManagementTests(ManagementTests.Quiet app) : IClassFixture<ManagementTests.Quiet>, IAsyncLifetime
{
    private static readonly SemaphoreSlim Once = new(1, 1);

    /// <summary>Nothing is trained: what is queued waits.</summary>
    public sealed class Quiet : ShopApp
    {
        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            base.ConfigureWebHost(builder);
            builder.UseSetting("RecLab:RunJobs", "false");
        }
    }

    public async ValueTask InitializeAsync()
    {
        await Once.WaitAsync();
        try { await app.OpenAsync(); }
        finally { Once.Release(); }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private (RecLabClient Client, Wire Wire) Open(string? key = null)
    {
        var wire = new Wire(app.Server.CreateHandler());
        return (new(new HttpClient(wire) { BaseAddress = app.Server.BaseAddress }, new() { Key = key ?? app.SecretKey, FirstPause = TimeSpan.FromMilliseconds(1), LongestPause = TimeSpan.FromMilliseconds(20) }), wire);
    }

    [Fact]
    public async Task A_training_whose_answer_was_lost_is_queued_once_and_can_be_cancelled()
    {
        var (client, wire) = Open();
        await using var _1 = client;
        var variant = await client.Manage.CreateVariantAsync(new() { Key = "typed", Family = "popularity", DatasetId = app.DatasetId });
        Assert.Equal(("typed", "popularity", (int?)null), (variant.Key, variant.Family, variant.Serves));
        wire.LoseAnswers = 2;
        var training = await client.Manage.TrainAsync(new() { Variant = "typed", Seed = 7 });
        Assert.Equal(("queued", 7), (training.State, training.Seed));
        var all = new List<TrainingInfo>();
        await foreach (var one in client.Manage.TrainingsAsync()) all.Add(one);
        Assert.Equal([training.Id], all.Where(t => t.Variant == "typed").Select(t => t.Id));
        Assert.Equal("cancelled", (await client.Manage.CancelTrainingAsync(training.Id)).State);
        Assert.Equal("cancelled", (await client.Manage.TrainingAsync(training.Id)).State);
        Assert.Equal(409, (await Assert.ThrowsAsync<RecLabException>(() => client.Manage.CancelTrainingAsync(training.Id))).Status);
        Assert.Contains(await client.Manage.VariantsAsync(), v => v.Key == "typed");
        Assert.Equal(404, (await Assert.ThrowsAsync<RecLabException>(() => client.Manage.VariantAsync("not/there"))).Status);
    }

    [Fact]
    public async Task An_experiment_is_drafted_run_and_read()
    {
        var (client, _) = Open();
        await using var _1 = client;
        await app.PlacementAsync("typed", p => p.Exploration = 0);
        await app.ServeAsync("typed-a", "popularity");
        await app.ServeAsync("typed-b", "item-knn");
        var draft = await client.Manage.DraftAsync(new() { Key = "typed", Placement = "typed", Hypothesis = "More clicks.", Arms = [new() { Variant = "typed-a" }, new() { Variant = "typed-b" }] });
        Assert.Equal(("draft", "More clicks.", 0.5), (draft.State, draft.Hypothesis, draft.Arms[1].Weight));
        Assert.Equal("running", (await client.Manage.StartAsync("typed")).State);
        var list = await client.RecommendAsync(new RecommendationQuery { Placement = "typed", User = "t1", N = 3 });
        await client.SendAsync([RecLabEvent.Of("click", list, list.Items[0].Id, "t1")]);
        var exposed = new List<ExposedUser>();
        await foreach (var one in client.Manage.ExposuresAsync("typed")) exposed.Add(one);
        var user = Assert.Single(exposed);
        Assert.Equal(("t1", list.Experiment!.Variant, 1L, 1L), (user.User, user.Variant, user.Lists, user.Clicked));
        Assert.Equal(2, (await client.Manage.ResultsAsync("typed")).GetProperty("arms").GetArrayLength());
        Assert.Equal("paused", (await client.Manage.PauseAsync("typed")).State);
        Assert.Equal("running", (await client.Manage.ResumeAsync("typed")).State);
        Assert.Equal("review", (await client.Manage.StopAsync("typed")).State);
        Assert.Equal("review", (await client.Manage.ExperimentAsync("typed")).State);
        Assert.Contains(await client.Manage.ExperimentsAsync(), e => e.Key == "typed");
    }

    [Fact]
    public async Task A_file_becomes_a_data_set_once_though_answers_are_lost()
    {
        var (client, wire) = Open();
        await using var _1 = client;
        var csv = Encoding.UTF8.GetBytes("who,what,when\n" + string.Concat(Enumerable.Range(0, 300).Select(r => $"u{r % 30},i{r % 17},{1_700_000_000 + r}\n")));
        wire.LoseAnswers = 2; // of the file, and of its repetition
        var begun = await client.Manage.ImportAsync("typed file", "log.csv", () => new MemoryStream(csv), new() { User = "who", Item = "what", Time = "when" });
        await app.Get<ImportDesk>().WaitAsync(begun.Id);
        var there = await client.Manage.DatasetAsync(begun.Id);
        Assert.Equal(("ready", 300L, 30, 17), (there.State, there.Rows, there.Users, there.Items));
        var names = new List<string>();
        await foreach (var one in client.Manage.DatasetsAsync()) names.Add(one.Name);
        Assert.Single(names, n => n == "typed file");
    }

    [Fact]
    public async Task A_user_is_told_of_read_and_forgotten()
    {
        var (client, _) = Open();
        await using var _1 = client;
        Assert.Equal("de", (await client.Manage.PutUserAsync("a/b c", new Dictionary<string, string> { ["country"] = "de" })).Attributes["country"]);
        await client.RecommendAsync(new RecommendationQuery { Placement = "home", User = "a/b c", N = 2 });
        var user = await client.Manage.UserAsync("a/b c");
        Assert.Equal(("a/b c", 1L), (user.Id, user.Seen.Lists));
        Assert.True(await client.Manage.DeleteUserAsync("a/b c"));
        Assert.False(await client.Manage.DeleteUserAsync("a/b c"));
    }

    [Fact]
    public async Task A_key_is_made_turned_over_and_ended()
    {
        var (_, maker) = await app.Get<KeyDesk>().CreateAsync("test", "maker", ApiKeyKind.Secret, [], scopes: KeyGrant.MostOf(ApiKeyKind.Secret));
        var (client, _) = Open(maker);
        await using var _1 = client;
        var made = await client.Manage.CreateKeyAsync(new() { Name = "backend", Kind = "secret", Scopes = ["lists"] });
        Assert.Equal(["lists"], made.Entry.Scopes);
        var (user, _) = Open(made.Key);
        await using var _2 = user;
        Assert.NotEmpty((await user.RecommendAsync(new RecommendationQuery { Placement = "home", N = 2 })).Items);
        Assert.Equal(403, (await Assert.ThrowsAsync<RecLabException>(() => user.Manage.VariantsAsync())).Status);
        var next = await client.Manage.RotateKeyAsync(made.Entry.Id, overlapDays: 1);
        Assert.NotEqual(made.Key, next.Key);
        await client.Manage.RevokeKeyAsync(made.Entry.Id);
        Assert.Equal(401, (await Assert.ThrowsAsync<RecLabException>(() => user.RecommendAsync(new RecommendationQuery { Placement = "home", N = 2 }))).Status);
    }
}
