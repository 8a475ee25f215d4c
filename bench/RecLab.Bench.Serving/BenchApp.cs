using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;

namespace RecLab.Bench.Serving;

/// <summary>The app as a process of its own on the data of the bench, ready to answer, and wrk in front of it on the same machine.</summary>
internal sealed partial class BenchApp : IAsyncDisposable
{
    public const string Url = "http://127.0.0.1:5099";
    private readonly Process _process;

    private BenchApp(BenchShop shop, string folder, Process process)
    {
        (Shop, Folder, _process) = (shop, folder, process);
        Http = new HttpClient { BaseAddress = new Uri(Url) };
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", shop.Key);
    }

    public BenchShop Shop { get; }
    public string Folder { get; }

    /// <summary>A server that holds the secret key.</summary>
    public HttpClient Http { get; }

    /// <summary>Processor time the app has used, all cores together; its children (trainings) not counted.</summary>
    public TimeSpan Cpu
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public static async Task<BenchApp> StartAsync(BenchShop shop, string folder)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "RecLab.dll");
        var watch = Stopwatch.StartNew();
        var process = Process.Start(new ProcessStartInfo("dotnet", [program, "up", "--data-dir", folder, "--urls", Url, "--set", "Logging:LogLevel:Default=Warning"]) { RedirectStandardOutput = true })!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        var app = new BenchApp(shop, folder, process);
        try
        {
            await app.ReadyAsync();
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
        Console.WriteLine($"ready after {watch.Elapsed.TotalSeconds:0.0} s; {Environment.ProcessorCount} cores, load average {LoadAverage()}");
        return app;
    }

    /// <summary>Loads it with wrk and prints a row.</summary>
    public async Task MeasureAsync(string name, string script, int connections, int seconds)
    {
        var (before, cpu) = (Rows(), Cpu);
        var start = new ProcessStartInfo("wrk", ["-t2", $"-c{connections}", $"-d{seconds}s", "--latency", "-s", Path.Combine(AppContext.BaseDirectory, script), Url]) { RedirectStandardOutput = true };
        start.Environment["RECLAB_KEY"] = Shop.Key;
        start.Environment["RECLAB_LISTS"] = Path.Combine(Folder, "lists.txt");
        var watch = Stopwatch.StartNew();
        using var wrk = Process.Start(start)!;
        var text = await wrk.StandardOutput.ReadToEndAsync();
        await wrk.WaitForExitAsync();
        var took = watch.Elapsed.TotalSeconds;
        var requests = double.Parse(Total().Match(text).Groups[1].Value, CultureInfo.InvariantCulture);
        var rows = Rows() - before;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-52}{requests / took,12:N0}{rows / took,10:N0}{Milliseconds(text, "50%"),9:0.00}{Milliseconds(text, "99%"),9:0.00}{(Cpu - cpu).TotalMicroseconds / requests,16:0}{LoadAverage(),8}"));
        if (text.Contains("Non-2xx", StringComparison.Ordinal) || text.Contains("Socket errors", StringComparison.Ordinal)) Console.WriteLine(text);
    }

    public static void Head()
    {
        Console.WriteLine($"{"what",-52}{"requests/s",12}{"rows/s",10}{"p50 ms",9}{"p99 ms",9}{"cpu us/request",16}{"load",8}");
        Console.WriteLine("(rows: lists or events made durable; cpu: of the server, both cores together)");
    }

    public static string LoadAverage() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "?";

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task ReadyAsync()
    {
        for (var i = 0; i < 600; i++)
        {
            if (_process.HasExited) throw new InvalidOperationException($"The app ended with {_process.ExitCode} before it was ready.");
            try
            {
                if ((await Http.GetAsync("/health/ready")).IsSuccessStatusCode) return;
            }
            catch (HttpRequestException) when (i < 599)
            {
                // not listening yet
            }
            await Task.Delay(100);
        }
        throw new InvalidOperationException("The app was not ready within a minute.");
    }

    private long Rows()
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(Folder, "events.db")};Mode=ReadOnly;Pooling=False");
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
