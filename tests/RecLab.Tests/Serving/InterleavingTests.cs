using System.Globalization;
using System.Text;
using System.Text.Json;
using RecLab.Events;
using RecLab.Experiments;
using RecLab.Recommenders.Data;
using RecLab.Results;
using RecLab.Serving;
using RecLab.Tests.Doors;
using RecLab.Training;
using Xunit;

namespace RecLab.Tests.Serving;

/// <summary>Lists made by two arms together, from the request to the verdict, through HTTP.</summary>
public sealed class InterleavingTests(ShopApp app) : IClassFixture<ShopApp>, IAsyncLifetime
{
    private static readonly SemaphoreSlim Once = new(1, 1);

    public async ValueTask InitializeAsync()
    {
        await Once.WaitAsync();
        try { await app.OpenAsync(); }
        finally { Once.Release(); }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>A variant that lists the same items to all users named.</summary>
    private async Task<Variant> ListedAsync(string key, IEnumerable<string> users, params int[] items)
    {
        var csv = new StringBuilder("user,item\n");
        foreach (var user in users)
            foreach (var item in items) csv.Append(CultureInfo.InvariantCulture, $"{user},{item}\n");
        using var client = app.Backend();
        using var answer = await client.PutAsync($"/api/v1/variants/{key}/lists?dataset={app.DatasetId}&name={key}", new StringContent(csv.ToString(), Encoding.UTF8, "text/csv"));
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        await app.Get<ModelShelf>().RefreshAsync();
        await using var db = await app.DbAsync();
        return db.Set<Variant>().Single(v => v.Key == key);
    }

    private async Task<Experiment> TogetherAsync(string key, params Variant[] variants)
    {
        await app.PlacementAsync(key, p => (p.Exploration, p.HideSeen) = (0.3, false));
        return await app.ExperimentAsync(key, key, ExperimentSettings.Default with { Mode = ExperimentMode.Interleaving, MinimumUsers = 20 }, variants);
    }

    private string[] Stored(Experiment experiment) => app.Rows($"SELECT items, teams, propensities, assigned_with, variant, arm FROM recommendation WHERE experiment = {experiment.Id} ORDER BY id");

    private static readonly string[] Users = [.. Enumerable.Range(0, 120).Select(u => $"visitor-{u}")];

    [Fact]
    public async Task A_list_holds_items_of_both_arms_once_each_and_its_owners_and_honest_propensities_are_stored()
    {
        var (a, b) = (await ListedAsync("il-a", Users, 0, 1, 2, 3, 4, 5), await ListedAsync("il-b", Users, 0, 2, 10, 11, 12, 13));
        var experiment = await TogetherAsync("il-first", a, b);
        var list = await app.ListAsync("placement=il-first&user=visitor-3&session=s1&n=6");
        var ids = ShopApp.Ids(list);
        Assert.Equal(6, ids.Distinct().Count());
        Assert.Equal("0", ids[0]); // both arms' best
        Assert.Equal("assigned", list.GetProperty("experiment").GetProperty("reason").GetString());
        var stored = Assert.Single(Stored(experiment)).Split(' ');
        Assert.Equal(ids, JsonSerializer.Deserialize<string[]>(stored[0]));
        Assert.Matches("^2[01]{6}$", stored[1]);
        Assert.All(Enumerable.Range(0, 6), i => Assert.Contains(int.Parse(ids[i]), stored[1][i + 1] == '0' ? [0, 1, 2, 3, 4, 5] : new[] { 0, 2, 10, 11, 12, 13 }));
        var propensities = JsonSerializer.Deserialize<double[]>(stored[2])!;
        Assert.Equal([1, 0.5], propensities.Take(2)); // the first place is 0 whoever picks; then 1 by the first arm or 2 by the second, and nobody knows who picked: one half each
        Assert.Equal(["1", "0", "0"], stored[3..]);

        Assert.Equal(ids, ShopApp.Ids(await app.ListAsync("placement=il-first&user=visitor-3&session=s1&n=6"))); // asked again, the same list, placement's exploration or not
        Assert.Equal(stored[1], Stored(experiment)[1].Split(' ')[1]);
        List<string> draws = [];
        for (var session = 0; session < 12; session++) draws.Add(string.Join(' ', ShopApp.Ids(await app.ListAsync($"placement=il-first&user=visitor-3&session=t{session}&n=6"))));
        Assert.True(draws.Distinct().Count() > 2);
    }

    [Fact]
    public async Task What_is_excluded_is_in_no_arms_part_and_a_short_arm_makes_a_short_list()
    {
        var (a, b) = (await ListedAsync("ex-a", Users, 20, 21, 22, 23), await ListedAsync("ex-b", Users, 30, 31));
        await TogetherAsync("il-exclude", a, b);
        var ids = ShopApp.Ids(await app.ListAsync("placement=il-exclude&user=visitor-1&exclude=20&exclude=30&n=8"));
        Assert.DoesNotContain("20", ids);
        Assert.DoesNotContain("30", ids);
        Assert.InRange(ids.Length, 2, 3); // 31 and at most one item of the other arm before and after it
        Assert.Contains("31", ids);
    }

    [Fact]
    public async Task Without_one_of_the_arms_the_list_is_a_plain_one_that_counts_for_nobody()
    {
        var (a, b) = (await ListedAsync("mi-a", Users, 1, 2, 3), await ListedAsync("mi-b", ["somebody-else"], 4, 5, 6));
        var experiment = await TogetherAsync("il-missing", a, b);
        var list = await app.ListAsync("placement=il-missing&user=visitor-2&n=3");
        Assert.Equal("team-missing", list.GetProperty("experiment").GetProperty("reason").GetString());
        Assert.Equal(3, ShopApp.Ids(list).Length);
        await app.SendAsync(ShopApp.Event("click", list, 0, "visitor-2"));
        Assert.Empty(Stored(experiment));
        Assert.Equal(0, (await app.Get<ResultsReader>().ReadAsync("il-missing", false))!.Contest!.Lists);
        var health = ResultsView.Of((await app.Get<ResultsReader>().ReadAsync("il-missing", false))!).Health;
        Assert.Equal(HealthLevel.Bad, health.Cells.Single(c => c.Title == "Not interleaved").Level);
    }

    [Fact]
    public async Task The_better_arm_is_found_and_swapping_the_names_swaps_the_verdict()
    {
        // items 0..9 are liked, 40..49 are not
        var (good, bad) = (await ListedAsync("pl-good", Users, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9), await ListedAsync("pl-bad", Users, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49));
        await TogetherAsync("il-planted", bad, good);
        await TogetherAsync("il-swapped", good, bad);
        foreach (var placement in new[] { "il-planted", "il-swapped" }) await VisitAsync(placement, item => item < 10 ? 0.6 : 0.1, seed: 4);

        var planted = await ViewAsync("il-planted");
        Assert.Equal(VerdictKind.Better, planted.Verdict.Kind);
        Assert.StartsWith("pl-good is preferred: ", planted.Verdict.Sentence, StringComparison.Ordinal);
        Assert.Equal((ExperimentOutcome.Ship, 1), (planted.Recommendation.Outcome, planted.Recommendation.Arm));
        var swapped = await ViewAsync("il-swapped");
        Assert.Equal(VerdictKind.Worse, swapped.Verdict.Kind);
        Assert.StartsWith("pl-good is preferred: only ", swapped.Verdict.Sentence, StringComparison.Ordinal);
        Assert.Equal(0, new FoldProof(app.Get<EventStore>()).Examine().Differing);
    }

    [Fact]
    public async Task Clicks_without_taste_show_no_preference()
    {
        var (a, b) = (await ListedAsync("nt-a", Users, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9), await ListedAsync("nt-b", Users, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49));
        await TogetherAsync("il-blind", a, b);
        await VisitAsync("il-blind", _ => 0.4, seed: 8);
        var view = await ViewAsync("il-blind");
        Assert.True(view.Contest!.Users > 100);
        Assert.Equal(VerdictKind.NoDifferenceYet, view.Verdict.Kind);
        Assert.InRange(view.Contest.Rivals[0].Share!.Value, 0.4, 0.6);
    }

    private async Task<ResultsView> ViewAsync(string key) => ResultsView.Of((await app.Get<ResultsReader>().ReadAsync(key, simulated: true))!);

    /// <summary>Simulated visitors through the doors: each asks for a list of four and clicks with the chance of each item.</summary>
    private async Task VisitAsync(string placement, Func<int, double> chance, int seed)
    {
        await Parallel.ForEachAsync(Users.Index(), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (who, _) =>
        {
            var (random, user) = (new Random(seed * 1000 + who.Index), who.Item);
            var list = await app.ListAsync($"placement={placement}&user={user}&session=s&n=4&simulated=true");
            var clicks = ShopApp.Ids(list).Select((id, place) => (id, place)).Where(i => random.NextDouble() < chance(int.Parse(i.id))).ToArray();
            if (clicks.Length > 0) await app.SendSimulatedAsync([.. clicks.Select(c => ShopApp.Event("click", list, c.place, user))]);
        });
    }
}
