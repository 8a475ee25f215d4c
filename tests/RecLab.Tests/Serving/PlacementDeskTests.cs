using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RecLab.Access;
using RecLab.Controls;
using RecLab.Experiments;
using RecLab.Serving;
using RecLab.Tests.Doors;
using RecLab.Training;
using Xunit;

namespace RecLab.Tests.Serving;

/// <summary>Placements over HTTP: what a request gets after each command, without waiting and without a restart.</summary>
public sealed class PlacementDeskTests(ShopApp app) : IClassFixture<ShopApp>, IAsyncLifetime
{
    private PlacementDesk Desk => app.Get<PlacementDesk>();

    public async ValueTask InitializeAsync() => await app.OpenAsync();
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static string Reason(JsonElement list) => list.GetProperty("experiment").GetProperty("reason").GetString()!;
    private static string? Fallback(JsonElement list) => list.GetProperty("fallback").GetString();

    [Fact]
    public async Task The_kill_switch_holds_from_the_very_next_request_and_so_does_its_end()
    {
        var (popular, neighbours) = (await app.ServeAsync("popularity", "popularity"), await app.ServeAsync("knn", "item-knn"));
        await app.PlacementAsync("halted", p => p.Exploration = 0);
        var experiment = await app.ExperimentAsync("halt-1", "halted", neighbours, popular);
        Assert.Equal("assigned", Reason(await app.ListAsync("placement=halted&user=3")));

        await Desk.HaltAsync("halted", "the arm shows nonsense", "Ada", TestContext.Current.CancellationToken);
        for (var user = 0; user < 8; user++)
        {
            var list = await app.ListAsync($"placement=halted&user={user}");
            Assert.Equal(("halted", "popularity"), (Reason(list), Fallback(list)));
            Assert.Equal("popularity", list.GetProperty("model").GetProperty("id").GetString());
        }
        // none of them entered the experiment; the one list before did
        Assert.Equal("1", Assert.Single(app.Rows($"SELECT count(*) FROM recommendation WHERE placement = 'halted' AND experiment = {experiment.Id}")));
        Assert.Equal("8", Assert.Single(app.Rows("SELECT count(*) FROM recommendation WHERE placement = 'halted' AND reason = 'halted' AND experiment = 0 AND fallback = 'popularity'")));

        await Desk.ReleaseAsync("halted", "Grace", TestContext.Current.CancellationToken);
        Assert.Equal("assigned", Reason(await app.ListAsync("placement=halted&user=3")));
        var entries = (await app.Get<Audit>().ReadAsync(500, "placement.", TestContext.Current.CancellationToken)).Where(a => a.Subject.EndsWith("(halted)", StringComparison.Ordinal)).Reverse().ToArray();
        Assert.Equal(["placement.halt Ada the arm shows nonsense", "placement.release Grace"], entries.Select(e => $"{e.Action} {e.Who} {(e.Action == "placement.halt" ? e.Detail : "")}".Trim()));
        await Assert.ThrowsAsync<Refusal>(() => Desk.ReleaseAsync("halted", "Grace", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task An_archived_placement_answers_nobody_keeps_its_log_and_can_be_restored()
    {
        var (popular, neighbours) = (await app.ServeAsync("popularity", "popularity"), await app.ServeAsync("knn", "item-knn"));
        await app.PlacementAsync("attic", p => p.Exploration = 0);
        await app.ExperimentAsync("attic-1", "attic", neighbours, popular);
        Assert.Equal("attic-1 is about attic; stop it before the placement is archived.", (await Assert.ThrowsAsync<Refusal>(() => Desk.ArchiveAsync("attic", "Ada", TestContext.Current.CancellationToken))).Message);
        await app.ListAsync("placement=attic&user=3");
        await app.Get<ExperimentDesk>().StopAsync("attic-1", "Ada", "enough", TestContext.Current.CancellationToken);
        await Desk.ArchiveAsync("attic", "Ada", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync());
        Assert.Equal("1", Assert.Single(app.Rows("SELECT count(*) FROM recommendation WHERE placement = 'attic'")));
        Assert.Equal(ServingSource.Archived, (await app.Get<PlacementReader>().ReadAsync("attic", TestContext.Current.CancellationToken))!.View.Source);
        await Assert.ThrowsAsync<Refusal>(() => Desk.CreateAsync(new() { Key = "attic", Name = "Another" }, "Ada", TestContext.Current.CancellationToken));
        await Desk.RestoreAsync("attic", "Grace", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync());

        async Task<HttpStatusCode> StatusAsync()
        {
            using var client = app.Backend();
            using var answer = await client.GetAsync("/api/v1/recommendations?placement=attic&user=3", TestContext.Current.CancellationToken);
            return answer.StatusCode;
        }
    }

    [Fact]
    public async Task A_variant_that_a_placement_serves_to_everybody_cannot_be_deleted_until_it_serves_something_else()
    {
        await app.ServeAsync("promoted-once", "item-knn");
        await app.PlacementAsync("keeper");
        await Desk.ServeAsync("keeper", "promoted-once", "it is better", "Ada", TestContext.Current.CancellationToken);
        var variants = app.Get<VariantDesk>();
        var refusal = await Assert.ThrowsAsync<RefusedException>(() => variants.DeleteAsync("promoted-once", "Ada", TestContext.Current.CancellationToken));
        Assert.Equal("The variant 'promoted-once' is needed by the placement 'keeper' and cannot be deleted.", refusal.Message);
        await Desk.ServeAsync("keeper", null, "back to the fallback", "Ada", TestContext.Current.CancellationToken);
        await variants.DeleteAsync("promoted-once", "Ada", TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_promoted_variant_serves_everybody_and_the_placement_says_since_when_and_why()
    {
        await app.ServeAsync("popularity", "popularity");
        await app.ServeAsync("knn", "item-knn");
        await app.PlacementAsync("promoted", p => p.Exploration = 0);
        Assert.Equal("popularity", Fallback(await app.ListAsync("placement=promoted&user=3")));
        await Desk.ServeAsync("promoted", "knn", "it is faster", "Ada", TestContext.Current.CancellationToken);
        var list = await app.ListAsync("placement=promoted&user=3");
        Assert.Equal("knn", list.GetProperty("model").GetProperty("id").GetString());
        Assert.Null(Fallback(list));
        var view = (await app.Get<PlacementReader>().ReadAsync("promoted", TestContext.Current.CancellationToken))!.View;
        Assert.Equal(ServingSource.Promoted, view.Source);
        Assert.StartsWith("promoted serves knn since ", view.Sentence);
        Assert.Equal("Chosen by Ada: it is faster", view.Why);
        await Desk.ServeAsync("promoted", null, "not after all", "Ada", TestContext.Current.CancellationToken);
        Assert.Equal("popularity", Fallback(await app.ListAsync("placement=promoted&user=3")));
    }

    [Fact]
    public async Task Only_a_decided_experiment_of_the_same_placement_can_be_promoted()
    {
        var (popular, neighbours) = (await app.ServeAsync("popularity", "popularity"), await app.ServeAsync("knn", "item-knn"));
        await app.PlacementAsync("winner", p => p.Exploration = 0);
        var experiment = await app.ExperimentAsync("winner-1", "winner", popular, neighbours);
        var early = await Assert.ThrowsAsync<Refusal>(() => Desk.PromoteAsync("winner", "winner-1", "Ada", TestContext.Current.CancellationToken));
        Assert.Contains("has not been decided for an arm", early.Message);
        await app.Get<ExperimentDesk>().DecideAsync("winner-1", ExperimentOutcome.Ship, 1, "{}", "Ada", "it clicks", (_, _) => Task.CompletedTask, TestContext.Current.CancellationToken);
        await app.Get<LiveExperiments>().RefreshAsync(TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<Refusal>(() => Desk.PromoteAsync("home", "winner-1", "Ada", TestContext.Current.CancellationToken));
        await Desk.PromoteAsync("winner", "winner-1", "Grace", TestContext.Current.CancellationToken);
        Assert.Equal("knn", (await app.ListAsync("placement=winner&user=5")).GetProperty("model").GetProperty("id").GetString());
        var view = (await app.Get<PlacementReader>().ReadAsync("winner", TestContext.Current.CancellationToken))!.View;
        Assert.Equal("By decision on winner-1, recorded by Grace.", view.Why);
        Assert.Equal(experiment.Key, view.Placement.DefaultExperiment);
    }

    [Fact]
    public async Task An_edit_counts_from_the_next_request_and_is_written_down()
    {
        await app.ServeAsync("popularity", "popularity");
        await Desk.CreateAsync(new() { Key = "edited", Name = "Edited", ListLength = 7, Exploration = 0 }, "Ada", TestContext.Current.CancellationToken);
        Assert.Equal(7, ShopApp.Ids(await app.ListAsync("placement=edited&user=1")).Length);
        Assert.Equal(3, ShopApp.Ids(await app.ListAsync("placement=edited&user=1&n=3")).Length);
        await Desk.EditAsync("edited", new() { Key = "edited", Name = "Edited", ListLength = 5, Categories = ["c2"], Blocked = ["2", "6"], Exploration = 0, HideSeen = false }, "Ada", TestContext.Current.CancellationToken);
        var ids = ShopApp.Ids(await app.ListAsync("placement=edited&user=1"));
        Assert.Equal(5, ids.Length);
        Assert.All(ids, id => Assert.True(int.Parse(id, System.Globalization.CultureInfo.InvariantCulture) % 4 == 2 && id is not ("2" or "6"), id));
        Assert.Equal(["placement.edit", "placement.create"], (await app.Get<PlacementReader>().ReadAsync("edited", TestContext.Current.CancellationToken))!.History.Select(h => h.Action));
    }

    public static TheoryData<string, PlacementDraft> Wrong => new()
    {
        { "must be 1 to 40 lower-case letters", new() { Key = "Home Page", Name = "x" } },
        { "is taken by the page", new() { Key = "new", Name = "x" } },
        { "name must be 1 to 80", new() { Key = "ok", Name = " " } },
        { "1 to 100 items", new() { Key = "ok", Name = "x", ListLength = 0 } },
        { "between 0 and 50", new() { Key = "ok", Name = "x", Exploration = double.NaN } },
        { "no variant 'nobody'", new() { Key = "ok", Name = "x", Fallbacks = ["nobody"] } },
        { "category 'no-such'", new() { Key = "ok", Name = "x", Categories = ["no-such"] } },
        { "is no item id", new() { Key = "ok", Name = "x", Blocked = [new string('a', 300)] } },
        { "already a placement 'home'", new() { Key = "home", Name = "x" } },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task A_wrong_draft_gets_one_sentence_and_changes_nothing(string says, PlacementDraft draft)
    {
        await app.ServeAsync("popularity", "popularity");
        await using var db = await app.DbAsync();
        var before = await db.Set<Placement>().CountAsync(TestContext.Current.CancellationToken);
        var refusal = await Assert.ThrowsAsync<Refusal>(() => Desk.CreateAsync(draft, "Ada", TestContext.Current.CancellationToken));
        Assert.Contains(says, refusal.Message);
        Assert.Equal(before, await db.Set<Placement>().CountAsync(TestContext.Current.CancellationToken));
    }
}
