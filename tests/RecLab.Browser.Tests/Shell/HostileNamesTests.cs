using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RecLab.Access;
using RecLab.Browser.Tests.Widget;
using RecLab.Serving;
using RecLab.Shell;
using RecLab.Tests.Experiments;
using RecLab.Training;
using Xunit;

namespace RecLab.Browser.Tests.Shell;

/// <summary>Names that try to be scripts, on the pages of the dashboard.</summary>
public sealed class HostileNamesTests(LiveApp app) : IClassFixture<LiveApp>
{
    [Fact]
    public async Task Names_that_are_scripts_run_on_no_page()
    {
        await app.OpenAsync();
        var titles = HostileTitles.All;
        var experiment = await app.RunningAsync(await app.DraftAsync("hostile") with { Name = titles[0], Hypothesis = titles[1], Owner = titles[2] });
        var failed = await app.VariantAsync("failed", RunState.Failed);
        await using (var db = await app.DbAsync())
        {
            foreach (var (variant, i) in (await db.Set<Variant>().ToListAsync(TestContext.Current.CancellationToken)).Select((v, i) => (v, i))) (variant.Name, variant.Notes) = (titles[3 + i], titles[4 + i]);
            foreach (var placement in await db.Set<Placement>().ToListAsync(TestContext.Current.CancellationToken)) placement.Name = titles[10];
            foreach (var arm in await db.Set<RecLab.Experiments.ExperimentArm>().ToListAsync(TestContext.Current.CancellationToken)) arm.Name = titles[11 + arm.Position];
            foreach (var data in await db.Set<RecLab.Data.Dataset>().ToListAsync(TestContext.Current.CancellationToken)) data.Name = titles[14];
            var run = await db.Set<TrainingRun>().FirstAsync(r => r.VariantId == failed.Id, TestContext.Current.CancellationToken);
            (run.Error, run.FinishedAt) = (titles[15], DateTimeOffset.UtcNow);
            foreach (var title in titles) db.Add(new RunLogLine { RunId = run.Id, At = DateTimeOffset.UtcNow, Text = title });
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }
        foreach (var (title, i) in titles.Select((t, i) => (t, i))) await app.Get<Audit>().WriteAsync(title, "walk.hostile", title, title);
        await app.Get<RecLab.Notices.NoticeDesk>().TellAsync(RecLab.Notices.NoticeKind.JobFailed, "hostile", titles[17], "/training");
        await app.Get<KeyDesk>().CreateAsync(titles[18], titles[19].Length > 80 ? titles[19][..80] : titles[19], ApiKeyKind.Secret, []);
        var search = await RecLab.Tests.Training.Searches.SearchSeeds.FinishedAsync(app, app.DatasetId, titles[20]);
        Assert.InRange(await TakenAsync(titles), 40, titles.Count); // the others are no ids: control characters, too long
        var runId = app.AppRows("SELECT Id FROM training_runs WHERE State = 'Failed'")[0];

        await using var visitor = await app.SignedInAsync();
        List<string> dialogs = [];
        await visitor.Page.AddInitScriptAsync("window.ran = []; window.pwned = what => window.ran.push(what)");
        visitor.Page.Dialog += async (_, dialog) => { lock (dialogs) dialogs.Add(dialog.Message); await dialog.DismissAsync(); };
        foreach (var path in Place.All.Select(p => p.Path).Concat([
            $"/experiments/{experiment.Key}", $"/experiments/{experiment.Key}?tab=ranking", $"/experiments/{experiment.Key}/report", $"/searches/{search.Id}", "/variants/failed", "/variants/failed/edit", $"/training/{runId}", "/placements/hostile", "/placements/hostile/edit",
            "/data/1", "/people", "/settings", "/settings?tab=audit", "/notifications", "/experiments/new"]))
        {
            await visitor.GoAsync(path);
            Assert.Empty(await visitor.Page.EvaluateAsync<string[]>("window.ran.map(String)"));
        }
        Assert.Empty(dialogs);
        Assert.Empty(visitor.Complaints);
    }

    /// <summary>Each title as the id of a user who is shown a list, and of a user and an item whose event is set aside; how many the doors took.</summary>
    private async Task<int> TakenAsync(IReadOnlyList<string> titles)
    {
        using var client = app.Backend();
        var taken = 0;
        foreach (var title in titles)
        {
            using var list = await client.GetAsync($"/api/v1/recommendations?placement=hostile&n=2&user={Uri.EscapeDataString(title)}", TestContext.Current.CancellationToken);
            if (!list.IsSuccessStatusCode) continue;
            taken++;
            await app.SendAsync(new { eventId = $"odd-{taken}", type = "click", recommendationId = "no id at all", itemId = title, user = title });
        }
        return taken;
    }
}
