using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using RecLab.Access;
using RecLab.Tests.Training;
using RecLab.Training;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace RecLab.Browser.Tests.Commands;

/// <summary>Every command of Training and of a run's page pressed once; what each must change is read from the database.</summary>
public sealed class TrainingCommandsTests(LiveApp app) : IClassFixture<LiveApp>
{
    /// <summary>Options of a training that goes on until somebody stops it.</summary>
    private const string Slow = """{"factors":320,"iterations":500,"solver":"cholesky"}""";

    /// <summary>One training holds the only slot, so that whatever is asked for meanwhile waits for as long as the test likes.</summary>
    [Fact]
    public async Task Ask_cancel_resume_take_out_and_start_anew()
    {
        await app.OpenAsync();
        await app.Get<VariantDesk>().CreateAsync(new() { Key = "slow", Name = "Slow", Family = "als", Options = Slow, DatasetId = app.DatasetId }, "test");
        await using var visitor = await app.SignedInAsync(Roles.Analyst);
        var walk = await CommandWalk.BeginAsync(visitor);
        var page = visitor.Page;
        await walk.GoAsync("/training");
        await page.GetByLabel("Variant", new() { Exact = true }).SelectAtRestAsync("slow");
        await page.GetByLabel("Seed").FillAtRestAsync("7");
        await walk.PressAsync("Train");
        await Expect(page).ToHaveURLAsync(new Regex("/training/[0-9]+$"));
        var first = Number(page.Url);
        await StateAsync(first, "Running 7 1");
        await walk.PressAsync("Cancel run");
        await walk.PressAsync("Keep");
        Assert.Equal(["Running 0"], app.AppRows($"SELECT State, CancelRequested FROM training_runs WHERE Id = {first}"));

        await walk.GoAsync("/training");
        await page.GetByLabel("Variant", new() { Exact = true }).SelectAtRestAsync("slow"); // the form begins with the first variant of the shop
        await walk.PressAsync("Train"); // the slot is taken
        await Expect(page).ToHaveURLAsync(new Regex($"/training/(?!{first}$)[0-9]+$"));
        var second = Number(page.Url);
        await StateAsync(second, "Queued 42 0");
        await walk.PressAsync("Take out of the queue");
        await StateAsync(second, "Cancelled 42 0");
        await walk.PressAsync("Start anew");
        await Expect(page).ToHaveURLAsync(new Regex($"/training/(?!{second}$)[0-9]+$"));
        var third = Number(page.Url);
        Assert.Equal(["Queued 42 3"], app.AppRows($"SELECT State, Seed, Version FROM training_runs WHERE Id = {third}"));
        await walk.GoAsync("/training");
        await walk.PressAsync("Take out");
        await StateAsync(third, "Cancelled 42 0");

        await walk.PressAsync("Cancel");
        await walk.PressAsync("Keep");
        Assert.Equal(["0"], app.AppRows($"SELECT CancelRequested FROM training_runs WHERE Id = {first}"));
        await walk.PressAsync("Cancel");
        await walk.PressAsync("Stop Slow v1");
        await StateAsync(first, "Cancelled 7 1");
        await walk.GoAsync($"/training/{first}");
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Resume") }).ClickAtRestAsync();
        walk.Pressed("Resume*"); // "from checkpoint" where it had come so far
        // Curves, where an iteration was over before it was stopped: the other test presses what belongs to them.
        foreach (var command in (string[])["Compare with", "Linear", "Log", "Show table", "Show chart", "Download CSV", "TensorBoard file", "Show last lines", "Hide last lines"]) walk.Pressed(command);
        await StateAsync(first, "Running 7 2");
        await walk.PressAsync("Cancel run");
        await walk.PressAsync("Stop Slow v1");
        await StateAsync(first, "Cancelled 7 2");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Start anew" })).ToBeVisibleAsync();
        await walk.PressAsync("Download");
        await walk.GoAsync("/training");
        await walk.PressAsync("Trained");
        await Expect(page.GetByRole(AriaRole.Row).Filter(new() { HasText = "Cancelled" })).ToHaveCountAsync(0); // what the shop has trained stays
        await walk.PressAsync("Stopped");
        await Expect(page.GetByRole(AriaRole.Row).Filter(new() { HasText = "Slow" }).Filter(new() { HasText = "Cancelled" })).ToHaveCountAsync(3);
        await walk.PressAsync("All");
        await LiveApp.EventuallyAsync(["training.request", "training.request", "training.cancel", "training.retry", "training.cancel", "training.cancel", "training.resume", "training.cancel"], () => app.AppRows("SELECT Action FROM audit WHERE Action LIKE 'training.%' AND Subject LIKE '%(slow v%' AND Who LIKE 'analyst %' ORDER BY Id"));
        await walk.EndAsync();
    }

