using System.Diagnostics;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using RecLab.Access;
using RecLab.Cli;
using RecLab.Data;
using RecLab.Recommenders;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Data.Import;
using RecLab.Recommenders.Evaluation;
using RecLab.Recommenders.Models;
using RecLab.Storage;
using RecLab.Training;

namespace RecLab.Bench.Serving;

/// <summary>How long a leaderboard of many runs takes in a real browser: from the press to the first and the last line on the screen, by the clock, and the processor time of server and browser
/// until both are quiet. The first visit after the start compiles the page; the later ones are what a viewer feels.</summary>
internal static class LeaderboardDrawing
{
    private const int Visits = 6;

    public static async Task RunAsync(string folder, int runs)
    {
        folder = Path.Combine(folder, $"leaderboard-{runs}");
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        var (email, dataset) = await FillAsync(folder, runs);
        await using var app = await BenchApp.StartAsync(new BenchShop("", []), folder);
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Environment.GetEnvironmentVariable("RECLAB_CHROMIUM") ?? "/usr/bin/chromium", Args = ["--no-sandbox", "--disable-dev-shm-usage"],
        });
        var context = await Dashboards.SignedInAsync(browser, email);
        var page = await context.NewPageAsync();
        await page.GotoAsync($"{BenchApp.Url}/training");
        await page.Locator("main h1").First.WaitForAsync();
        for (var visit = 1; visit <= Visits; visit++)
        {
            var (server, chromium) = (app.Cpu, Chromium());
            var milliseconds = await page.EvaluateAsync<double[]>(Stopwatch.Replace("RUNS", $"{runs}", StringComparison.Ordinal), $"/leaderboard?data={dataset}&lines=runs{(visit % 2 == 0 ? "&sort=-value" : "")}");
            await QuietAsync(app);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"visit {visit}: first line {milliseconds[0],6:0} ms, line {runs} {milliseconds[1],6:0} ms; processor: server {(app.Cpu - server).TotalMilliseconds,5:0} ms, browser {(Chromium() - chromium).TotalMilliseconds,5:0} ms; {milliseconds[2]:0} elements in the table; load average {BenchApp.LoadAverage()}"));
            await page.EvaluateAsync("Blazor.navigateTo('/training')");
            await page.Locator("table.board").WaitForAsync(new() { State = WaitForSelectorState.Detached });
            await QuietAsync(app);
        }
    }

    /// <summary>From the press to a table whose last line (by its rank) is there and painted; answers when the first was there, when the last, and how many elements the table has.</summary>
    private const string Stopwatch = """
        path => new Promise(done => {
          const begun = performance.now();
          Blazor.navigateTo(path);
          let first = 0;
          const look = () => {
            const table = document.querySelector('table.board'), lines = table ? table.querySelectorAll('tbody tr').length : 0;
            if (lines > 0 && first === 0) first = performance.now() - begun;
            if (lines === RUNS) requestAnimationFrame(() => setTimeout(() => done([first, performance.now() - begun, table.querySelectorAll('*').length])));
            else requestAnimationFrame(look);
          };
          look();
        })
        """;

    /// <summary>Waits until server and browser have used less than a hundredth of a core for half a second.</summary>
    private static async Task QuietAsync(BenchApp app)
    {
        for (var quiet = 0; quiet < 1;)
        {
            var before = app.Cpu + Chromium();
            await Task.Delay(500);
            quiet = app.Cpu + Chromium() - before < TimeSpan.FromMilliseconds(40) ? quiet + 1 : 0;
        }
    }

    /// <summary>Processor time of every browser process that this one's children started.</summary>
    private static TimeSpan Chromium()
    {
        var all = new Dictionary<int, (int Parent, string Name, long Ticks)>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), out var id)) continue;
            string line;
            try { line = File.ReadAllText(Path.Combine(folder, "stat")); }
            catch (IOException) { continue; } // it ended while we looked
            var close = line.LastIndexOf(')');
            var fields = line[(close + 2)..].Split(' ');
            all[id] = (int.Parse(fields[1], CultureInfo.InvariantCulture), line[(line.IndexOf('(') + 1)..close], long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture));
        }
        bool Ours(int id) => id == Environment.ProcessId || (all.TryGetValue(id, out var p) && p.Parent > 0 && Ours(p.Parent));
        return TimeSpan.FromSeconds(all.Where(p => p.Value.Name.Contains("chrom", StringComparison.Ordinal) && Ours(p.Key)).Sum(p => p.Value.Ticks) / 100.0); // USER_HZ is 100 on Linux
    }

    /// <summary>A made data set, two families judged as a training is, their evaluations spread over so many runs; a viewer.</summary>
    private static async Task<(string Email, int Dataset)> FillAsync(string folder, int runs)
    {
        const string Email = "viewer@example.com";
        await using var app = WebHost.Build(["--applicationName=RecLab", $"--RecLab:DataDir={folder}", "--Urls=http://127.0.0.1:0", "--Logging:LogLevel:Default=Warning"]);
        await WebHost.PrepareAsync(app);
        await app.StartAsync();
        var random = new Random(7);
        var rows = Enumerable.Range(0, 12_000).Select(r => (User: r % 300, Item: (int)(160 * Math.Pow(random.NextDouble(), 2)))).Distinct().ToArray();
        var data = new Interactions(Vocabulary.OfNumbers(300), Vocabulary.OfNumbers(160), [.. rows.Select(r => r.User)], [.. rows.Select(r => r.Item)], [.. rows.Select(_ => 1f)], [.. rows.Select((_, r) => 1_600_000_000L + r)]);
        var writer = app.Services.GetRequiredService<DatasetWriter>();
        var dataset = await writer.ReserveAsync("many runs", "made", DatasetOrigin.Generated, 0.1, "bench");
        await writer.StoreAsync(dataset.Id, data, new ImportReport("made", data.Count, data.Count, [], []));
        var split = new SplitPlan { Hidden = 0.1 }.Cut(data);
        await using var db = await app.Services.GetRequiredService<IDbContextFactory<RecLabDb>>().CreateDbContextAsync();
        foreach (var (key, family) in new[] { ("popularity", (IRecommender)new Popularity(new())), ("ease", new RecLab.Recommenders.Models.Linear.Ease(new())) })
        {
            var variant = db.Add(new Variant { Key = key, Name = key, Family = key, Options = "{}", DatasetId = dataset.Id }).Entity;
            await db.SaveChangesAsync();
            var judged = OfflineEvaluation.Judge(family.Train(split.Train, new TrainingContext { Threads = 1 }), split, 1, new Progress<double>(), CancellationToken.None);
            for (var v = 1; v <= runs / 2; v++)
                db.Add(new TrainingRun
                {
                    VariantId = variant.Id, DatasetId = dataset.Id, Version = v, State = RunState.Succeeded, Options = "{}", Evaluation = judged.Test.ToJson(), ValidationScore = judged.Validation,
                    TrainSeconds = v, ArtifactBytes = 1000 * v, ScoringMicroseconds = judged.ScoringMicroseconds, FinishedAt = DateTimeOffset.UnixEpoch.AddYears(56).AddMinutes(v),
                });
            await db.SaveChangesAsync();
        }
        await app.Services.GetRequiredService<PeopleDesk>().CreateAsync(Email, "Viewer", BenchShop.Password, Roles.Viewer);
        await app.StopAsync();
        return (Email, dataset.Id);
    }
}
