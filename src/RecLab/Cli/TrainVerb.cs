using System.CommandLine;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using RecLab.Storage;
using RecLab.Training;

namespace RecLab.Cli;

/// <summary><c>reclab train VARIANT|RUN</c>: train a variant, or go on with a run that stopped, and watch it. With <c>--attempt</c> it is the
/// training process itself.</summary>
public static class TrainVerb
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    public static Command Create()
    {
        var what = new Argument<string>("variant-or-run") { Description = "Key of a variant to train, or number of a run to go on with." };
        var seed = new Option<int>("--seed") { Description = "Random seed.", DefaultValueFactory = _ => 42 };
        var device = new Option<string?>("--device") { Description = "cpu or cuda:0 (default: the best there is for the family)." };
        var attempt = new Option<int?>("--attempt") { Hidden = true };
        var settings = new CommonSettings();
        var command = new Command("train", "Train a variant, or go on with a run that stopped.") { what, seed, device, attempt };
        settings.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            var subject = parsed.GetValue(what)!;
            if (parsed.GetValue(attempt) is not { } number) return WatchAsync(subject, parsed.GetValue(seed), parsed.GetValue(device), settings.Read(parsed), cancellation);
            return int.TryParse(subject, NumberStyles.None, CultureInfo.InvariantCulture, out var run)
                ? WorkAsync(run, number, settings.Read(parsed), cancellation)
                : throw new BadArgumentException("--attempt needs the number of a run.");
        });
        return command;
    }

    /// <summary>The training process.</summary>
    private static async Task<int> WorkAsync(int run, int attempt, string[] args, CancellationToken interrupted)
    {
        OfferToMemoryShortage();
        using var host = VerbHost.Build(args, (builder, _) => builder.Services.AddTrainingRunner(builder.Configuration));
        return await host.Services.GetRequiredService<TrainingRunner>().RunAsync(run, attempt, interrupted) ? 0 : 1;
    }

    /// <summary>When memory runs out, the system should end a training rather than the dashboard.</summary>
    private static void OfferToMemoryShortage()
    {
        if (File.Exists("/proc/self/oom_score_adj")) File.WriteAllText("/proc/self/oom_score_adj", "500");
    }

    private static async Task<int> WatchAsync(string subject, int seed, string? device, string[] args, CancellationToken cancellation)
    {
        using var host = VerbHost.Build(args, (builder, paths) => builder.Services.AddTraining(builder.Configuration, paths));
        await host.Services.MigrateStorageAsync(cancellation);
        await host.StartAsync(cancellation);
        try
        {
            var run = await RequestAsync(host.Services.GetRequiredService<TrainingDesk>(), subject, seed, device, cancellation);
            return await FollowAsync(host.Services.GetRequiredService<IDbContextFactory<RecLabDb>>(), run, cancellation);
        }
        catch (RefusedException e)
        {
            throw new BadArgumentException(e.Message);
        }
        finally
        {
            await host.StopAsync(CancellationToken.None);
        }
    }

    private static async Task<int> RequestAsync(TrainingDesk desk, string subject, int seed, string? device, CancellationToken cancellation)
    {
        if (!int.TryParse(subject, NumberStyles.None, CultureInfo.InvariantCulture, out var run))
            return (await desk.RequestAsync(subject, Environment.UserName, seed, device, cancellation: cancellation)).Id;
        if ((await desk.WaitingAsync(cancellation)).All(r => r.Id != run)) await desk.ResumeAsync(run, Environment.UserName, cancellation);
        return run;
    }

    /// <summary>Shows a run's progress and log until it is over.</summary>
    /// <returns>0 when it succeeded.</returns>
    internal static async Task<int> FollowAsync(IDbContextFactory<RecLabDb> database, int runId, CancellationToken cancellation)
    {
        var line = ProgressLine.OnConsole();
        for (var shown = 0L; ; await Task.Delay(Look, cancellation))
        {
            await using var db = await database.CreateDbContextAsync(cancellation);
            var run = await db.Set<TrainingRun>().AsNoTracking().SingleAsync(r => r.Id == runId, cancellation);
            foreach (var entry in await db.Set<RunLogLine>().AsNoTracking().Where(l => l.RunId == runId && l.Id > shown).OrderBy(l => l.Id).ToListAsync(cancellation))
            {
                shown = entry.Id;
                line.Done(entry.Text);
            }
            if (run.State is RunState.Queued or RunState.Running)
            {
                line.Show($"run {runId}: {run.Phase}", run.Fraction, run.SecondsLeft is { } left ? TimeSpan.FromSeconds(left) : null);
                continue;
            }
            line.Done(run.State == RunState.Succeeded ? $"Run {runId} is done." : $"Run {runId}: {run.Error}");
            return run.State == RunState.Succeeded ? 0 : 1;
        }
    }
}
