using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging;
using RecLab.Controls;
using RecLab.Live;
using Xunit;

namespace RecLab.Tests.Controls;

public sealed class LoaderTests : BunitContext
{
    private readonly ManualClock _clock = new(new DateTimeOffset(2026, 1, 17, 14, 32, 5, TimeSpan.Zero));
    private readonly LiveFeed _feed;

    public LoaderTests()
    {
        _feed = new LiveFeed(TimeProvider.System, NullLogger<LiveFeed>.Instance);
        Services.AddSingleton<TimeProvider>(_clock);
        Services.AddSingleton(_feed);
        Services.AddScoped<Freshness>();
        Services.AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
    }

    private IRenderedComponent<Loader<string[]>> Render(Func<CancellationToken, Task<string[]?>> load, string? topics = null, object? key = null) =>
        Render<Loader<string[]>>(p => p
            .Add(l => l.Load, load).Add(l => l.What, "runs").Add(l => l.Topics, topics).Add(l => l.Key, key)
            .Add(l => l.ChildContent, rows => builder => builder.AddMarkupContent(0, $"<p class=\"rows\">{string.Join(",", rows)}</p>")));

    [Fact]
    public async Task Shows_nothing_for_200_ms_then_a_skeleton_and_after_3_s_a_word()
    {
        var source = new TaskCompletionSource<string[]?>();
        var loader = Render(_ => source.Task);
        Assert.Empty(loader.FindAll(".skel"));
        _clock.Advance(TimeSpan.FromMilliseconds(200));
        loader.WaitForAssertion(() => Assert.NotEmpty(loader.FindAll(".skel")));
        _clock.Advance(TimeSpan.FromSeconds(3));
        loader.WaitForAssertion(() => Assert.Contains("Still reading runs", loader.Markup, StringComparison.Ordinal));
        await loader.InvokeAsync(() => source.SetResult(["a"]));
        loader.WaitForAssertion(() => Assert.Equal("a", loader.Find(".rows").TextContent));
        Assert.Empty(loader.FindAll("[aria-busy]"));
    }

    [Fact]
    public void No_rows_are_the_empty_state() =>
        Assert.Contains("No runs yet", Render(_ => Task.FromResult<string[]?>([])).Find(".empty").TextContent, StringComparison.Ordinal);

    [Fact]
    public void A_failure_is_a_card_with_a_trace_and_without_the_inner_details_and_can_be_retried()
    {
        var attempts = 0;
        var loader = Render(_ => ++attempts == 1 ? throw new InvalidOperationException("secret connection string") : Task.FromResult<string[]?>(["b"]));
        var card = loader.Find("[role=alert]");
        Assert.Contains("Runs could not be read", card.TextContent, StringComparison.Ordinal);
        Assert.Matches("trace [0-9a-f]{4}-[0-9a-f]{4}", card.TextContent);
        Assert.DoesNotContain("secret", card.TextContent, StringComparison.Ordinal);
        loader.Find("button").Click();
        loader.WaitForAssertion(() => Assert.Equal("b", loader.Find(".rows").TextContent));
    }

    [Fact]
    public async Task A_signal_reads_again_and_the_old_rows_stay_until_the_new_ones_are_there()
    {
        var (asked, answer, reads) = (new TaskCompletionSource(), new TaskCompletionSource<string[]?>(), 0);
        var loader = Render(_ =>
        {
            if (++reads == 1) return Task.FromResult<string[]?>(["old"]);
            asked.SetResult();
            return answer.Task;
        }, LiveFeed.Runs);
        _feed.Changed(LiveFeed.Runs);
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(30), Xunit.TestContext.Current.CancellationToken);
        Assert.Equal("old", loader.Find(".rows").TextContent);
        Assert.Empty(loader.FindAll("[aria-busy]"));
        answer.SetResult(["new"]);
        loader.WaitForAssertion(() => Assert.Equal("new", loader.Find(".rows").TextContent));
    }

    [Fact]
    public void A_failed_refresh_keeps_the_old_rows_and_says_how_old_they_are()
    {
        var attempts = 0;
        var loader = Render(_ => ++attempts == 1 ? Task.FromResult<string[]?>(["old"]) : throw new TimeoutException(), LiveFeed.Runs);
        _feed.Changed(LiveFeed.Runs);
        loader.WaitForAssertion(() => Assert.Contains("Numbers are from 14:32:05 UTC", loader.Find(".note").TextContent, StringComparison.Ordinal));
        Assert.Equal("old", loader.Find(".rows").TextContent);
    }

    [Fact]
    public async Task A_stream_of_signals_never_starves_a_slow_read()
    {
        var gate = new TaskCompletionSource();
        var reads = 0;
        var loader = Render(async _ => { if (Interlocked.Increment(ref reads) > 1) await gate.Task; return [$"{reads}"]; }, LiveFeed.Runs);
        await loader.InvokeAsync(() => { for (var i = 0; i < 5; i++) _ = loader.Instance.RefreshAsync(); });
        Assert.Equal(2, reads);
        gate.SetResult();
        loader.WaitForAssertion(() => Assert.Equal("3", loader.Find(".rows").TextContent));
        Assert.Equal(3, reads);
    }

    [Fact]
    public void Another_key_reads_anew_and_the_late_answer_of_the_old_one_is_dropped()
    {
        var slow = new TaskCompletionSource<string[]?>();
        var loader = Render(_ => slow.Task, key: 1);
        loader.Render(p => p.Add(l => l.Key, 2).Add(l => l.Load, _ => Task.FromResult<string[]?>(["two"])));
        loader.WaitForAssertion(() => Assert.Equal("two", loader.Find(".rows").TextContent));
        slow.SetResult(["one"]);
        Assert.Equal("two", loader.Find(".rows").TextContent);
    }

    [Fact]
    public async Task Leaving_the_page_cancels_the_read_and_stops_listening()
    {
        CancellationToken seen = default;
        var loader = Render(async token => { seen = token; await Task.Delay(Timeout.Infinite, token); return []; }, LiveFeed.Runs);
        await DisposeComponentsAsync();
        Assert.True(seen.IsCancellationRequested);
    }
}
