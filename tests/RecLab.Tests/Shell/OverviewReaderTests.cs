using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RecLab.Data;
using RecLab.Experiments;
using RecLab.Shell;
using RecLab.Tests.Experiments;
using RecLab.Tests.Results;
using RecLab.Training;
using Xunit;

namespace RecLab.Tests.Shell;

public sealed class OverviewReaderTests : IAsyncDisposable
{
    private readonly RecLabApp _app = new();

    private Task<Overview> ReadAsync() => _app.Services.GetRequiredService<OverviewReader>().ReadAsync(TestContext.Current.CancellationToken);

    [Fact]
    public async Task A_fresh_installation_names_four_steps_and_invents_no_number()
    {
        var seen = await ReadAsync();
        Assert.Equal("Four steps to your first experiment.", seen.Sentence);
        Assert.Equal("Nobody has been shown a list yet.", seen.Lede);
        Assert.Equal(["Import data", "Train two variants", "Show lists to somebody", "Start an experiment"], seen.Steps.Select(s => s.Name));
        Assert.All(seen.Steps, s => Assert.False(s.Done));
        Assert.Null(seen.Traffic);
        Assert.Null(seen.Training);
    }

    [Fact]
    public async Task A_step_is_done_when_the_database_says_so()
    {
        await using (var db = await _app.Databases().CreateDbContextAsync(TestContext.Current.CancellationToken))
        {
            db.Add(new Dataset { Name = "shop", Layout = "csv", State = DatasetState.Ready, Rows = 1234 });
            db.Add(new Dataset { Name = "half", Layout = "csv", State = DatasetState.Importing, Rows = 99 });
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }
        var seen = await ReadAsync();
        Assert.Equal((true, "1,234 interactions"), (seen.Steps[0].Done, seen.Steps[0].State));
        Assert.Equal("Three steps to your first experiment.", seen.Sentence);
    }

    [Fact]
    public async Task A_running_experiment_is_shown_with_the_traffic_that_the_log_holds()
    {
        var experiment = await _app.RunningAsync(await _app.DraftAsync("home"));
        await _app.CrowdAsync(experiment, 60, 1, DateTimeOffset.UtcNow, [0.1, 0.1]);
        var seen = await ReadAsync();
        var row = Assert.Single(seen.Live);
        Assert.Equal(experiment.Id, row.Experiment.Id);
        Assert.Equal($"One experiment is running; nothing to decide yet.", seen.Sentence);
        var traffic = seen.Traffic!;
        Assert.Equal((experiment.Placement, false), (traffic.Placement, traffic.Simulated));
        Assert.Equal(Ask("SELECT count(*) FROM recommendation WHERE simulated = 0"), traffic.Lists);
        Assert.Equal(Ask("SELECT count(DISTINCT hex(recommendation) || item) FROM event WHERE type = 'click' AND simulated = 0"), traffic.Clicked);
        Assert.Equal(traffic.Lists, traffic.Series.Sum(s => s.Told.Sum(p => p.Y)));
        Assert.Equal([0, 1], traffic.Series.Select(s => s.Arm));
    }

    [Fact]
    public async Task A_training_that_was_lost_is_said_with_its_name()
    {
        await using (var db = await _app.Databases().CreateDbContextAsync(TestContext.Current.CancellationToken))
        {
            var variant = new Variant { Key = "als", Name = "ALS", Family = "als", Options = "{}" };
            db.Add(variant);
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
            db.Add(new TrainingRun { VariantId = variant.Id, Version = 3, Options = "{}", State = RunState.Lost, FinishedAt = DateTimeOffset.UtcNow.AddHours(-1) });
            db.Add(new TrainingRun { VariantId = variant.Id, Version = 2, Options = "{}", State = RunState.Failed, FinishedAt = DateTimeOffset.UtcNow.AddDays(-3) });
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }
        Assert.Equal("ALS v3", Assert.Single((await ReadAsync()).Broken).Title);
    }

    private long Ask(string sql)
    {
        using var db = new SqliteConnection($"Data Source={Path.Combine(_app.DataDir, "events.db")};Mode=ReadOnly");
        db.Open();
        using var command = db.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
