using Microsoft.Extensions.Logging.Abstractions;
using RecLab.Live;
using Xunit;

namespace RecLab.Tests.Live;

public sealed class LiveFeedTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly LiveFeed _feed = new(TimeProvider.System, NullLogger<LiveFeed>.Instance);

    [Fact]
    public async Task Many_changes_at_once_are_read_a_few_times_and_the_last_is_never_lost()
    {
        var (value, seen, calls) = (0, -1, 0);
        var settled = new TaskCompletionSource();
        using var _ = _feed.Listen("t", () =>
        {
            calls++;
            seen = Volatile.Read(ref value);
            if (seen == 1000) settled.TrySetResult();
            return Task.CompletedTask;
        });
        for (var i = 1; i <= 1000; i++)
        {
            Volatile.Write(ref value, i);
            _feed.Changed("t");
        }
        await settled.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.InRange(calls, 1, 3);
    }

    [Fact]
    public async Task Leaving_asynchronously_waits_for_the_call_under_way_and_no_other_follows()
    {
        var (calls, begun, finish) = (0, new TaskCompletionSource(), new TaskCompletionSource());
        var listening = _feed.Listen("t", async () =>
        {
            calls++;
            begun.SetResult();
            await finish.Task;
        });
        _feed.Changed("t");
        await begun.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
        _feed.Changed("t");
        var left = listening.DisposeAsync().AsTask();
        Assert.False(left.IsCompleted);
        finish.SetResult();
        await left.WaitAsync(Patience, TestContext.Current.CancellationToken);
        _feed.Changed("t");
        await Task.Delay(700, TestContext.Current.CancellationToken); // longer than the pause between two calls
        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task A_listener_that_throws_or_hangs_stops_nobody()
    {
        var calls = 0;
        var (twice, never) = (new TaskCompletionSource(), new TaskCompletionSource());
        using var hanging = _feed.Listen("t", () => never.Task);
        using var broken = _feed.Listen("t", () => throw new InvalidOperationException("broken"));
        using var healthy = _feed.Listen("t", () =>
        {
            if (++calls == 2) twice.SetResult(); else _feed.Changed("t");
            return Task.CompletedTask;
        });
        _feed.Changed("t");
        await twice.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
        never.SetResult();
    }

    [Fact]
    public async Task After_leaving_nothing_is_told_anymore()
    {
        var calls = 0;
        _feed.Listen("t", () => { calls++; return Task.CompletedTask; }).Dispose();
        var told = new TaskCompletionSource();
        using var other = _feed.Listen("t", () => { told.TrySetResult(); return Task.CompletedTask; });
        _feed.Changed("t");
        await told.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Equal(0, calls);
    }
}
