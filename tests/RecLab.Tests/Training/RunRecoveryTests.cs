using Microsoft.EntityFrameworkCore;
using RecLab.Training;
using Xunit;

namespace RecLab.Tests.Training;

public sealed class RunRecoveryTests(TrainingApp app) : IClassFixture<TrainingApp>
{
    [Theory]
    [InlineData(false, RunState.Lost)]
    [InlineData(true, RunState.Cancelled)]
    public async Task A_run_whose_process_is_gone_at_the_start_is_closed(bool cancelled, RunState expected)
    {
        var run = await PutAsync(RunState.Running, r => (r.ProcessId, r.CancelRequested) = (Environment.ProcessId, cancelled)); // a process, but none that trains this run
        await app.Get<RunRecovery>().RecoverAsync(TestContext.Current.CancellationToken);
        run = await app.RunAsync(run.Id);
        Assert.Equal((expected, null), (run.State, run.ProcessId));
        Assert.NotNull(run.FinishedAt);
    }

    [Fact]
    public async Task A_run_that_waits_is_carried_out_even_when_the_scheduler_forgot_it()
    {
        var run = await PutAsync(RunState.Queued, _ => { });
        await app.Get<RunRecovery>().RecoverAsync(TestContext.Current.CancellationToken);
        Assert.Equal(RunState.Succeeded, (await app.OverAsync(run.Id)).State);
    }

    private async Task<TrainingRun> PutAsync(RunState state, Action<TrainingRun> change)
    {
        var dataset = await app.SmallAsync();
        await using var db = await app.DbAsync();
        var variant = await db.Set<Variant>().FirstOrDefaultAsync(v => v.Key == "left", TestContext.Current.CancellationToken) ?? await app.VariantAsync("left", "popularity");
        var run = new TrainingRun
        {
            VariantId = variant.Id, DatasetId = dataset.Id, Options = "{}", State = state, RequestedAt = DateTimeOffset.UtcNow,
            Version = 1 + await db.Set<TrainingRun>().CountAsync(r => r.VariantId == variant.Id, TestContext.Current.CancellationToken),
        };
        change(run);
        db.Add(run);
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        return run;
    }
}
