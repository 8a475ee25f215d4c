using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RecLab.Experiments;
using RecLab.Results;
using RecLab.Storage;
using RecLab.Testing;
using RecLab.Tests.Results;
using RecLab.Training;
using Xunit;

namespace RecLab.Tests.Cli;

/// <summary>The main job as a newcomer runs it: the program itself, as a process, from an empty folder to results. The page's numbers are recomputed by SQL over what it left.</summary>
public sealed class DemoVerbTests
{
    private static readonly bool Nightly = Environment.GetEnvironmentVariable("RECLAB_NIGHTLY") == "1";

    [Fact]
    public async Task The_demo_ends_with_trained_variants_and_results_that_sql_recomputes()
    {
        await using var app = new RecLabApp();
        var said = await DemoAsync(app, "--fast");
        Assert.Contains("Experiment home-demo is live", said, StringComparison.Ordinal);

        var again = await DemoAsync(app, "--fast"); // continues from what exists: nothing is loaded, trained or visited again
        Assert.DoesNotContain("Loaded", again, StringComparison.Ordinal);
        Assert.DoesNotContain("visits", again, StringComparison.Ordinal);

        var (code, _, sentence) = await RunAsync(app); // the whole bookshop: its visitors would meet variants that learnt the small one
        Assert.Equal((2, "reclab: The demo in this data folder is about 'bookshop-small'. For 'bookshop' name another folder with --data-dir."), (code, sentence.Trim()));
        await CheckAsync(app);
    }

    [Fact]
    public async Task The_demo_on_movielens_1m_ends_with_three_trained_variants_and_results_that_sql_recomputes()
    {
        if (!Nightly) Assert.Skip("Takes some minutes: set RECLAB_NIGHTLY=1.");
        if (TestPaths.Dataset("ml-1m") is not { } data) { Assert.Skip("ml-1m does not lie beside the checkout."); return; }
        await using var app = new RecLabApp();
        Assert.Contains("1,000,209 interactions of 6,040 users", await DemoAsync(app, "--data", data), StringComparison.Ordinal);
        await CheckAsync(app);
    }

    private static async Task CheckAsync(RecLabApp app)
    {
        var view = ResultsView.Of((await app.Services.GetRequiredService<ResultsReader>().ReadAsync("home-demo", simulated: true))!);
        await using var db = await app.Services.GetRequiredService<IDbContextFactory<RecLabDb>>().CreateDbContextAsync(TestContext.Current.CancellationToken);
        var experiment = await db.Set<Experiment>().AsNoTracking().Include(e => e.Arms).SingleAsync(e => e.Key == "home-demo", TestContext.Current.CancellationToken);
        var raw = new RawLog(app.Services.GetRequiredService<HostPaths>().EventDatabase);
        var users = raw.Users(experiment.Id, experiment.Phase, simulated: true);

        Assert.True(users.Count > 100, $"{users.Count} users were shown something.");
        Assert.Equal(experiment.Arms.Count, view.Scorecard.Users.Count);
        var control = RawLog.Ratio([.. users.Where(u => u.Arm == 0)]);
        foreach (var judged in view.Scorecard.Goal.Judgements.Select((j, i) => (Value: j, Arm: i + 1)))
        {
            var arm = RawLog.Ratio([.. users.Where(u => u.Arm == judged.Arm)]);
            Assert.Equal(arm.R, judged.Value.Value, 12);
            Assert.Equal(control.R, judged.Value.Baseline, 12);
            Assert.Equal(arm.R / control.R - 1, judged.Value.Change!.Value, 10);
        }
        Assert.Equal(Enumerable.Range(0, experiment.Arms.Count).Select(a => users.Count(u => u.Arm == a)), view.Scorecard.Users.Select(n => (int)n));
        Assert.Equal(0, raw.Scalar("SELECT count(*) FROM recommendation WHERE experiment = $e AND simulated = 0", experiment.Id));

        // every arm's model was trained and judged offline
        var served = await db.Set<Variant>().AsNoTracking().Where(v => v.ServedRunId != null).CountAsync(TestContext.Current.CancellationToken);
        Assert.Equal(experiment.Arms.Count, served);
        Assert.True(served >= 2);
        Assert.DoesNotContain(await db.Set<TrainingRun>().AsNoTracking().ToListAsync(TestContext.Current.CancellationToken), r => r.State != RunState.Succeeded);
    }

    /// <summary>Runs the demo, which must end well.</summary>
    /// <returns>What it wrote, progress lines (standard error) last.</returns>
    private static async Task<string> DemoAsync(RecLabApp app, params string[] arguments)
    {
        var (code, said, errors) = await RunAsync(app, arguments);
        Assert.True(code == 0, $"Exit code {code}: {errors}\n{said}");
        return said;
    }

    /// <summary>Runs <c>reclab demo ... --exit</c> on the folder of an application that has not been started yet.</summary>
    private static async Task<(int Code, string Said, string Errors)> RunAsync(RecLabApp app, params string[] arguments)
    {
        var self = TrainingProcess.Self();
        using var process = Process.Start(new ProcessStartInfo(self[0], [.. self.Skip(1), "demo", "--exit", "--data-dir", app.DataDir, "--urls", "http://127.0.0.1:0", .. arguments])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var said = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken) + await errors;
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, said, await errors);
    }
}
