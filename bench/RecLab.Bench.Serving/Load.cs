using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;

namespace RecLab.Bench.Serving;

/// <summary>Starts the app as a process of its own, waits until it is ready, and loads it with wrk on the same machine.</summary>
internal static partial class Load
{
    private const string Url = "http://127.0.0.1:5099";

    public static async Task<int> RunAsync(BenchShop shop, string folder, int seconds)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "RecLab.dll");
        var watch = Stopwatch.StartNew();
        using var app = Process.Start(new ProcessStartInfo("dotnet", [program, "up", "--data-dir", folder, "--urls", Url, "--set", "Logging:LogLevel:Default=Warning"]) { RedirectStandardOutput = true })!;
        app.OutputDataReceived += (_, _) => { };
        app.BeginOutputReadLine();
        try
        {
            using var http = new HttpClient { BaseAddress = new Uri(Url) };
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", shop.Key);
            await ReadyAsync(http, app);
            Console.WriteLine($"ready after {watch.Elapsed.TotalSeconds:0.0} s; {Environment.ProcessorCount} cores, load average {LoadAverage()}");
            await ListsAsync(http, Path.Combine(folder, "lists.txt"));
            Console.WriteLine($"{"what",-44}{"requests/s",12}{"rows/s",10}{"p50 ms",9}{"p99 ms",9}{"cpu us/request",16}{"load",8}");
            Console.WriteLine("(rows: lists or events made durable; cpu: of the server, both cores together)");
            foreach (var (name, script, connections) in new[] { ("warm-up", "uncached.lua", 8), ("lists, uncached, 8 connections", "uncached.lua", 8), ("lists, cached, 8 connections", "cached.lua", 8), ("lists, cached, 64 connections", "cached.lua", 64), ("batches of 50 events, 8 connections", "events.lua", 8), ("batches of 50 events, 32 connections", "events.lua", 32) })
                await MeasureAsync(name, script, connections, seconds, shop, folder, app);
            return 0;
        }
        finally
        {
            app.Kill(entireProcessTree: true);
            await app.WaitForExitAsync();
        }
    }

    private static async Task ReadyAsync(HttpClient http, Process app)
    {
        for (var i = 0; i < 600; i++)
        {
            if (app.HasExited) throw new InvalidOperationException($"The app ended with {app.ExitCode} before it was ready.");
            try
            {
                if ((await http.GetAsync("/health/ready")).IsSuccessStatusCode) return;
            }
            catch (HttpRequestException) when (i < 599)
            {
                // not listening yet
            }
            await Task.Delay(100);
        }
        throw new InvalidOperationException("The app was not ready within a minute.");
    }

    /// <summary>Lists for the events to speak of: an id and its items a line.</summary>
    private static async Task ListsAsync(HttpClient http, string path)
    {
        List<string> lines = [];
        for (var user = 0; user < 2000; user++)
        {
            var list = await http.GetFromJsonAsync<JsonElement>($"/api/v1/recommendations?placement=home&user={user}&n=10");
            lines.Add(string.Join(' ', list.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("id").GetString()).Prepend(list.GetProperty("recommendationId").GetString())));
        }
        await File.WriteAllLinesAsync(path, lines);
    }

    private static async Task MeasureAsync(string name, string script, int connections, int seconds, BenchShop shop, string folder, Process app)
    {
        var (before, cpu) = (Rows(folder), Cpu(app));
        var start = new ProcessStartInfo("wrk", ["-t2", $"-c{connections}", $"-d{seconds}s", "--latency", "-s", Path.Combine(AppContext.BaseDirectory, script), Url]) { RedirectStandardOutput = true };
        start.Environment["RECLAB_KEY"] = shop.Key;
        start.Environment["RECLAB_LISTS"] = Path.Combine(folder, "lists.txt");
        var watch = Stopwatch.StartNew();
        using var wrk = Process.Start(start)!;
        var text = await wrk.StandardOutput.ReadToEndAsync();
        await wrk.WaitForExitAsync();
        var took = watch.Elapsed.TotalSeconds;
        var requests = double.Parse(Total().Match(text).Groups[1].Value, CultureInfo.InvariantCulture);
        var rows = Rows(folder) - before;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-44}{requests / took,12:N0}{rows / took,10:N0}{Milliseconds(text, "50%"),9:0.00}{Milliseconds(text, "99%"),9:0.00}{(Cpu(app) - cpu).TotalMicroseconds / requests,16:0}{LoadAverage(),8}"));
        if (text.Contains("Non-2xx", StringComparison.Ordinal) || text.Contains("Socket errors", StringComparison.Ordinal)) Console.WriteLine(text);
    }

    private static TimeSpan Cpu(Process app)
    {
        app.Refresh();
        return app.TotalProcessorTime;
    }

    private static string LoadAverage() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "?";

    private static long Rows(string folder)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(folder, "events.db")};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT (SELECT count(*) FROM recommendation) + (SELECT count(*) FROM event)";
        return (long)command.ExecuteScalar()!;
    }

    private static double Milliseconds(string text, string quantile)
    {
        var match = Regex.Match(text, Regex.Escape(quantile) + @"\s+([\d.]+)(us|ms|s)\b");
        var value = double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
        return match.Groups[2].Value switch { "us" => value / 1000, "s" => value * 1000, _ => value };
    }

    [GeneratedRegex(@"(\d+) requests in")]
    private static partial Regex Total();
}
