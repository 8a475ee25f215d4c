using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;

namespace RecLab.Bench.Serving;

/// <summary>What open results pages cost: the server's processor time with a flow of events alone, and with so many pages open that follow it, each a circuit of its own in a headless browser. The browser's own work is not counted.</summary>
internal static class Dashboards
{
    private const int EventsPerSecond = 200, PerList = 10, PagesEach = 5;

    public static async Task RunAsync(BenchApp app, int seconds, int pages)
    {
        using var stop = new CancellationTokenSource();
        var flow = FlowAsync(app, stop.Token);
        await Task.Delay(TimeSpan.FromSeconds(5)); // compiled by then
        var alone = await ShareAsync(app, seconds);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{EventsPerSecond} events/s and their lists, no page open: {alone:0.000} of a core"));

        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Environment.GetEnvironmentVariable("RECLAB_CHROMIUM") ?? "/usr/bin/chromium", Args = ["--no-sandbox", "--disable-dev-shm-usage", "--renderer-process-limit=4"],
        });
        List<(IPage Page, string Before)> open = [];
        IBrowserContext? context = null;
        for (var n = 0; n < pages; n++)
        {
            if (n % PagesEach == 0) context = await SignedInAsync(browser, app.Shop.People[n / PagesEach % app.Shop.People.Count]);
            var page = await context!.NewPageAsync();
            await page.GotoAsync($"{BenchApp.Url}/experiments/{BenchShop.Experiment}?traffic=live", new() { Timeout = 120_000 });
            await page.Locator("main h1").First.WaitForAsync(new() { Timeout = 120_000 });
            open.Add((page, ""));
        }
        for (var n = 0; n < open.Count; n++) open[n] = (open[n].Page, await open[n].Page.Locator("main").InnerTextAsync());
        await Task.Delay(TimeSpan.FromSeconds(5));
        var watched = await ShareAsync(app, seconds);
        var followed = 0;
        foreach (var (page, before) in open)
            if (await page.Locator("main").InnerTextAsync() != before) followed++;
        await stop.CancelAsync();
        var sent = await flow;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"the same with {pages} results pages open: {watched:0.000} of a core; the pages cost {watched - alone:0.000} (asked: at most 0.2); {followed} of them followed the numbers; {sent:N0} events; load average {BenchApp.LoadAverage()}"));
        if (followed < pages) throw new InvalidOperationException($"{pages - followed} pages did not change while events came in, so they were not live.");
    }

    /// <summary>The server's processor time over some seconds, in cores.</summary>
    private static async Task<double> ShareAsync(BenchApp app, int seconds)
    {
        var (cpu, watch) = (app.Cpu, Stopwatch.StartNew());
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        return (app.Cpu - cpu) / watch.Elapsed;
    }

    public static async Task<IBrowserContext> SignedInAsync(IBrowser browser, string email)
    {
        var context = await browser.NewContextAsync(new() { BaseURL = BenchApp.Url });
        context.SetDefaultTimeout(120_000);
        var page = await context.NewPageAsync();
        await page.GotoAsync("/sign-in");
        await page.GetByLabel("E-mail").FillAsync(email);
        await page.GetByLabel("Password").FillAsync(BenchShop.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await page.Locator("main h1").First.WaitForAsync();
        await page.CloseAsync();
        return context;
    }

    /// <summary>Visitors of the experiment, ten times a second until stopped: a list each time, and events about it.</summary>
    private static async Task<int> FlowAsync(BenchApp app, CancellationToken stop)
    {
        var random = new Random(9);
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds((double)PerList * 2 / EventsPerSecond));
        var sent = 0;
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                var user = $"{random.Next(BenchShop.Users)}";
                var list = await app.Http.GetFromJsonAsync<JsonElement>($"/api/v1/recommendations?placement={BenchShop.Watched}&user={user}&n={PerList}", stop);
                var id = list.GetProperty("recommendationId").GetString();
                string[] items = [.. list.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("id").GetString()!)];
                var events = items.Select(item => Event("viewable", item)).Concat(items.Select((item, at) => Event(at < 2 ? "click" : "rendered", item))).ToArray();
                using var answer = await app.Http.PostAsJsonAsync("/api/v1/events", new { sentAt = DateTimeOffset.UtcNow, events }, stop);
                answer.EnsureSuccessStatusCode();
                sent += events.Length;

                object Event(string type, string item) => new { eventId = Guid.CreateVersion7(), type, recommendationId = id, itemId = item, user, occurredAt = DateTimeOffset.UtcNow };
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // the measurement is over
        }
        return sent;
    }
}
