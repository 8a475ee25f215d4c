using Microsoft.Extensions.DependencyInjection;
using RecLab.Notices;
using Xunit;

namespace RecLab.Tests.Notices;

public sealed class NoticeDeskTests : IAsyncLifetime
{
    private readonly RecLabApp _app = new();

    private NoticeDesk Desk => _app.Services.GetRequiredService<NoticeDesk>();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task The_same_cause_is_told_once()
    {
        Assert.True(await Desk.TellAsync(NoticeKind.JobFailed, "run:7:1", "The training of als v1 failed.", "/training/7"));
        Assert.False(await Desk.TellAsync(NoticeKind.JobFailed, "run:7:1", "The training of als v1 failed again.", "/training/7"));
        Assert.True(await Desk.TellAsync(NoticeKind.JobFailed, "run:7:2", "The training of als v1 failed.", "/training/7")); // its next attempt
        Assert.Equal(["run:7:2", "run:7:1"], (await Desk.ListAsync("mara")).Select(r => r.Notice.Cause));
    }

    [Fact]
    public async Task Many_who_tell_the_same_at_once_are_heard_once()
    {
        var desk = Desk; // the application starts here, once, and not in eight tasks
        var told = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => desk.TellAsync(NoticeKind.IngestStopped, "ingest:silent:1", "No event has come.", "/operations"))));
        Assert.Single(told, t => t);
        Assert.Single(await Desk.ListAsync("mara"));
    }

    [Fact]
    public async Task What_one_person_has_read_another_has_not()
    {
        await Desk.TellAsync(NoticeKind.ExperimentEnd, "a", "A can be decided.", "/experiments/a");
        await Desk.TellAsync(NoticeKind.ExperimentEnd, "b", "B can be decided.", "/experiments/b");
        var first = (await Desk.ListAsync("mara"))[1].Notice.Id;
        await Desk.ReadAsync("mara", first);
        await Desk.ReadAsync("mara", first);
        Assert.Equal((1, 2), (await Desk.UnreadAsync("mara"), await Desk.UnreadAsync("jon")));
        Assert.Equal([("b", false), ("a", true)], (await Desk.ListAsync("mara")).Select(r => (r.Notice.Cause, r.Read)));
        await Desk.ReadAsync("jon");
        Assert.Equal((1, 0), (await Desk.UnreadAsync("mara"), await Desk.UnreadAsync("jon")));
    }
}
