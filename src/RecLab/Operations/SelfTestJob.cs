using System.Diagnostics;
using RecLab.Access;
using RecLab.Controls;
using RecLab.Live;
using RecLab.Statistics.SelfProof;

namespace RecLab.Operations;

/// <summary>How far a self-test is.</summary>
/// <param name="Fraction">Parts done, 0..1.</param>
/// <param name="Results">Promises measured so far.</param>
public sealed record SelfTestProgress(DateTimeOffset StartedAt, int Runs, string By, double Fraction, IReadOnlyList<SelfTestResult> Results);

/// <summary>Runs a self-test in the background of the server, one at a time, on one thread of low priority.</summary>
public sealed class SelfTestJob(SelfTestStore store, Audit audit, LiveFeed feed, TimeProvider clock, ILogger<SelfTestJob> log) : IHostedService
{
    /// <summary>Topic of the feed.</summary>
    public const string Topic = "selftest";

    /// <summary>What a page may ask for, per promise; more belongs on the command line.</summary>
    public const int LeastRuns = 100, MostRuns = 10_000;

    private readonly Lock _gate = new();
    private CancellationTokenSource? _running;
    private Task _work = Task.CompletedTask;
    private volatile SelfTestProgress? _progress;

    /// <summary>The one that is running, or null.</summary>
    public SelfTestProgress? Progress => _progress;

    /// <summary>Why the last one ended without a report, or null.</summary>
    public string? Fault { get; private set; }

    /// <summary>Ends with the one that is running.</summary>
    public Task Done => _work;

    /// <summary>Starts one and returns.</summary>
    /// <exception cref="Refusal">One is running already, or the number is out of range.</exception>
    public async Task StartAsync(int runs, string who)
    {
        if (runs is < LeastRuns or > MostRuns) throw new Refusal($"Simulate {LeastRuns} to {MostRuns:N0} experiments for each promise.");
        lock (_gate)
        {
            if (_running is not null) throw new Refusal("A self-test is running already.");
            var source = _running = new();
            (_progress, Fault) = (new(clock.GetUtcNow(), runs, who, 0, []), null);
            _work = Task.Factory.StartNew(() => Work(runs, who, source.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
        await audit.WriteAsync(who, "selftest.start", "self-test", $"{runs} experiments for each promise");
        feed.Changed(Topic);
    }

    /// <summary>Stops the one that is running; nothing of it is kept.</summary>
    /// <exception cref="Refusal">None is running.</exception>
    public async Task CancelAsync(string who)
    {
        lock (_gate) (_running ?? throw new Refusal("No self-test is running.")).Cancel();
        await audit.WriteAsync(who, "selftest.cancel", "self-test");
    }

    Task IHostedService.StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    async Task IHostedService.StopAsync(CancellationToken cancellationToken)
    {
        lock (_gate) _running?.Cancel();
        await _work.WaitAsync(cancellationToken);
    }

    private void Work(int runs, string who, CancellationToken cancellation)
    {
        Thread.CurrentThread.Priority = ThreadPriority.BelowNormal;
        var started = Stopwatch.GetTimestamp();
        List<SelfTestResult> results = [];
        try
        {
            foreach (var result in SelfTest.Run(runs, cancellation: cancellation))
            {
                results.Add(result);
                var part = SelfTest.Keys.TakeWhile(k => !result.Key.StartsWith(k + "/", StringComparison.Ordinal)).Count();
                _progress = _progress! with { Fraction = (double)part / SelfTest.Keys.Count, Results = [.. results] };
                feed.Changed(Topic);
            }
            store.Save(new(clock.GetUtcNow(), SelfTestReport.OwnVersion, runs, SelfTest.DefaultSeed, Stopwatch.GetElapsedTime(started).TotalSeconds, who, results));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            log.LogInformation("The self-test was cancelled after {Count} promises.", results.Count);
        }
        catch (AggregateException several) when (several.InnerExceptions.All(e => e is OperationCanceledException))
        {
            log.LogInformation("The self-test was cancelled after {Count} promises.", results.Count);
        }
#pragma warning disable CA1031 // shown on the page and logged; the thread must not take the server with it
        catch (Exception fault)
#pragma warning restore CA1031
        {
            log.LogError(fault, "The self-test failed.");
            Fault = "The self-test failed before its end; the server log has the details.";
        }
        finally
        {
            lock (_gate)
            {
                _running?.Dispose();
                (_running, _progress) = (null, null);
            }
            feed.Changed(Topic);
        }
    }
}
