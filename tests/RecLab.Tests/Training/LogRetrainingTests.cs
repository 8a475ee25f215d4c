using Microsoft.EntityFrameworkCore;
using RecLab.Data;
using RecLab.Events;
using RecLab.Recommenders;
using RecLab.Serving;
using RecLab.Tests.Doors;
using RecLab.Training;
using Xunit;

namespace RecLab.Tests.Training;

/// <summary>The loop: what people click comes back as what is recommended. Real doors, real log, real trainings.</summary>
public sealed class LogRetrainingTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("item-knn", "{}")]
    [InlineData("als", """{"factors":16,"iterations":10}""")]
    public async Task Clicks_on_an_item_change_what_the_next_trained_model_recommends_to_people_of_the_same_taste(string family, string options)
    {
        await using var app = new ShopApp();
        await app.WithAislesAsync();
        var variant = await app.Get<VariantDesk>().CreateAsync(new() { Key = "loop", Name = "Loop", Family = family, Options = options, DatasetId = app.DatasetId }, "Ada", Cancellation);
        await app.TrainedAsync((await app.Get<TrainingDesk>().RequestAsync("loop", "Ada", cancellation: Cancellation)).Id);
        await app.PlacementAsync("home", p => (p.Exploration, p.DefaultVariantId) = (0, variant.Id));

        // Users whose number divides by 4 like the items whose number does. Item 57 is of another taste; 15 of the 20 click it, the other five never do.
        string[] others = ["60", "64", "68", "72", "76"];
        var before = await PlacesAsync(app, others);
        for (var user = 0; user < 60; user += 4) await app.ClickAsync($"{user}", "57");

        var run = await app.TrainedAsync((await app.Get<LogRetraining>().RequestAsync("loop", new LogRecipe(), "Ada", cancellation: Cancellation)).Id);
        var after = await PlacesAsync(app, others);
        Assert.All(others.Index(), u => Assert.True(after[u.Index] < before[u.Index] && after[u.Index] <= 10, $"user {u.Item}: place {before[u.Index]} became {after[u.Index]}"));
        Assert.True(3 * after.Sum() < before.Sum(), $"{string.Join(' ', before)} became {string.Join(' ', after)}");

        await using var db = await app.DbAsync();
        var snapshot = await db.Set<Dataset>().SingleAsync(d => d.Id == run.DatasetId, Cancellation);
        Assert.Equal((DatasetOrigin.LiveLog, 0.0, DatasetState.Ready), (snapshot.Origin, snapshot.HiddenShare, snapshot.State));
        Assert.Equal(app.DatasetId, (await db.Set<Variant>().SingleAsync(v => v.Key == "loop", Cancellation)).DatasetId);
        Assert.Equal(run.Id, (await db.Set<Variant>().SingleAsync(v => v.Key == "loop", Cancellation)).ServedRunId);
        var list = await app.ListAsync("placement=home&user=60&n=60");
        Assert.Equal(2, list.GetProperty("model").GetProperty("version").GetInt32());
        Assert.All(list.GetProperty("items").EnumerateArray(), i => Assert.StartsWith("Item <b>", i.GetProperty("title").GetString()));
    }

    /// <summary>Place of item 57 in each user's list of everything, from 1.</summary>
    private static async Task<int[]> PlacesAsync(ShopApp app, string[] users)
    {
        var places = new int[users.Length];
        for (var u = 0; u < users.Length; u++) places[u] = Array.IndexOf(ShopApp.Ids(await app.ListAsync($"placement=home&user={users[u]}&n=60")), "57") is >= 0 and var at ? at + 1 : 61;
        return places;
    }

    [Fact]
    public async Task A_click_that_the_model_has_learnt_is_not_told_to_it_again_as_history()
    {
        await using var app = new ShopApp();
        await app.WithAislesAsync();
        for (var user = 0; user < 40; user += 4) await app.ClickAsync($"{user}", "57");
        var variant = await app.Get<VariantDesk>().CreateAsync(new() { Key = "once", Name = "Once", Family = "popularity", DatasetId = app.DatasetId }, "Ada", Cancellation);
        await app.TrainedAsync((await app.Get<LogRetraining>().RequestAsync("once", new LogRecipe(), "Ada", cancellation: Cancellation)).Id);
        await app.ClickAsync("8", "53");
        var served = app.Get<ModelShelf>().Borrow(variant.Id)!;
        int User(string id) => served.Model.Users.IndexOf(id);
        var history = ListChooser.History(served, User("8"), app.Get<InterestShelf>().Of("8", simulated: false)).Select(i => served.Items[i]).ToArray();
        // eleven of the base's twelve rows are no hidden truth, then the click that was learnt and the one since
        Assert.Equal([.. ShopApp.Stock().History(8).Take(11).Select(i => $"{i}"), "57", "53"], history);
    }

    [Fact]
    public async Task A_schedule_takes_a_fresh_snapshot_each_time_and_rests_while_nothing_happens()
    {
        await using var app = new ShopApp();
        await app.WithAislesAsync();
        for (var user = 0; user < 48; user += 4) await app.ClickAsync($"{user}", "57");
        var draft = new VariantDraft { Key = "nightly", Name = "Nightly", Family = "popularity", DatasetId = app.DatasetId, Schedule = "* * * * * ?", Log = new() };
        var variant = await app.Get<VariantDesk>().CreateAsync(draft, "Ada", Cancellation);
        var first = await RunAsync(1);
        Assert.True(first.Scheduled);
        // the schedule fires every second: what comes next must come from the new click, however often it fired meanwhile
        await app.ClickAsync("70", "57");
        var second = await RunAsync(2);
        await app.Get<VariantDesk>().EditAsync("nightly", draft with { Schedule = null }, "Ada", Cancellation);
        await using var db = await app.DbAsync();
        var cuts = await db.Set<Dataset>().Where(d => d.Origin == DatasetOrigin.LiveLog).OrderBy(d => d.Id).ToListAsync(Cancellation);
        Assert.Equal([first.DatasetId, second.DatasetId], cuts.Select(d => d.Id));
        Assert.Equal([12L, 13L], cuts.Select(d => LogCut.Of(d)!.Events()));
        Assert.NotEqual(cuts[0].ContentHash, cuts[1].ContentHash);

        async Task<TrainingRun> RunAsync(int version)
        {
            for (var i = 0; i < 300; i++)
            {
                await using var look = await app.DbAsync();
                if (await look.Set<TrainingRun>().FirstOrDefaultAsync(r => r.VariantId == variant.Id && r.Version == version, Cancellation) is { } run) return await app.TrainedAsync(run.Id);
                await Task.Delay(100, Cancellation);
            }
            throw new InvalidOperationException($"The schedule asked for no version {version} within 30 seconds.");
        }
    }

    [Fact]
    public async Task A_scheduled_version_is_held_against_the_served_one_on_the_same_rows_of_its_own_snapshot()
    {
        await using var app = new ShopApp();
        await app.WithAislesAsync();
        for (var user = 0; user < 48; user += 4) await app.ClickAsync($"{user}", "57");
        var draft = new VariantDraft { Key = "held", Name = "Held", Family = "item-knn", DatasetId = app.DatasetId, PromotionMargin = 0, Log = new() };
        var variant = await app.Get<VariantDesk>().CreateAsync(draft, "Ada", Cancellation);
        var first = await app.TrainedAsync((await app.Get<TrainingDesk>().RequestAsync("held", "Ada", cancellation: Cancellation)).Id);
        await using (var db = await app.DbAsync()) // a score that no model reaches, of other rows: it must not be what decides
            await db.Set<TrainingRun>().Where(r => r.Id == first.Id).ExecuteUpdateAsync(set => set.SetProperty(r => r.ValidationScore, 0.99), Cancellation);
        var run = await app.TrainedAsync((await app.Get<LogRetraining>().RequestAsync("held", new(), RetrainJob.Requester, scheduled: true, cancellation: Cancellation)).Id);

        await using var after = await app.DbAsync();
        string? line = null; // the process writes its last log lines after the state
        for (var i = 0; line is null && i < 100; i++)
        {
            line = await after.Set<RunLogLine>().Where(l => l.RunId == run.Id && l.Text.StartsWith("Version 1")).Select(l => l.Text).SingleOrDefaultAsync(Cancellation);
            await Task.Delay(50, Cancellation);
        }
        var split = (await after.Set<Dataset>().SingleAsync(d => d.Id == run.DatasetId, Cancellation)).Plan().Cut(await app.Get<DatasetShelf>().OpenAsync(run.DatasetId, Cancellation));
        // The base's indices are the snapshot's first ones and all items are the base's, so the old model can be asked without translation: a second way to the same number.
        var old = await app.Get<ArtifactStore>().LoadAsync(first, Cancellation);
        Assert.Equal(old.Items.Ids, split.Train.Items.Ids);
        Assert.Equal(old.Users.Ids, split.Train.Users.Ids);
        var theirs = OfflineEvaluation.Validation(old, split, 1, null, Cancellation)!.Value;
        Assert.Equal(FormattableString.Invariant($"Version 1, which is served, reaches {theirs:0.0000} on the same validation rows."), line);
        Assert.Equal(run.ValidationScore >= theirs ? run.Id : first.Id, (await after.Set<Variant>().SingleAsync(v => v.Id == variant.Id, Cancellation)).ServedRunId);
    }

    [Fact]
    public async Task An_empty_log_is_refused_with_a_sentence_and_nothing_is_left_behind()
    {
        await using var app = new ShopApp();
        await app.WithAislesAsync();
        await app.Get<VariantDesk>().CreateAsync(new() { Key = "early", Name = "Early", Family = "popularity", DatasetId = app.DatasetId }, "Ada", Cancellation);
        var refusal = await Assert.ThrowsAsync<SnapshotRefusedException>(() => app.Get<LogRetraining>().RequestAsync("early", new(), "Ada", cancellation: Cancellation));
        Assert.Equal("The live log holds nothing yet that could be learnt from by these weights.", refusal.Message);
        for (var user = 0; user < 36; user += 4) await app.ClickAsync($"{user}", "57");
        refusal = await Assert.ThrowsAsync<SnapshotRefusedException>(() => app.Get<LogRetraining>().RequestAsync("early", new(), "Ada", cancellation: Cancellation));
        Assert.Equal("The live log holds only 9 pairs of a person and an item; a snapshot needs at least 10.", refusal.Message);
        await using var db = await app.DbAsync();
        Assert.Equal([app.DatasetId], await db.Set<Dataset>().Select(d => d.Id).ToListAsync(Cancellation));
        Assert.False(await db.Set<TrainingRun>().AnyAsync(Cancellation));
    }
}
