using Microsoft.AspNetCore.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RecLab.Data;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Data.Import;
using RecLab.Storage;
using RecLab.Training;
using Xunit;

namespace RecLab.Tests.Training;

/// <summary>The application with a small data set to train on; trainings are real processes.</summary>
public class TrainingApp : RecLabApp
{
    /// <summary>Options of an ALS training that takes many seconds, and reports often.</summary>
    public const string Slow = """{"factors":192,"iterations":500,"solver":"cholesky"}""";

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        base.ConfigureWebHost(builder);
        builder.UseSetting("RecLab:CancelSeconds", "2");
        builder.UseSetting("RecLab:TrainingThreads", "1"); // the same bits every time
    }

    public T Get<T>() where T : notnull => Services.GetRequiredService<T>();

    public async Task<RecLabDb> DbAsync() => await Get<IDbContextFactory<RecLabDb>>().CreateDbContextAsync(TestContext.Current.CancellationToken);

    /// <summary>A data set of 80 users who like the items whose number shares their remainder by 4, 12 rows each.</summary>
    public async Task<Dataset> SmallAsync()
    {
        await using var db = await DbAsync();
        if (await db.Set<Dataset>().FirstOrDefaultAsync(d => d.Name == "small") is { } there) return there;
        var writer = Get<DatasetWriter>();
        var dataset = await writer.ReserveAsync("small", "made", DatasetOrigin.Generated, 0.1, "test");
        var data = Small();
        return await writer.StoreAsync(dataset.Id, data, new ImportReport("made", data.Count, data.Count, [], []));
    }

    public static Interactions Small()
    {
        const int Users = 80, Items = 60, Rows = 12;
        var random = new Random(5);
        var user = Enumerable.Range(0, Users * Rows).Select(r => r % Users).ToArray();
        var item = user.Select(u => random.NextDouble() < 0.9 ? u % 4 + 4 * random.Next(Items / 4) : random.Next(Items)).ToArray();
        return new(Vocabulary.OfNumbers(Users), Vocabulary.OfNumbers(Items), user, item, [.. user.Select(_ => 1f)], [.. user.Select((_, r) => 1_600_000_000L + r * 60)]);
    }

    public async Task<Variant> VariantAsync(string key, string family, string options = "{}") =>
        await Get<VariantDesk>().CreateAsync(new() { Key = key, Name = key, Family = family, Options = options, DatasetId = (await SmallAsync()).Id }, "test");

    public async Task<TrainingRun> RunAsync(int id)
    {
        await using var db = await DbAsync();
        return await db.Set<TrainingRun>().AsNoTracking().SingleAsync(r => r.Id == id);
    }

    /// <summary>Waits until a run is as wanted.</summary>
    public async Task<TrainingRun> UntilAsync(int id, Func<TrainingRun, bool> wanted, int seconds = 180)
    {
        TrainingRun run;
        for (var i = 0; !wanted(run = await RunAsync(id)); i++)
        {
            if (i == seconds * 10) Assert.Fail($"After {seconds} s run {id} is {run.State} at {run.Fraction:P0}, {run.Phase}: {run.Error}");
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
        return run;
    }

    public Task<TrainingRun> OverAsync(int id) => UntilAsync(id, r => r.State is not (RunState.Queued or RunState.Running));

    /// <summary>Waits until the process a run had is gone.</summary>
    public static async Task GoneAsync(TrainingRun run)
    {
        for (var i = 0; TrainingProcess.IsAlive(run.ProcessId, run.Id); i++)
        {
            if (i == 300) Assert.Fail($"After 30 s process {run.ProcessId} of run {run.Id} is still there.");
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Waits until the process of a run is in the midst of its training.</summary>
    public Task<TrainingRun> InTheMidstAsync(int id) => UntilAsync(id, r => r is { State: RunState.Running, ProcessId: not null, Fraction: > 0.06 });
}
