using Microsoft.AspNetCore.Hosting;
using Microsoft.EntityFrameworkCore;
using RecLab.Data;
using RecLab.Events;
using RecLab.Storage;
using RecLab.Tests.Doors;
using RecLab.Training;
using Xunit;

namespace RecLab.Tests.Training;

/// <summary>What trainings on the log leave on the disk, and what of it stays.</summary>
public sealed class SnapshotKeeperTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private sealed class TwoKept : ShopApp
    {
        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            base.ConfigureWebHost(builder);
            builder.UseSetting("RecLab:Snapshots:Keep", "2");
            builder.UseSetting("RecLab:RunJobs", "false");
        }
    }

    private static async Task<ShopApp> OpenAsync(ShopApp app)
    {
        await app.WithAislesAsync();
        for (var user = 0; user < 12; user++) await app.ClickAsync($"{user}", "57");
        await app.Get<VariantDesk>().CreateAsync(new() { Key = "nightly", Name = "Nightly", Family = "popularity", Options = "{}", DatasetId = app.DatasetId }, "Ada", Cancellation);
        return app;
    }

    private static string[] Folders(ShopApp app) => [.. Directory.GetDirectories(app.Get<HostPaths>().Datasets).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    [Fact]
    public async Task The_snapshots_of_the_newest_runs_and_of_what_is_served_stay_and_older_ones_go()
    {
        await using var app = await OpenAsync(new TwoKept());
        var own = await app.SnapshotAsync("made by hand");
        List<TrainingRun> runs = [];
        for (var night = 0; night < 5; night++)
        {
            runs.Add(await app.Get<LogRetraining>().RequestAsync("nightly", new LogRecipe(), "Ada", cancellation: Cancellation));
            await using var db = await app.DbAsync();
            await db.Set<TrainingRun>().Where(r => r.Id == runs[night].Id).ExecuteUpdateAsync(s => s.SetProperty(r => r.State, RunState.Succeeded), Cancellation);
            if (night == 0) await db.Set<Variant>().Where(v => v.Key == "nightly").ExecuteUpdateAsync(s => s.SetProperty(v => v.ServedRunId, runs[0].Id), Cancellation);
            // names carry the second
            await db.Set<Dataset>().Where(d => d.Id == runs[night].DatasetId).ExecuteUpdateAsync(s => s.SetProperty(d => d.Name, $"night {night}"), Cancellation);
        }
        Assert.Equal(2, await app.Get<SnapshotKeeper>().PruneAsync(Cancellation));
        await using (var db = await app.DbAsync())
        {
            Assert.Equal(["made by hand", "night 0", "night 3", "night 4"], await db.Set<Dataset>().Where(d => d.Origin == DatasetOrigin.LiveLog).Select(d => d.Name).OrderBy(n => n).ToListAsync(Cancellation));
            Assert.Equal(5, await db.Set<TrainingRun>().CountAsync(Cancellation));
            Assert.Equal(await db.Set<Dataset>().Select(d => d.Folder).OrderBy(f => f).ToListAsync(Cancellation), Folders(app));
        }
        Assert.Equal(0, await app.Get<SnapshotKeeper>().PruneAsync(Cancellation));
        Assert.Equal("Version 2 of 'nightly' learnt from a snapshot that is gone, so it cannot be served again; train it anew.",
            (await Assert.ThrowsAsync<RefusedException>(() => app.Get<VariantDesk>().ServeAsync("nightly", runs[1].Id, "Ada", Cancellation))).Message);
        Assert.NotNull(own);
    }

    [Fact]
    public async Task A_training_that_is_refused_after_its_snapshot_was_cut_leaves_no_snapshot()
    {
        await using var app = await OpenAsync(new TwoKept());
        var before = Folders(app);
        await using (var db = await app.DbAsync())
            await db.Database.ExecuteSqlRawAsync("CREATE TRIGGER none BEFORE INSERT ON training_runs BEGIN SELECT RAISE(ABORT, 'no'); END", Cancellation);
        await Assert.ThrowsAsync<DbUpdateException>(() => app.Get<LogRetraining>().RequestAsync("nightly", new LogRecipe(), "Ada", cancellation: Cancellation));
        Assert.Equal(before, Folders(app));
        await using (var db = await app.DbAsync()) Assert.Equal(0, await db.Set<Dataset>().CountAsync(d => d.Origin == DatasetOrigin.LiveLog, Cancellation));
    }

    [Fact]
    public async Task Folders_that_no_data_set_names_are_gone_after_the_next_start_and_those_being_written_stay()
    {
        var app = await OpenAsync(new TwoKept());
        var whole = Folders(app);
        Dataset writing;
        await using (var db = await app.DbAsync())
        {
            writing = db.Add(new Dataset { Name = "being written", Layout = "csv", State = DatasetState.Importing, ImporterProcessId = 1, CreatedAt = DateTimeOffset.UtcNow }).Entity;
            await db.SaveChangesAsync(Cancellation);
        }
        foreach (var folder in (string[])[$"{writing.Id:D4}-0123456", "0900-abcdefg", ".0901-abcdefg.0123", "somebodys-own"]) Directory.CreateDirectory(Path.Combine(app.Get<HostPaths>().Datasets, folder));
        var folderOfAll = await app.LeaveAsync();
        await using var next = new OnFolder(folderOfAll);
        Assert.Equal([.. whole.Append($"{writing.Id:D4}-0123456").Append("somebodys-own").Order(StringComparer.Ordinal)], Folders(next));
    }

    /// <summary>The same folder once more.</summary>
    private sealed class OnFolder(string folder) : ShopApp
    {
        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            base.ConfigureWebHost(builder);
            builder.UseSetting("RecLab:DataDir", folder);
            builder.UseSetting("RecLab:RunJobs", "false");
        }

        public override async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            Directory.Delete(folder, recursive: true);
        }
    }
}
