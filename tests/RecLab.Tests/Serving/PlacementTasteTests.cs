using RecLab.Data;
using RecLab.Events;
using RecLab.Recommenders.Data;
using RecLab.Serving;
using RecLab.Tests.Doors;
using RecLab.Training;
using Xunit;

namespace RecLab.Tests.Serving;

/// <summary>One variant for several placements, and one variant a placement, through HTTP.</summary>
public sealed class PlacementTasteTests
{
    private const string Fm = """{"factors":8,"epochs":30,"learningRate":0.1}""";
    private const int People = 40;
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Sixty people take to items of even number at home and of odd number in the cart; ten of each.</summary>
    private static Interactions Stock()
    {
        var random = new Random(3);
        List<int> user = [], item = [];
        List<string> place = [];
        for (var u = 0; u < 60; u++)
            for (var s = 0; s < 2; s++)
                foreach (var i in Enumerable.Range(0, 20).OrderBy(_ => random.Next()).Take(10))
                {
                    user.Add(u);
                    item.Add(2 * i + s);
                    place.Add(s == 0 ? "home" : "cart");
                }
        // rows in turns, so that each person's newest, which are kept back for evaluation and truth, lie in both places
        var order = Enumerable.Range(0, user.Count).OrderBy(_ => random.Next()).ToArray();
        return new(Vocabulary.OfNumbers(60), Vocabulary.OfNumbers(40), [.. order.Select(r => user[r])], [.. order.Select(r => item[r])], [.. order.Select(_ => 1f)], [.. order.Select((_, r) => 1_600_000_000L + r)],
            scenarios: ScenarioColumn.Of([.. order.Select(r => place[r])]));
    }

    private static bool Liked(string placement, string item) => int.Parse(item) % 2 == (placement == "cart" ? 1 : 0);

    private static async Task<ShopApp> OpenAsync()
    {
        var app = new ShopApp();
        await app.OpenAsync(Stock());
        foreach (var placement in (string[])["home", "cart", "mail"]) await app.PlacementAsync(placement, p => p.Exploration = 0);
        return app;
    }

    [Fact]
    public async Task A_shared_model_gives_the_same_user_another_list_in_each_placement_and_a_third_where_it_learnt_nothing_of()
    {
        await using var app = await OpenAsync();
        var variant = await app.ServeAsync("shared", "fm", Fm);
        foreach (var placement in (string[])["home", "cart", "mail"]) await app.PlacementAsync(placement, p => p.DefaultVariantId = variant.Id);
        foreach (var user in (string[])["1", "7", "30"])
        {
            var home = ShopApp.Ids(await app.ListAsync($"placement=home&user={user}&n=5"));
            var cart = ShopApp.Ids(await app.ListAsync($"placement=cart&user={user}&n=5"));
            Assert.True(home.Count(i => Liked("home", i)) >= 4 && cart.Count(i => Liked("cart", i)) >= 4, $"{string.Join(' ', home)} and {string.Join(' ', cart)}");
            Assert.Equal(home, ShopApp.Ids(await app.ListAsync($"placement=home&user={user}&n=5"))); // what is kept of a list belongs to its placement
            Assert.Equal(5, ShopApp.Ids(await app.ListAsync($"placement=mail&user={user}&n=5")).Distinct().Count());
        }
    }

    [Fact]
    public async Task The_results_of_each_placement_show_that_it_beats_a_model_that_does_not_know_where_it_is_asked()
    {
        await using var app = await OpenAsync();
        var (knowing, blind) = (await app.ServeAsync("knowing", "fm", Fm), await app.ServeAsync("blind", "als", """{"factors":8}"""));
        foreach (var placement in (string[])["home", "cart"]) await app.ExperimentAsync($"test-{placement}", placement, blind, knowing);
        for (var user = 0; user < People; user++)
            foreach (var placement in (string[])["home", "cart"])
            {
                var list = await app.ListAsync($"placement={placement}&user={user}&n=5");
                var ids = ShopApp.Ids(list);
                await app.SendAsync([.. ids.Select((_, at) => ShopApp.Event("viewable", list, at, $"{user}")), .. ids.Index().Where(i => Liked(placement, i.Item)).Select(i => ShopApp.Event("click", list, i.Index, $"{user}"))]);
            }
        var hours = app.Get<TrafficReader>().Hours(simulated: false, DateTimeOffset.UtcNow.AddHours(-2));
        foreach (var placement in (string[])["home", "cart"])
        {
            double Rate(int variant)
            {
                var own = hours.Where(h => h.Placement == placement && h.Variant == variant).ToArray();
                Assert.True(own.Sum(h => h.Lists) >= 5, $"{own.Sum(h => h.Lists)} lists at {placement}");
                return (double)own.Sum(h => h.Clicked) / own.Sum(h => h.Viewable);
            }
            Assert.True(Rate(knowing.Id) > Rate(blind.Id) + 0.1, $"{placement}: {Rate(knowing.Id):0.00} against {Rate(blind.Id):0.00}");
            Assert.True(Rate(knowing.Id) > 0.75, $"{placement}: {Rate(knowing.Id):0.00}");
        }
    }

    [Fact]
    public async Task A_variant_learns_from_the_lists_of_one_placement_alone_and_a_shared_one_is_told_where_each_click_was()
    {
        await using var app = await OpenAsync();
        for (var user = 0; user < 12; user++)
            foreach (var placement in (string[])["home", "cart"])
            {
                var list = await app.ListAsync($"placement={placement}&user=new-{user}&n=40");
                var wanted = ShopApp.Ids(list).Index().Where(i => Liked(placement, i.Item) && int.Parse(i.Item) < 8).ToArray();
                await app.SendAsync([.. wanted.Select(i => ShopApp.Event("click", list, i.Index, $"new-{user}"))]);
            }
        var shared = await app.SnapshotAsync("both", new() { WithBase = false });
        var data = await app.Get<DatasetShelf>().OpenAsync(shared.Id, Cancellation);
        Assert.Equal(["cart", "home"], await app.Get<DatasetShelf>().ScenariosAsync(shared.Id, Cancellation));
        Assert.Equal(12 * 8, data.Count);
        Assert.All(Enumerable.Range(0, data.Count), row => Assert.True(Liked(data.Scenarios!.Names[data.Scenarios.OfRow[row]], data.Items[data.Item[row]])));

        foreach (var placement in (string[])["home", "cart"])
        {
            var variant = await app.Get<VariantDesk>().CreateAsync(new() { Key = $"only-{placement}", Name = placement, Family = "popularity", DatasetId = app.DatasetId }, "Ada", Cancellation);
            await app.TrainedAsync((await app.Get<LogRetraining>().RequestAsync($"only-{placement}", new LogRecipe { Placement = placement, WithBase = false }, "Ada", cancellation: Cancellation)).Id);
            await app.PlacementAsync(placement, p => p.DefaultVariantId = variant.Id);
            var list = await app.ListAsync($"placement={placement}&user=stranger&n=4");
            Assert.Equal($"only-{placement}", list.GetProperty("model").GetProperty("id").GetString());
            Assert.All(ShopApp.Ids(list), item => Assert.True(Liked(placement, item) && int.Parse(item) < 8, item));
        }
    }
}
