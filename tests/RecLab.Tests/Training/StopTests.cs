using Microsoft.Data.Sqlite;
using RecLab.Training;
using Xunit;

namespace RecLab.Tests.Training;

/// <summary>The server stops, as it should, while a training runs.</summary>
public sealed class StopTests
{
    [Fact]
    public async Task Being_stopped_again_after_it_was_taken_down_is_no_fault()
    {
        var children = new TrainingChildren();
        await children.StopAsync(TestContext.Current.CancellationToken);
        children.Dispose();
        await children.StopAsync(TestContext.Current.CancellationToken); // a host may be held by its program and by a test
        Assert.Null(children.Begin());
    }

    [Fact]
    public async Task Stopping_in_the_midst_of_a_training_leaves_no_fault_and_the_run_waits_for_the_next_start()
    {
        var app = new TrainingApp();
        await app.VariantAsync("long", "als", TrainingApp.Slow);
        var run = await app.InTheMidstAsync((await app.Get<TrainingDesk>().RequestAsync("long", "Ada")).Id);
        var folder = await app.LeaveAsync();
        try
        {
            Assert.Empty(app.Faults.All);
            await TrainingApp.GoneAsync(run);
            using var database = new SqliteConnection($"Data Source={Path.Combine(folder, "reclab.db")};Pooling=False");
            database.Open();
            using var command = database.CreateCommand();
            command.CommandText = "SELECT State, ProcessId IS NULL FROM training_runs";
            using var row = command.ExecuteReader();
            Assert.True(row.Read());
            Assert.Equal((nameof(RunState.Queued), true), (row.GetString(0), row.GetBoolean(1)));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
