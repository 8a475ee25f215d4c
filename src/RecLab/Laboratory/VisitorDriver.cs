using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using RecLab.Events;
using RecLab.Simulation;

namespace RecLab.Laboratory;

/// <summary>What a simulation has done so far.</summary>
public readonly record struct VisitorCount(int People, int Visits, int Viewable, int Clicked);

/// <summary>Sends simulated visitors through the same HTTP doors that live ones use: a list is asked for, examined and clicked, and the events are sent and acknowledged
/// before the same visitor comes again. Visitors run side by side, the visits of one in order.</summary>
/// <param name="http">Its base address is the server; a secret key travels with every request.</param>
/// <param name="key">Secret key; only such a key may call itself simulated.</param>
/// <param name="appeal">Factor on a visitor's chance to click what is seen, by outside user id; null for 1.</param>
/// <param name="made">Visits that were made before these were cut off, with their clicks: nobody makes one twice.</param>
public sealed class VisitorDriver(HttpClient http, string key, Func<string, double>? appeal = null, IReadOnlyDictionary<MadeVisit, int>? made = null)
{
    private const int Tries = 8;

    /// <summary>Runs all visitors.</summary>
    /// <param name="visitors">Who comes, and what they do.</param>
    /// <param name="itemIndex">Index of an outside item id in the world, -1 where unknown.</param>
    /// <param name="placement">Placement key.</param>
    /// <param name="listLength">Items asked for per visit.</param>
    /// <param name="parallel">Visitors at once.</param>
    /// <param name="progress">Told after every visitor, from several threads.</param>
    /// <param name="cancellation">Stops between two visits.</param>
    /// <exception cref="HttpRequestException">The server refused a request; the message carries its reason.</exception>
    public async Task<VisitorCount> RunAsync(Visitors visitors, Func<string, int> itemIndex, string placement, int listLength, int parallel,
        IProgress<VisitorCount>? progress, CancellationToken cancellation)
    {
        int people = 0, visits = 0, viewable = 0, clicked = 0;
        await Parallel.ForEachAsync(visitors.People, new ParallelOptions { MaxDegreeOfParallelism = parallel, CancellationToken = cancellation }, async (user, stop) =>
        {
            foreach (var visit in visitors.Visits(user))
            {
                if (made is not null && made.TryGetValue(new(visit.UserId, visit.Session, visit.At.ToUnixTimeMilliseconds()), out var before))
                {
                    if (!visitors.ComesBack(visit, before)) break;
                    continue;
                }
                var events = await VisitAsync(visitors, visit, itemIndex, placement, listLength, stop);
                var clicks = events.Count(e => e.Type == "click");
                Interlocked.Increment(ref visits);
                Interlocked.Add(ref viewable, events.Count - clicks);
                Interlocked.Add(ref clicked, clicks);
                if (!visitors.ComesBack(visit, clicks)) break;
            }
            progress?.Report(new(Interlocked.Increment(ref people), Volatile.Read(ref visits), Volatile.Read(ref viewable), Volatile.Read(ref clicked)));
        });
        return new(people, visits, viewable, clicked);
    }

    private async Task<IReadOnlyList<VisitEvent>> VisitAsync(Visitors visitors, Visit visit, Func<string, int> itemIndex, string placement, int listLength, CancellationToken cancellation)
    {
        var address = $"/api/v1/recommendations?placement={Uri.EscapeDataString(placement)}&user={Uri.EscapeDataString(visit.UserId)}&session={Uri.EscapeDataString(visit.Session)}&n={listLength}&simulated=true&consent=granted&at={Uri.EscapeDataString(visit.At.UtcDateTime.ToString("O", System.Globalization.CultureInfo.InvariantCulture))}";
        var list = await ListAsync(address, visit, cancellation);
        if (list.Items.Count == 0) return [];
        string[] ids = [.. list.Items.Select(i => i.Id)];
        var events = visitors.React(visit, [.. ids.Select(itemIndex)], ids, appeal?.Invoke(visit.UserId) ?? 1);
        if (events.Count == 0) return events;
        var body = new EventBatch(visit.At.AddSeconds(60), [.. events.Select(e =>
            new EventLine(Guid.CreateVersion7(), e.Type, list.RecommendationId!, e.ItemId, e.Position, visit.UserId, visit.Session, e.At))]);
        var answer = await SendAsync<EventAnswer>(() => new HttpRequestMessage(HttpMethod.Post, "/api/v1/events?simulated=true") { Content = JsonContent.Create(body) }, cancellation);
        if (answer.Rejected > 0) throw new HttpRequestException($"The server rejected {answer.Rejected} of {events.Count} events of session {visit.Session}.");
        return events;
    }

    /// <summary>A list that can be counted. A server whose log is slow shows lists without an id; what is done on such a list would be lost to the results and yet be learnt from, so it is asked for again.</summary>
    private async Task<ListAnswer> ListAsync(string address, Visit visit, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            var list = await SendAsync<ListAnswer>(() => new HttpRequestMessage(HttpMethod.Get, address), cancellation);
            if (list.RecommendationId is not null || list.Items.Count == 0) return list;
            if (attempt == Tries) throw new HttpRequestException($"The server could not record the list of session {visit.Session}; its event log is too slow or cannot be written.");
            await Task.Delay(TimeSpan.FromMilliseconds(200 * attempt), cancellation);
        }
    }

    /// <summary>Sends, and sends again what the server was too busy for; event ids stay the same, so nothing counts twice.</summary>
    private async Task<T> SendAsync<T>(Func<HttpRequestMessage> make, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var request = make();
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
            using var answer = await http.SendAsync(request, cancellation);
            if (answer.IsSuccessStatusCode)
                return await answer.Content.ReadFromJsonAsync<T>(cancellation) ?? throw new HttpRequestException($"{request.RequestUri}: the answer was empty.");
            if (attempt < Tries && answer.StatusCode is HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests)
            {
                await Task.Delay(answer.Headers.RetryAfter?.Delta ?? TimeSpan.FromMilliseconds(200 * attempt), cancellation);
                continue;
            }
            throw new HttpRequestException($"{request.RequestUri}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(cancellation)}");
        }
    }

    private sealed record ListAnswer(string? RecommendationId, IReadOnlyList<ListItem> Items);
    private sealed record ListItem(string Id);
    private sealed record EventBatch(DateTimeOffset SentAt, IReadOnlyList<EventLine> Events);
    private sealed record EventLine(Guid EventId, string Type, string RecommendationId, string ItemId, int Position, string User, string Session, DateTimeOffset OccurredAt);
    private sealed record EventAnswer(int Accepted, int Duplicates, int Rejected);
}
