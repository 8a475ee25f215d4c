using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using RecLab.Events;
using Xunit;

namespace RecLab.Tests.Faults;

/// <summary>Visitors who ask for lists and click, and a book of what they sent and what was acknowledged. The book is kept here, by whoever sends; it knows nothing of the server's tables.</summary>
internal sealed class Crowd(string key, int seed)
{
    /// <summary>One request of events; the same bytes are sent again on a retry.</summary>
    public sealed record Batch(string User, string List, string Body, IReadOnlyList<Guid> Events, IReadOnlyList<string> Viewed, IReadOnlyList<string> Clicked);

    private readonly ConcurrentQueue<Batch> _sent = new();
    private readonly ConcurrentDictionary<Guid, byte> _acknowledged = new();
    private readonly ConcurrentDictionary<string, string> _lists = new(), _arms = new();
    private int _round, _cutOff;

    /// <summary>Requests whose answer never came.</summary>
    public int CutOff => _cutOff;

    /// <summary>Every batch that left, acknowledged or not.</summary>
    public IReadOnlyCollection<Batch> Sent => _sent;

    /// <summary>Events a 200 said were taken.</summary>
    public ICollection<Guid> Acknowledged => _acknowledged.Keys;

    /// <summary>Recommendation ids that arrived, with their user.</summary>
    public IReadOnlyDictionary<string, string> Lists => _lists;

    /// <summary>The variant each user was shown, which must be the same at every visit.</summary>
    public IReadOnlyDictionary<string, string> Arms => _arms;

    /// <summary>Visits until cancelled or until the server is killed.</summary>
    public async Task VisitAsync(ServerProcess server, int clients, CancellationToken stop = default)
    {
        var round = ++_round;
        await Task.WhenAll(Enumerable.Range(0, clients).Select(c => Task.Run(() => ComeAsync(server, new Random(HashCode.Combine(seed, round, c)), stop))));
    }

    /// <summary>Sends one batch; on a 200 its events are acknowledged.</summary>
    /// <returns>The status of each event.</returns>
    public async Task<string[]> SendAsync(HttpClient client, Batch batch)
    {
        using var answer = await client.PostAsync("/api/v1/events", new StringContent(batch.Body, Encoding.UTF8, "application/json"));
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{(int)answer.StatusCode} {text}");
        using var document = JsonDocument.Parse(text);
        string[] statuses = [.. document.RootElement.GetProperty("results").EnumerateArray().Select(r => r.GetProperty("status").GetString()!)];
        Assert.All(statuses, s => Assert.True(s is "accepted" or "duplicate", text));
        Assert.Equal(batch.Events.Count, statuses.Length);
        foreach (var id in batch.Events) _acknowledged[id] = 0;
        return statuses;
    }

    private async Task ComeAsync(ServerProcess server, Random random, CancellationToken stop)
    {
        using var client = server.Client(key);
        try
        {
            while (!stop.IsCancellationRequested)
            {
                var user = random.Next(4) == 0 ? $"stranger-{random.Next(500)}" : $"{random.Next(80)}";
                if (await AskAsync(client, user) is not var (list, items)) continue;
                var batch = Make(random, user, list, items);
                _sent.Enqueue(batch);
                await SendAsync(client, batch);
                if (random.Next(5) == 0) Assert.All(await SendAsync(client, batch), s => Assert.Equal("duplicate", s)); // a client that did not hear the answer
            }
        }
        catch (HttpRequestException) when (server.Killed)
        {
            Interlocked.Increment(ref _cutOff); // nobody knows what became of this request
        }
    }

    private async Task<(string List, string[] Items)?> AskAsync(HttpClient client, string user)
    {
        using var answer = await client.GetAsync($"/api/v1/recommendations?placement=home&user={user}&session=s&n=5");
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        using var document = JsonDocument.Parse(text);
        var root = document.RootElement;
        if (root.GetProperty("recommendationId").GetString() is not { } list) return null;
        _lists[list] = user;
        var arm = root.GetProperty("experiment").GetProperty("variant").GetString()!;
        Assert.Equal("assigned", root.GetProperty("experiment").GetProperty("reason").GetString());
        Assert.Equal(arm, _arms.GetOrAdd(user, arm));
        return (list, [.. root.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("id").GetString()!)]);
    }

    private static Batch Make(Random random, string user, string list, string[] items)
    {
        string[] viewed = [.. items.Take(random.Next(items.Length + 1))], clicked = [.. viewed.Where(_ => random.Next(3) == 0)];
        List<(string Type, string? Item)> happened = [("rendered", null), .. viewed.Select(i => ("viewable", (string?)i)), .. clicked.Select(i => ("click", (string?)i))];
        var events = happened.Select(h => (Id: Guid.CreateVersion7(), h.Type, h.Item)).ToArray();
        var now = DateTimeOffset.UtcNow;
        var body = JsonSerializer.Serialize(new
        {
            sentAt = now,
            events = events.Select(e => new { eventId = e.Id, type = e.Type, recommendationId = list, itemId = e.Item, user, session = "s", occurredAt = now }),
        });
        return new(user, list, body, [.. events.Select(e => e.Id)], viewed, clicked);
    }
}
