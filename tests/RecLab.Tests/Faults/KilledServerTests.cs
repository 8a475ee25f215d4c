using System.Net;
using RecLab.Tests.Access;
using Xunit;

namespace RecLab.Tests.Faults;

/// <summary>The server is killed while visitors click.</summary>
public sealed class KilledServerTests(ITestOutputHelper output)
{
    [Fact]
    public async Task What_was_acknowledged_survives_a_kill_exactly_once_and_nothing_is_invented()
    {
        var seed = Sizes.DrawnSeed();
        output.WriteLine($"Seed {seed}; repeat with RECLAB_SEED={seed}.");
        var random = new Random(seed);
        var (folder, key) = await LeftShop.MakeAsync();
        ServerProcess? server = null;
        try
        {
            var crowd = new Crowd(key, seed);
            var book = new EventBook(folder);
            server = await ServerProcess.StartAsync(folder);
            for (var round = 1; round <= Sizes.Of(suite: 2, nightly: 50); round++)
            {
                var earlier = crowd.Sent.Count;
                var visits = crowd.VisitAsync(server, clients: 6);
                var enough = crowd.Acknowledged.Count + random.Next(100, 800);
                while (crowd.Acknowledged.Count < enough && !visits.IsCompleted) await Task.Delay(10, TestContext.Current.CancellationToken);
                await Task.Delay(random.Next(20), TestContext.Current.CancellationToken);
                await server.KillAsync();
                await visits;
                Assert.Equal(6 * round, crowd.CutOff); // everybody was in the midst of something
                var heard = crowd.Acknowledged.ToHashSet();
                Complete(crowd, book, heard);

                server = await ServerProcess.StartAsync(folder);
                Complete(crowd, book, heard);
                await ResendAsync(server, crowd, book, key, heard, earlier);
                output.WriteLine($"Round {round}: {heard.Count} events acknowledged, {crowd.Sent.Sum(b => b.Events.Count)} sent, {crowd.Lists.Count} lists.");
            }
            await SameAfterRestartAsync(server, folder, crowd, key);
            Assert.All(crowd.Arms, a => Assert.Equal(Reference(a.Key), a.Value));
            Assert.Equal(2, crowd.Arms.Values.Distinct().Count());
        }
        catch (Exception fault)
        {
            throw new InvalidOperationException($"With seed {seed}: {fault.Message}", fault);
        }
        finally
        {
            if (server is not null) await server.DisposeAsync();
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Every acknowledged event and every list that arrived is in the file, none twice, and nothing that was never sent.</summary>
    private static void Complete(Crowd crowd, EventBook book, HashSet<Guid> heard)
    {
        Assert.Equal(["ok"], book.Rows("PRAGMA integrity_check"));
        var stored = book.Ids("event");
        var sent = crowd.Sent.SelectMany(b => b.Events).ToHashSet();
        Assert.NotEmpty(heard);
        Assert.Empty(heard.Except(stored));
        Assert.Empty(stored.Except(sent));
        Assert.Equal(["0"], book.Rows("SELECT count(*) FROM (SELECT 1 FROM event GROUP BY recommendation, type, item HAVING count(*) > 1)"));
        Assert.Equal(["0"], book.Rows("SELECT count(*) FROM quarantine"));
        Assert.Empty(crowd.Lists.Keys.Select(l => Guid.Parse(l[..36])).Except(book.Ids("recommendation")));
        Assert.Empty(book.Faults());
    }

    /// <summary>The senders of this round try everything again: what was acknowledged changes nothing, what was not is taken now, and then the totals of every user are those of the senders' own book.</summary>
    private static async Task ResendAsync(ServerProcess server, Crowd crowd, EventBook book, string key, HashSet<Guid> heard, int earlier)
    {
        using var client = server.Client(key);
        var mine = crowd.Sent.Skip(earlier).ToArray();
        var before = book.Totals();
        foreach (var batch in mine.Where(b => b.Events.All(heard.Contains))) Assert.All(await crowd.SendAsync(client, batch), s => Assert.Equal("duplicate", s));
        Assert.Equal(before, book.Totals());
        foreach (var batch in mine.Where(b => !b.Events.All(heard.Contains))) await crowd.SendAsync(client, batch);
        Assert.Equal(crowd.Sent.SelectMany(b => b.Events).ToHashSet(), book.Ids("event"));
        Assert.Empty(book.Faults());
        var byUser = crowd.Sent.GroupBy(b => b.User).Where(g => g.Any(b => b.Viewed.Count > 0)).Select(g => $"{g.Key} {g.Sum(b => b.Viewed.Count)} {g.Sum(b => b.Clicked.Count)}").Order(StringComparer.Ordinal);
        Assert.Equal(byUser, book.Rows("SELECT unit, sum(viewable), sum(clicked) FROM unit_day GROUP BY unit HAVING sum(viewable) > 0").Order(StringComparer.Ordinal));
        var complete = book.Totals();
        foreach (var batch in mine) await crowd.SendAsync(client, batch);
        Assert.Equal(complete, book.Totals());
    }

    /// <summary>A kill in quiet: the results page has the same numbers afterwards, the person stays signed in, and every user sees the arm seen before.</summary>
    private static async Task SameAfterRestartAsync(ServerProcess server, string folder, Crowd crowd, string key)
    {
        var cookies = new CookieContainer();
        using var before = Person(server, cookies);
        Assert.Equal(HttpStatusCode.Redirect, (await before.SignInAsync(LeftShop.Person, Browsing.Password)).StatusCode);
        var results = await before.GetStringAsync($"/experiments/{LeftShop.Experiment}/export.csv?traffic=live");
        Assert.Contains("ctr", results, StringComparison.Ordinal);
        await server.KillAsync();

        await using var again = await ServerProcess.StartAsync(folder);
        using var after = Person(again, cookies);
        Assert.Equal(results, await after.GetStringAsync($"/experiments/{LeftShop.Experiment}/export.csv?traffic=live"));
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));
        var (user, arm) = crowd.Arms.First();
        await crowd.VisitAsync(again, clients: 2, stop.Token); // asserts at each visit that a user's variant has not changed
        using var client = again.Client(key);
        using var list = System.Text.Json.JsonDocument.Parse(await client.GetStringAsync($"/api/v1/recommendations?placement=home&user={user}&session=s&n=5"));
        Assert.Equal(arm, list.RootElement.GetProperty("experiment").GetProperty("variant").GetString());
    }

    private static HttpClient Person(ServerProcess server, CookieContainer cookies) =>
        new(new HttpClientHandler { CookieContainer = cookies, AllowAutoRedirect = false }) { BaseAddress = new Uri(server.Url) };

    /// <summary>The arm by the published definition (FNV-1a over UTF-16 units, version 2: b = FNV(digits of FNV(seed + unit)) mod 10000), written here anew; the seed is experiment and phase.</summary>
    private static string Reference(string user)
    {
        static uint Fnv(string text) => text.Aggregate(2166136261u, (h, c) => unchecked((h ^ c) * 16777619u));
        return Fnv($"{Fnv($"{LeftShop.Experiment}:1{user}")}") % 10000 / 10000.0 < 0.5 ? "popularity" : "item-knn";
    }
}
