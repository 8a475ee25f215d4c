using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using RecLab.Recommenders.Evaluation;
using RecLab.Recommenders.Neural;
using RecLab.Tests.Faults;
using RecLab.Training;
using Xunit;

namespace RecLab.Tests.Training;

/// <summary>The process of a neural training is killed between any two instructions.</summary>
public sealed partial class KilledTrainingTests(TrainingApp app, ITestOutputHelper output) : IClassFixture<TrainingApp>
{
    private const int Epochs = 100;

    /// <summary>Judged at the end only: what is kept are the weights after the last epoch, not the best ones of some epoch before the kill.</summary>
    private const string Options = """{"epochs":100,"validateEvery":100,"patience":0,"width":16,"layers":1,"maxLength":12,"batchSize":16}""";

    private TrainingDesk Desk => app.Get<TrainingDesk>();

    [Fact]
    public async Task A_killed_neural_training_is_lost_and_resumes_from_its_checkpoint_to_the_very_weights_of_an_undisturbed_one()
    {
        if (NeuralRuntime.Missing is { } reason) Assert.Skip(reason);
        var seed = Sizes.DrawnSeed();
        output.WriteLine($"Seed {seed}; repeat with RECLAB_SEED={seed}.");
        var random = new Random(seed);
        await app.VariantAsync("sequence", "sasrec", Options);
        var straight = await app.OverAsync((await Desk.RequestAsync("sequence", "Ada")).Id);
        Assert.Equal((RunState.Succeeded, 1), (straight.State, straight.Attempt));
        output.WriteLine($"Undisturbed: {straight.TrainSeconds:0.0} s.");
        var (wanted, kills, late) = (Sizes.Of(suite: 1, nightly: 10), 0, 0);
        while (kills < wanted && late < 6)
        {
            if (await KillAsync((await Desk.RequestAsync("sequence", "Ada")).Id, random.NextDouble() * 0.5 * straight.TrainSeconds!.Value / (1 << late)) is not { } run)
            {
                late++; // it was over before the kill: the machine has become faster than it was for the undisturbed one
                continue;
            }
            kills++;
            await Desk.ResumeAsync(run.Id, "Ada", TestContext.Current.CancellationToken);
            var resumed = await app.OverAsync(run.Id);
            Assert.Equal((RunState.Succeeded, null, 2), (resumed.State, resumed.Error, resumed.Attempt));
            var from = await ResumedFromAsync(run.Id, straight.Id);
            output.WriteLine($"Killed and resumed after epoch {from} of {Epochs}.");
            Assert.Equal(straight.ArtifactHash, resumed.ArtifactHash);
            Assert.Equal(straight.ValidationScore, resumed.ValidationScore);
            Assert.Equal(EvaluationResult.FromJson(straight.Evaluation!)["ndcg", 10]!.Mean, EvaluationResult.FromJson(resumed.Evaluation!)["ndcg", 10]!.Mean);
        }
        Assert.Equal(wanted, kills);
    }

    /// <summary>Kills the process of a run some time after its first checkpoint; null where the run was over by then.</summary>
    private async Task<TrainingRun?> KillAsync(int id, double seconds)
    {
        var checkpoint = app.Get<ArtifactStore>().Checkpoint(id);
        var running = await app.UntilAsync(id, r => r.State is not (RunState.Queued or RunState.Running) || (r.ProcessId is not null && File.Exists(checkpoint)));
        await Task.Delay(TimeSpan.FromSeconds(seconds), TestContext.Current.CancellationToken);
        if (!TrainingProcess.IsAlive(running.ProcessId, id) || !File.Exists(checkpoint)) { await app.OverAsync(id); return null; }
        using (var process = Process.GetProcessById(running.ProcessId!.Value)) process.Kill();
        var lost = await app.OverAsync(id);
        if (lost.State == RunState.Succeeded) return null;
        Assert.Equal(RunState.Lost, lost.State);
        Assert.Contains("signal 9", lost.Error, StringComparison.Ordinal);
        Assert.Equal(lost.Error, (await LogAsync(id))[^1]);
        return lost;
    }

    /// <summary>The epoch after which the second attempt went on. It repeats none of those before, does all of those after, with the losses of the undisturbed run to the last bit.</summary>
    private async Task<int> ResumedFromAsync(int id, int straight)
    {
        var log = await LogAsync(id);
        var at = Array.FindIndex(log, l => l.StartsWith("Resumed after epoch", StringComparison.Ordinal));
        Assert.True(at > 0, string.Join('\n', log));
        var from = int.Parse(FirstNumber().Match(log[at]).Value, CultureInfo.InvariantCulture);
        Assert.InRange(from, 1, Epochs);
        int[] done = [.. log[at..].Where(l => l.StartsWith("Epoch ", StringComparison.Ordinal)).Select(l => int.Parse(FirstNumber().Match(l).Value, CultureInfo.InvariantCulture))];
        Assert.Equal(Enumerable.Range(from + 1, Epochs - from), done);
        var (undisturbed, points) = (await LossesAsync(straight), await LossesAsync(id));
        Assert.Equal(Epochs, undisturbed.Length);
        Assert.Equal(undisturbed.Where(p => p.Epoch > from), points.Where(p => p.Epoch > from));
        Assert.Subset(undisturbed.ToHashSet(), points.ToHashSet());
        Assert.Equal(points.DistinctBy(p => p.Epoch), points);
        return from;
    }

    private async Task<(int Epoch, double Loss)[]> LossesAsync(int id)
    {
        await using var db = await app.DbAsync();
        var points = await db.Set<RunPoint>().Where(p => p.RunId == id && p.Series == "loss").OrderBy(p => p.Epoch).ToListAsync(TestContext.Current.CancellationToken);
        return [.. points.Select(p => (p.Epoch, p.Value))];
    }

    private async Task<string[]> LogAsync(int id)
    {
        await using var db = await app.DbAsync();
        return await db.Set<RunLogLine>().Where(l => l.RunId == id).OrderBy(l => l.Id).Select(l => l.Text).ToArrayAsync(TestContext.Current.CancellationToken);
    }

    [GeneratedRegex(@"\d+")]
    private static partial Regex FirstNumber();
}
