using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using RecLab.Operations;
using RecLab.Statistics.SelfProof;

namespace RecLab.Cli;

/// <summary><c>reclab selftest</c>: simulate experiments with a known truth and count what the statistics promise.</summary>
public static class SelfTestVerb
{
    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static Command Create()
    {
        var runs = new Option<int>("--runs") { Description = "Simulated experiments per promise, at least 100.", DefaultValueFactory = _ => SelfTest.FullRuns };
        var seed = new Option<ulong>("--seed") { Description = "The same seed gives the same numbers.", DefaultValueFactory = _ => SelfTest.DefaultSeed };
        var threads = new Option<int>("--threads") { Description = "How many run at once; changes no number.", DefaultValueFactory = _ => Math.Max(1, Environment.ProcessorCount / 2) };
        var only = new Option<string?>("--only") { Description = $"One part: {string.Join(", ", SelfTest.Keys)}." };
        var json = new Option<bool>("--json") { Description = "Print the results as JSON." };
        var command = new Command("selftest", "Simulate experiments with a known truth and count what the statistics promise; fails when a promise is broken. A complete run is kept for the page /selftest.") { runs, seed, threads, only, json };
        var settings = new CommonSettings();
        settings.AddTo(command);
        command.SetAction((parsed, cancellation) => Task.FromResult(Run(settings.Read(parsed), parsed.GetValue(runs), parsed.GetValue(seed), parsed.GetValue(threads), parsed.GetValue(only), parsed.GetValue(json), cancellation)));
        return command;
    }

    private static int Run(string[] settings, int runs, ulong seed, int threads, string? only, bool json, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        IEnumerable<SelfTestResult> results;
        try
        {
            results = SelfTest.Run(runs, seed, threads, only, cancellation);
        }
        catch (ArgumentException e)
        {
            throw new BadArgumentException(e.Message.Split(" (Parameter", 2)[0]);
        }
        var done = new List<SelfTestResult>();
        if (!json) Console.WriteLine($"{"measured",9}  {"allowed",-18}{"",7}promise");
        foreach (var result in results)
        {
            done.Add(result);
            if (!json) Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{result.Measured,9:P2}  {$"{result.Low:P2} .. {result.High:P2}",-18}  {(result.Pass ? "ok  " : "FAIL")} {result.Name}. {result.Promise}"));
        }
        if (json) Console.WriteLine(JsonSerializer.Serialize(done, Indented));
        var kept = done.Count(r => r.Pass);
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{kept} of {done.Count} promises kept, {runs:N0} simulated experiments each, seed {seed}."));
        if (only is null)
        {
            using var host = VerbHost.Build(settings, (builder, _) => builder.Services.AddSingleton<SelfTestStore>());
            host.Services.GetRequiredService<SelfTestStore>().Save(new(DateTimeOffset.UtcNow, SelfTestReport.OwnVersion, runs, seed, Stopwatch.GetElapsedTime(started).TotalSeconds, "command line", done));
        }
        return kept == done.Count ? 0 : 1;
    }
}
