using System.Net;
using System.Net.Http.Json;
using RecLab.Tests.Doors;
using Xunit;

namespace RecLab.Tests.Faults;

/// <summary>Another program holds the event database for itself alone.</summary>
public sealed class LockedDatabaseTests(ITestOutputHelper output)
{
    [Fact]
    public async Task While_it_is_locked_lists_go_out_events_wait_or_are_sent_back_and_nothing_acknowledged_is_lost()
    {
        await using var app = new ShopApp();
        app.UseKestrel(0);
        app.StartServer();
        await app.OpenAsync();
        await app.ServeAsync("popularity", "popularity");
        var (book, accepted, lists, sentBack, uncounted) = (new EventBook(app.DataDir), new HashSet<Guid>(), 0, 0, 0);
        using var client = app.Backend();
        async Task<HttpStatusCode> SendAsync(Guid id)
        {
            using var answer = await client.PostAsJsonAsync("/api/v1/events", new object[] { new { eventId = id, type = "custom:try", user = "1" } });
            if (answer.StatusCode == HttpStatusCode.OK) accepted.Add(id);
            else
            {
                Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
                Assert.True(answer.Headers.RetryAfter?.Delta > TimeSpan.Zero);
                sentBack++;
            }
            return answer.StatusCode;
        }
        Assert.Equal(HttpStatusCode.OK, await SendAsync(Guid.CreateVersion7()));

        List<Guid> tried = [];
        var held = System.Diagnostics.Stopwatch.StartNew();
        using (book.Lock())
        {
            while (held.Elapsed < TimeSpan.FromSeconds(Sizes.Of(suite: 3, nightly: 30)) || sentBack == 0 || lists == 0)
            {
                tried.Add(Guid.CreateVersion7());
                var sending = SendAsync(tried[^1]);
                using var list = await client.GetAsync("/api/v1/recommendations?placement=home&user=1&n=5", TestContext.Current.CancellationToken);
                var answer = await list.Content.ReadFromJsonAsync<System.Text.Json.JsonElement>();
                Assert.Equal((HttpStatusCode.OK, 5), (list.StatusCode, answer.GetProperty("items").GetArrayLength()));
                lists++;
                if (answer.GetProperty("recommendationId").ValueKind == System.Text.Json.JsonValueKind.Null) uncounted++;
                await sending;
            }
            using var page = await client.GetAsync("/health/live", TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        }
        output.WriteLine($"Locked for {held.Elapsed.TotalSeconds:0.0} s: {lists} lists, {uncounted} of them without an id, {sentBack} requests of events sent back.");
        Assert.Equal(lists, uncounted); // nobody can count what the log did not take, so no list claims that
        foreach (var id in tried) Assert.Equal(HttpStatusCode.OK, await SendAsync(id));
        Assert.Empty(accepted.Except(book.Ids("event")));
        Assert.Empty(book.Ids("event").Except(accepted));
        Assert.Empty(book.Faults());
    }
}