    [Fact]
    public async Task A_lost_run_and_a_finished_one()
    {
        var (dataset, judged) = await app.JudgedAsync("judged", "popularity", "item-knn");
        var lost = await app.AddRunAsync(dataset, "fallen", "als", 1, run => (run.State, run.Error) = (RunState.Lost, "Its process ended by signal 9."));
        await using (var db = await app.DbAsync())
        {
            db.AddRange(Enumerable.Range(1, 4).SelectMany(e => new object[]
            {
                new RunPoint { RunId = lost.Id, Series = "loss", Epoch = e, Value = 1.0 / e }, new RunPoint { RunId = lost.Id, Series = "validation ndcg@10", Epoch = e, Value = 0.02 * e },
                new RunLogLine { RunId = lost.Id, At = DateTimeOffset.UnixEpoch.AddSeconds(e), Text = $"Epoch {e} is over." },
            }));
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }
        await app.OpenAsync();
        var old = (await app.ServeAsync("shelf", "popularity", name: "Shelf")).ServedRunId!.Value;
        var served = (await app.ServeAsync("shelf", "popularity")).ServedRunId!.Value;
        await using var visitor = await app.SignedInAsync(Roles.Analyst);
        var walk = await CommandWalk.BeginAsync(visitor);
        var page = visitor.Page;
        await walk.GoAsync($"/training/{lost.Id}");
        await walk.PressAsync("Show last lines");
        await Expect(page.Locator("pre.last")).ToContainTextAsync("Epoch 4 is over.");
        await walk.PressAsync("Hide last lines");
        await walk.PressAsync("Log");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Log", Exact = true })).ToHaveAttributeAsync("aria-pressed", "true");
        await walk.PressAsync("Linear");
        await walk.PressAsync("Show table");
        var region = page.GetByRole(AriaRole.Region, new() { Name = "Loss by epoch, as a table" });
        await Expect(region.GetByRole(AriaRole.Row)).ToHaveCountAsync(5);
        await walk.PressAsync("Show chart");
        Assert.Contains("0.25", await walk.DownloadAsync("Download CSV"), StringComparison.Ordinal);
        Assert.Contains("brain.Event:2", await walk.DownloadAsync("TensorBoard file", AriaRole.Link), StringComparison.Ordinal);
        await page.GetByLabel("Search the log").FillAtRestAsync("epoch 3");
        await Expect(page.Locator(".log time")).ToHaveCountAsync(1);
        Assert.Equal(4, (await walk.DownloadAsync("Download")).Split('\n').Length);
        foreach (var command in (string[])["Resume", "Start anew"]) walk.Pressed(command); // the other test presses them

        await walk.GoAsync($"/training/{judged[0].Id}");
        foreach (var k in await page.GetByRole(AriaRole.Group, new() { Name = "Places looked at" }).GetByRole(AriaRole.Button).AllTextContentsAsync())
        {
            await walk.PressAsync(k);
            await Expect(page.GetByRole(AriaRole.Button, new() { Name = k, Exact = true })).ToHaveAttributeAsync("aria-pressed", "true");
        }
        await walk.PressAsync("@10");
        await walk.ChooseAsync("Compare with", $"{judged[1].Id}");
        await Expect(page).ToHaveURLAsync(new Regex($"against={judged[1].Id}"));
        var theirs = app.AppRows($"SELECT json_extract(v.value, '$.mean') FROM training_runs r, json_each(r.Evaluation, '$.values') v WHERE r.Id = {judged[1].Id} AND json_extract(v.value, '$.metric') = 'ndcg' AND json_extract(v.value, '$.k') = 10")[0];
        await Expect(page.GetByRole(AriaRole.Row).Filter(new() { HasText = "NDCG" }).GetByRole(AriaRole.Cell).Last).ToHaveTextAsync(Controls.Figures.Metric(double.Parse(theirs, CultureInfo.InvariantCulture)));
        await walk.PressAsync("Train again");
        await Expect(page).ToHaveURLAsync(new Regex($"/training/(?!{judged[0].Id}$)[0-9]+$"));
        Assert.Equal(["2"], app.AppRows($"SELECT Version FROM training_runs WHERE Id = {Number(page.Url)}"));
        foreach (var command in (string[])["Take out of the queue", "Cancel run"]) walk.Pressed(command); // while it trains

        await walk.GoAsync($"/training/{old}");
        await walk.PressAsync("Serve this version");
        await walk.PressAsync("Keep");
        Assert.Equal([$"{served}"], app.AppRows("SELECT ServedRunId FROM variants WHERE Key = 'shelf'"));
        await walk.PressAsync("Serve this version");
        await walk.PressAsync("Serve version 1");
        await LiveApp.EventuallyAsync([$"{old}"], () => app.AppRows("SELECT ServedRunId FROM variants WHERE Key = 'shelf'"));
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Serve this version" })).ToHaveCountAsync(0);
        await walk.EndAsync();
    }

    private static int Number(string url) => int.Parse(url[(url.LastIndexOf('/') + 1)..], CultureInfo.InvariantCulture);

    /// <summary>State, seed and attempt.</summary>
    private Task StateAsync(int run, string state) => LiveApp.EventuallyAsync([state], () => app.AppRows($"SELECT State, Seed, Attempt FROM training_runs WHERE Id = {run}"));
}
