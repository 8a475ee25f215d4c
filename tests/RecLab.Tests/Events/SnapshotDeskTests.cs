using RecLab.Access;
using RecLab.Data;
using RecLab.Events;
using RecLab.Experiments;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Evaluation;
using RecLab.Tests.Doors;
using Xunit;

namespace RecLab.Tests.Events;

/// <summary>Cuts of the log over the real doors: what enters a snapshot, with which weight, and what never does.</summary>
public sealed class SnapshotDeskTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>The rows a snapshot has beyond those of its base, as "user item value".</summary>
    private static async Task<string[]> LogRowsAsync(ShopApp app, Dataset snapshot)
    {
        var data = await app.Get<DatasetShelf>().OpenAsync(snapshot.Id, Cancellation);
        var start = LogCut.Of(snapshot)!.BaseRows;
        return [.. Enumerable.Range(start, data.Count - start).Select(r => FormattableString.Invariant($"{data.Users[data.User[r]]} {data.Items[data.Item[r]]} {data.Value[r]:0.###}")).Order(StringComparer.Ordinal)];
    }

    [Fact]
    public async Task A_live_snapshot_holds_nothing_simulated_and_a_simulated_one_nothing_live()
    {
        await using var app = new ShopApp();
        await app.WithAislesAsync();
        for (var u = 0; u < 12; u++)
        {
            await app.ClickAsync($"live-{u}", "57");
            await app.ClickAsync($"sim-{u}", "58", simulated: true);
        }
        var (live, simulated) = (await app.SnapshotAsync("live"), await app.SnapshotAsync("simulated", new() { Simulated = true }));
        Assert.Equal((DatasetOrigin.LiveLog, DatasetOrigin.SimulatedLog), (live.Origin, simulated.Origin));
        Assert.Equal(Enumerable.Range(0, 12).Select(u => $"live-{u} 57 1").Order(StringComparer.Ordinal), await LogRowsAsync(app, live));
        Assert.Equal(Enumerable.Range(0, 12).Select(u => $"sim-{u} 58 1").Order(StringComparer.Ordinal), await LogRowsAsync(app, simulated));
        Assert.Equal((12, 80 + 12), (LogCut.Of(live)!.NewUsers, live.Users));
    }

    [Fact]
    public async Task What_one_person_does_with_one_item_adds_up_by_weight_to_the_most_it_may_and_weight_0_leaves_a_type_out()
    {
        await using var app = new ShopApp();
        await app.WithAislesAsync();
        for (var u = 0; u < 10; u++) await app.ClickAsync($"u{u}", "57");
        object Done(string type, string item, double? value = null, string? id = null) => new { eventId = id ?? Guid.CreateVersion7().ToString(), type, itemId = item, user = "u0", value, occurredAt = DateTimeOffset.UtcNow };
        await app.ReportAsync(false, Done("add_to_cart", "57", 5700), Done("purchase", "57", 5700), Done("rating", "53", 4), Done("rating", "49", 0), Done("dismiss", "45"), Done("custom:saved", "41"));
        await app.ReportAsync(false, Done("purchase", "57", 5700)); // bought again: 1 + 3 + 5 + 5 is more than 10

        var all = await app.SnapshotAsync("all");
        Assert.Equal((string[])["u0 53 4", "u0 57 10", .. Enumerable.Range(1, 9).Select(u => $"u{u} 57 1")], await LogRowsAsync(app, all));
        Assert.Equal([("add_to_cart", 1L), ("click", 10L), ("purchase", 2L), ("rating", 1L)], LogCut.Of(all)!.Counts.Select(c => (c.Type, c.Events)));
        Assert.Equal([new("ratings of no stars", 1)], LogCut.Of(all)!.LeftOut);

        for (var u = 1; u < 10; u++) await app.ReportAsync(false, new { eventId = Guid.CreateVersion7().ToString(), type = "purchase", itemId = "57", user = $"u{u}", value = 5700, occurredAt = DateTimeOffset.UtcNow });
        var bought = await app.SnapshotAsync("clicks left out", new() { Most = 100, Weights = new(StringComparer.Ordinal) { ["click"] = 0, ["purchase"] = 2, ["custom:saved"] = 1.5 } });
        Assert.Equal((string[])["u0 41 1.5", "u0 57 4", .. Enumerable.Range(1, 9).Select(u => $"u{u} 57 2")], await LogRowsAsync(app, bought));
    }

    [Fact]
    public async Task The_hidden_slice_of_the_base_never_enters_and_its_other_rows_do()
    {
        await using var app = new ShopApp();
        await app.WithAislesAsync();
        for (var u = 0; u < 10; u++) await app.ClickAsync($"u{u}", "57");
        var snapshot = await app.SnapshotAsync("with base");
        var data = await app.Get<DatasetShelf>().OpenAsync(snapshot.Id, Cancellation);
        var split = new SplitPlan { Hidden = 0.1 }.Cut(ShopApp.Stock());
        static IEnumerable<(string, string, long)> Rows(Interactions part) => Enumerable.Range(0, part.Count).Select(r => (part.Users[part.User[r]], part.Items[part.Item[r]], part.Time[r]));
        Assert.Equal(80, split.Hidden.Count); // one of each user's twelve
        Assert.Equal(960 - 80, LogCut.Of(snapshot)!.BaseRows);
        Assert.Empty(Rows(data).Intersect(Rows(split.Hidden)));
        Assert.Empty(Rows(split.Past).Except(Rows(data)));
        Assert.Equal("Item <b>57</b>", data.Catalogue["57"].Title);

        var alone = await app.SnapshotAsync("log alone", new() { WithBase = false });
        Assert.Equal((10L, 10, 60), (alone.Rows, alone.Users, alone.Items)); // every item stays known, so that all of them can be shown
    }

    [Fact]
    public async Task The_same_log_gives_the_same_content_and_one_more_event_another()
    {
        await using var app = new ShopApp();
        await app.WithAislesAsync();
        for (var u = 0; u < 10; u++) await app.ClickAsync($"u{u}", "57");
        var recipe = new LogRecipe { HalfLifeDays = 7 };
        var (one, two) = (await app.SnapshotAsync("one", recipe), await app.SnapshotAsync("two", recipe));
        Assert.Equal(one.ContentHash, two.ContentHash);
        await app.ClickAsync("u0", "53");
        Assert.NotEqual(one.ContentHash, (await app.SnapshotAsync("three", recipe)).ContentHash);
        Assert.Equal(one.ContentHash, (await app.SnapshotAsync("four", recipe with { Until = LogCut.Of(one)!.Last.AddMilliseconds(1) })).ContentHash);
    }

    [Fact]
    public async Task Testers_programs_people_without_consent_forgeries_and_unknown_items_leave_no_row()
    {
        await using var app = new ShopApp();
        await app.WithAislesAsync();
        var (a, b) = (await app.ServeAsync("a", "popularity"), await app.ServeAsync("b", "als"));
        await app.Get<ExperimentDesk>().DraftAsync(new ExperimentDraft
        {
            Key = "tested", Name = "Tested", Placement = "home", Arms = [new(a.Id, "A", 0.5), new(b.Id, "B", 0.5)],
            Settings = ExperimentSettings.Default with { Overrides = new Dictionary<string, int> { ["tester"] = 1 } },
        }, "Ada", Cancellation);
        for (var u = 0; u < 10; u++) await app.ClickAsync($"u{u}", "57");
        await app.ClickAsync("tester", "57");
        var list = await app.ListAsync("placement=aisle-1&user=u1&n=5");
        var nobody = await app.ListAsync("placement=aisle-1&user=shy&consent=denied&n=5");
        object Click(System.Text.Json.JsonElement of, string seal, string? user, string? item = null) => new
        {
            eventId = Guid.CreateVersion7().ToString(), type = "click", recommendationId = of.GetProperty("recommendationId").GetString() + seal, itemId = item ?? ShopApp.Ids(of)[0], position = 1, user,
            occurredAt = DateTimeOffset.UtcNow,
        };
        var answer = await app.ReportAsync(false, Click(list, "x", "u1"), Click(list, "", "u2"), Click(list, "", "u1", "58"), Click(nobody, "", null));
        Assert.Equal(3, answer.GetProperty("quarantined").GetInt32());
        await app.ReportAsync(false, new { eventId = Guid.CreateVersion7().ToString(), type = "purchase", itemId = "buy at evil.example", user = "u1", value = 1, occurredAt = DateTimeOffset.UtcNow });

        var snapshot = await app.SnapshotAsync("clean");
        Assert.Equal(Enumerable.Range(0, 10).Select(u => $"u{u} 57 1"), await LogRowsAsync(app, snapshot));
        Assert.Equal([new("items that the base data set does not know", 1), new("no person is named (no consent, no user id or a program)", 1), new("testers of an experiment", 1)], LogCut.Of(snapshot)!.LeftOut);
        Assert.Equal(60, snapshot.Items);
    }

    [Fact]
    public async Task A_snapshot_taken_while_events_arrive_sees_whole_batches_only()
    {
        await using var app = new ShopApp();
        await app.WithAislesAsync();
        var log = app.Get<EventLog>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var visits = 0;
        async Task VisitAsync()
        {
            while (!stop.IsCancellationRequested)
            {
                var user = $"u{Interlocked.Increment(ref visits)}";
                await log.AppendAsync([.. new[] { "57", "53" }.Select(item => new ReceivedEvent
                {
                    Id = Guid.CreateVersion7(), Type = EventTypes.Click, Item = item, Unit = user, OccurredAt = 1_772_366_400_000 + visits, ReceivedAt = 1_772_366_400_000 + visits,
                })]);
            }
        }
        var traffic = Task.WhenAll(VisitAsync(), VisitAsync());
        while (Volatile.Read(ref visits) < 20) await Task.Delay(5, Cancellation);
        var sizes = new List<int>();
        for (var n = 0; n < 5; n++)
        {
            var snapshot = await app.SnapshotAsync($"number {n}", new() { WithBase = false });
            var rows = await LogRowsAsync(app, snapshot);
            Assert.All(rows.GroupBy(r => r.Split(' ')[0]), person => Assert.Equal(2, person.Count()));
            sizes.Add(rows.Length);
        }
        await stop.CancelAsync();
        await traffic;
        Assert.Equal(sizes.Order(), sizes);
        Assert.Equal(visits * 2, (await LogRowsAsync(app, await app.SnapshotAsync("last", new() { WithBase = false }))).Length);
    }

    [Theory]
    [InlineData("dismiss", 1, "Nothing can be learnt from events of the type 'dismiss'. There are viewable, click, add_to_cart, purchase, rating and custom:name.")]
    [InlineData("rendered", 1, "Nothing can be learnt from events of the type 'rendered'. There are viewable, click, add_to_cart, purchase, rating and custom:name.")]
    [InlineData("click", -1, "The weight of 'click' must lie between 0 and 100.")]
    [InlineData("click", double.NaN, "The weight of 'click' must lie between 0 and 100.")]
    [InlineData("click", 0, "Give at least one type of event a weight above 0.")]
    public void A_recipe_out_of_range_gets_one_sentence(string type, double weight, string sentence) =>
        Assert.Equal(sentence, Assert.Throws<SnapshotRefusedException>(() => SnapshotDesk.Check(new() { Weights = new() { [type] = weight } })).Message);
}
