using System.Diagnostics;
using System.Globalization;
using Bunit;
using Microsoft.AspNetCore.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RecLab.Access;
using RecLab.Data;
using RecLab.Recommenders;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Data.Import;
using RecLab.Recommenders.Neural;
using RecLab.Training;
using Xunit;
using TestContext = Xunit.TestContext;

namespace RecLab.Tests.Training;

/// <summary>What goes wrong in the process of a training, from the request to the one sentence on the run's page.</summary>
public sealed class FaultyRunTests : BunitContext, IClassFixture<FaultyRunTests.OneCardTooMany>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly OneCardTooMany _app;

    public FaultyRunTests(OneCardTooMany app)
    {
        if (NeuralRuntime.Missing is { } reason) Assert.Skip(reason);
        _app = app;
        JSInterop.Mode = JSRuntimeMode.Loose;
        AddAuthorization().SetAuthorized("Ada").SetRoles(Roles.Analyst);
        Services.AddFallbackServiceProvider(app.Services.CreateScope().ServiceProvider);
    }

    private TrainingDesk Desk => _app.Get<TrainingDesk>();

    [Fact]
    public async Task Vectors_of_a_wrong_shape()
    {
        var writer = _app.Get<DatasetWriter>();
        var dataset = await writer.ReserveAsync("crooked", "made", DatasetOrigin.Generated, 0.1, "test", TestContext.Current.CancellationToken);
        var small = TrainingApp.Small();
        var crooked = small.Describe(new Catalogue(small.Items.Ids.Select((id, i) => new ItemInfo(id, id, [], Vector: i == 7 ? [1, 0] : [1, 0, 1]))), Audience.Empty);
        await writer.StoreAsync(dataset.Id, crooked, new("made", small.Count, small.Count, [], []), TestContext.Current.CancellationToken);
        await _app.Get<VariantDesk>().CreateAsync(new() { Key = "crooked", Name = "crooked", Family = "multimodal", Options = "{}", DatasetId = dataset.Id }, "test", TestContext.Current.CancellationToken);
        await FailsAsync(await _app.OverAsync((await Desk.RequestAsync("crooked", "Ada", device: "cpu")).Id), "The vector of item '7' has 2 numbers, the first has 3.");
    }

    [Fact]
    public async Task A_data_set_that_was_changed_on_disk()
    {
        var writer = _app.Get<DatasetWriter>();
        var dataset = await writer.ReserveAsync("changed", "made", DatasetOrigin.Generated, 0.1, "test", TestContext.Current.CancellationToken);
        dataset = await writer.StoreAsync(dataset.Id, TrainingApp.Small(), new("made", 960, 960, [], []), TestContext.Current.CancellationToken);
        await _app.Get<VariantDesk>().CreateAsync(new() { Key = "changed", Name = "changed", Family = "popularity", Options = "{}", DatasetId = dataset.Id }, "test", TestContext.Current.CancellationToken);
        var column = Path.Combine(_app.DataDir, "datasets", dataset.Folder, "item.i32");
        var bytes = await File.ReadAllBytesAsync(column, TestContext.Current.CancellationToken);
        bytes[0] ^= 1;
        await File.WriteAllBytesAsync(column, bytes, TestContext.Current.CancellationToken);
        await FailsAsync(await _app.OverAsync((await Desk.RequestAsync("changed", "Ada", device: "cpu")).Id), $"The file item.i32 of the snapshot '{dataset.Folder}' was changed after it was written.");
    }

    [Fact]
    public async Task A_device_that_is_not_there()
    {
        await _app.VariantAsync("carded", "mf");
        var missing = OneCardTooMany.Missing;
        await FailsAsync(await _app.OverAsync((await Desk.RequestAsync("carded", "Ada", device: missing)).Id),
            $"The device '{missing}' does not exist here. There is: {string.Join(", ", NeuralRuntime.Devices)}.");
    }

    [Theory]
    [InlineData("hostile", "The checkpoint is damaged, starting anew: The artifact's header length 9223372036854775807 is out of bounds.")]
    [InlineData("shape", "The checkpoint is damaged, starting anew: The array 'weight.user.weight' has 4 elements, expected 640.")]
    public async Task A_checkpoint_that_is_hostile_or_of_a_wrong_shape(string kind, string sentence)
    {
        const string Options = """{"factors":8,"epochs":2,"patience":0,"batchSize":128}""";
        var variant = await _app.VariantAsync($"resumed-{kind}", "mf", Options);
        var lost = await PutAsync(variant, RunState.Lost);
        var path = _app.Get<ArtifactStore>().Checkpoint(lost.Id);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (kind == "hostile") await File.WriteAllBytesAsync(path, [.. BitConverter.GetBytes(long.MaxValue), .. new byte[24]], TestContext.Current.CancellationToken);
        else WithWrongShape(path);
        await Desk.ResumeAsync(lost.Id, "Ada", TestContext.Current.CancellationToken);
        var run = await _app.OverAsync(lost.Id);
        Assert.Equal((RunState.Succeeded, null), (run.State, run.Error));
        var page = Render<RunPage>(p => p.Add(r => r.Id, run.Id));
        page.WaitForAssertion(() => Assert.Contains(sentence, page.Find("[role=log]").TextContent), Patience);

        void WithWrongShape(string path)
        {
            var train = new RecLab.Recommenders.Evaluation.SplitPlan { Hidden = 0.1 }.Cut(TrainingApp.Small());
            var options = OptionsJson.Read(RecLab.Recommenders.Catalog.RecommenderCatalog.Get("mf"), Options);
            RecLab.Recommenders.Catalog.RecommenderCatalog.Get("mf").Create(options).Train(train.Train, new TrainingContext { Threads = 1, Validation = train.Validation, CheckpointPath = path });
            SafeTensors file;
            using (var stream = File.OpenRead(path)) file = SafeTensors.Read(stream);
            file["weight.user.weight"] = NamedArray.Of([1f, 2, 3, 4]);
            using (var stream = File.Create(path)) file.Write(stream);
        }
    }

    /// <summary>The process may have 1,000 MB of its own; the vectors of 100,000 drawn items, each 1,024 wide, take 400 MB in one piece and their gradient as much again, however small the batch.
    /// The pieces are large so that what is refused to the tensors leaves enough for the program to say so.</summary>
    [Fact]
    public async Task Memory_that_runs_out()
    {
        if (!File.Exists("/bin/bash")) Assert.Skip("The limit of a process is set by bash.");
        var variant = await _app.VariantAsync("greedy", "sasrec", """{"loss":"sampledSoftmax","negatives":100000,"width":1024,"layers":1,"maxLength":12,"epochs":1,"patience":0}""");
        var run = await PutAsync(variant, RunState.Running, attempt: 1);
        var start = new ProcessStartInfo("/bin/bash") { RedirectStandardError = true, RedirectStandardOutput = true };
        string[] train = [.. TrainingProcess.Self(), "train", Text(run.Id), "--attempt", "1", "--data-dir", _app.DataDir, "--set", "RecLab:TrainingThreads=1"];
        foreach (var word in (string[])["-c", "ulimit -d 1000000; exec \"$@\"", "train", .. train]) start.ArgumentList.Add(word);
        foreach (var name in (string[])["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"]) start.Environment[name] = "1"; // as a training is started: each thread would take of it
        using var process = Process.Start(start)!;
        var said = await Task.WhenAll(process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken), process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 1, $"Code {process.ExitCode}: {string.Join('\n', said)}");
        run = await _app.RunAsync(run.Id);
        await FailsAsync(run, "The memory of cpu is not enough: use smaller batches, a narrower model or shorter sequences.");
        await using var db = await _app.DbAsync();
        Assert.Equal("Out of memory with batches of 64: trying once with 32.",
            (await db.Set<RunLogLine>().Where(l => l.RunId == run.Id).Select(l => l.Text).ToListAsync(TestContext.Current.CancellationToken)).Single(l => l.StartsWith("Out of memory", StringComparison.Ordinal)));
    }

    /// <summary>The run failed with this sentence, and its page says so and nothing of the program's insides.</summary>
    private Task FailsAsync(TrainingRun run, string sentence)
    {
        Assert.Equal((RunState.Failed, sentence), (run.State, run.Error));
        var page = Render<RunPage>(p => p.Add(r => r.Id, run.Id));
        page.WaitForAssertion(() => Assert.Contains(sentence, page.Find(".err").TextContent), Patience);
        Assert.Contains(" failed at ", page.Find("h1").TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", page.Markup, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", page.Markup, StringComparison.Ordinal);
        return Task.CompletedTask;
    }

    private async Task<TrainingRun> PutAsync(Variant variant, RunState state, int attempt = 1)
    {
        await using var db = await _app.DbAsync();
        var run = new TrainingRun
        {
            VariantId = variant.Id, DatasetId = variant.DatasetId, Options = variant.Options, State = state, RequestedAt = DateTimeOffset.UtcNow, StartedAt = DateTimeOffset.UtcNow, Attempt = attempt, Seed = 42,
            Version = 1 + await db.Set<TrainingRun>().CountAsync(r => r.VariantId == variant.Id, TestContext.Current.CancellationToken),
        };
        db.Add(run);
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        return run;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>An installation that is told of one card more than the machine has.</summary>
    public sealed class OneCardTooMany : TrainingApp
    {
        private static int Cards => NeuralRuntime.Devices.Count(d => d != "cpu");

        public static string Missing => $"cuda:{Text(Cards)}";

        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            base.ConfigureWebHost(builder);
            builder.UseSetting("RecLab:CudaSlots", Text(Cards + 1));
        }
    }
}
