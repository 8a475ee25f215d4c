using System.Diagnostics;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RecLab.Storage;
using RecLab.Training;
using RecLab.Training.Searches;
using Xunit;

namespace RecLab.Tests.Cli;

/// <summary>The verb as somebody at a terminal runs it: the program itself, on an imported file, every trial a process of its own.</summary>
public sealed class SearchVerbTests
{
    [Fact]
    public async Task A_search_from_the_terminal_tunes_a_family_prints_its_trials_and_can_be_looked_at_again()
    {
        await using var app = new RecLabApp();
        var csv = Path.Combine(app.DataDir, "ratings.csv");
        await File.WriteAllLinesAsync(csv, Enumerable.Range(0, 40).SelectMany(u => Enumerable.Range(0, 12).Select(n => string.Create(CultureInfo.InvariantCulture, $"u{u},i{(n + u) % 15 + 15 * (u % 2)},{1_600_000_000 + 60 * n + u}"))).Prepend("user,item,timestamp"), TestContext.Current.CancellationToken);
        var (imported, _, why) = await RunAsync(app, "import", csv, "--name", "two tastes");
        Assert.True(imported == 0, why);

        var (code, said, errors) = await RunAsync(app, "search", "--data", "two tastes", "--family", "item-knn", "--trials", "2", "--method", "random", "--metric", "recall", "--k", "5", "--name", "from the terminal");
        Assert.True(code == 0, $"Exit code {code}: {errors}\n{said}");
        await using var db = await app.Services.GetRequiredService<IDbContextFactory<RecLabDb>>().CreateDbContextAsync(TestContext.Current.CancellationToken);
        var search = await db.Set<Search>().AsNoTracking().SingleAsync(TestContext.Current.CancellationToken);
        Assert.Equal(("from the terminal", SearchState.Finished, SearchMethod.Random, "recall", 5, 2), (search.Name, search.State, search.Method, search.Metric, search.K, search.Trials));
        var trials = await db.Set<SearchTrial>().AsNoTracking().OrderBy(t => t.Number).ToListAsync(TestContext.Current.CancellationToken);
        Assert.Equal([0, 1], trials.Select(t => t.Number));
        // What the terminal said is what is stored: each trial's value, and the options of the best.
        var best = trials.OrderByDescending(t => t.Value).ThenBy(t => t.Id).First();
        Assert.All(trials, t => Assert.Contains($"trial {t.Number + 1}: Recall@5 {t.Value!.Value.ToString("0.0000", CultureInfo.InvariantCulture)}", said, StringComparison.Ordinal));
        Assert.Contains($"{best.Value!.Value.ToString("0.0000", CultureInfo.InvariantCulture)}  {best.Options}", said, StringComparison.Ordinal);

        var (again, shown, _) = await RunAsync(app, "search", $"{search.Id}");
        Assert.Equal(0, again);
        Assert.Contains(best.Options, shown, StringComparison.Ordinal);
        Assert.Equal(2, await db.Set<SearchTrial>().CountAsync(TestContext.Current.CancellationToken)); // looked at, not searched again
    }

    /// <summary>Runs <c>reclab ...</c> on the folder of an application.</summary>
    private static async Task<(int Code, string Said, string Errors)> RunAsync(RecLabApp app, params string[] arguments)
    {
        var self = TrainingProcess.Self();
        using var process = Process.Start(new ProcessStartInfo(self[0], [.. self.Skip(1), .. arguments, "--data-dir", app.DataDir]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var said = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, said + await errors, await errors);
    }
}
