namespace RecLab.Client;

/// <summary>The HTTP API as methods: lists out, events in. Thread-safe; make one and keep it. <see cref="Track"/> collects events and sends them in batches; disposing sends what is left.</summary>
public sealed class RecLabClient : IAsyncDisposable
{
    private readonly Sender _sender;
    private readonly Outbox _outbox;
    private readonly TimeProvider _clock;

    /// <param name="http">Its base address is the server's; it stays the caller's.</param>
    /// <param name="options">The key, and how to repeat and collect.</param>
    /// <exception cref="ArgumentException">No base address, or an option out of range.</exception>
    public RecLabClient(HttpClient http, RecLabClientOptions options)
    {
        if (http.BaseAddress is null) throw new ArgumentException("The HttpClient needs a base address.", nameof(http));
        options.Check();
        _clock = options.Clock;
        _sender = new(http, options);
        _outbox = new(options, SendAsync);
        Manage = new(_sender);
    }

    /// <summary>Variants, trainings, experiments, data sets, users, keys. Needs a secret key.</summary>
    public Management Manage { get; }

    /// <summary>Tracked events that are not delivered yet.</summary>
    public int Waiting => _outbox.Waiting;

    /// <summary>A list for a placement and a user.</summary>
    /// <exception cref="RecLabException">The server refused, or did not answer in all attempts.</exception>
    /// <exception cref="HttpRequestException">It could not be reached in all attempts.</exception>
    public Task<RecommendationList> RecommendAsync(RecommendationQuery query, CancellationToken cancellation = default) =>
        _sender.PostAsync("api/v1/recommendations", () => query, ClientJson.Default.RecommendationQuery, ClientJson.Default.RecommendationList, cancellation);

    /// <summary>Lists for several placements of one page.</summary>
    /// <inheritdoc cref="RecommendAsync" path="/exception"/>
    public async Task<IReadOnlyList<RecommendationList>> RecommendAsync(PageQuery page, CancellationToken cancellation = default) =>
        (await _sender.PostAsync("api/v1/recommendations:batch", () => page, ClientJson.Default.PageQuery, ClientJson.Default.PageLists, cancellation).ConfigureAwait(false)).Lists;

    /// <summary>Reports a list that the host decided and showed. Needs a secret key.</summary>
    /// <inheritdoc cref="RecommendAsync" path="/exception"/>
    public Task<RecordedExposure> ReportAsync(HostExposure exposure, CancellationToken cancellation = default) =>
        _sender.PostAsync("api/v1/exposures", () => exposure, ClientJson.Default.HostExposure, ClientJson.Default.RecordedExposure, cancellation);

    /// <summary>Tells of up to 10,000 items as they are sold now, all or none; in force when it returns. What is null is left to the data sets. Needs a secret key.</summary>
    /// <inheritdoc cref="RecommendAsync" path="/exception"/>
    public Task<ItemsStored> PutItemsAsync(IReadOnlyList<SoldItem> items, CancellationToken cancellation = default) =>
        _sender.SendAsync(HttpMethod.Put, "api/v1/items", () => Lines(items), "application/x-ndjson", ClientJson.Default.ItemsStored, cancellation);

    /// <summary>Takes an item out of every list, or lets it back in. Needs a secret key.</summary>
    /// <inheritdoc cref="RecommendAsync" path="/exception"/>
    public Task<SoldItem> SetAvailableAsync(string itemId, bool available, CancellationToken cancellation = default) =>
        _sender.SendAsync(HttpMethod.Patch, "api/v1/items/" + Uri.EscapeDataString(itemId), () => available ? "{\"available\":true}"u8.ToArray() : "{\"available\":false}"u8.ToArray(), "application/json", ClientJson.Default.SoldItem, cancellation);

    private static byte[] Lines(IReadOnlyList<SoldItem> items)
    {
        using var lines = new MemoryStream();
        foreach (var item in items)
        {
            System.Text.Json.JsonSerializer.Serialize(lines, item, ClientJson.Default.SoldItem);
            lines.WriteByte((byte)'\n');
        }
        return lines.ToArray();
    }

    /// <summary>Sends up to 500 events now and waits until they are on the server's disk. Repeated with the same ids when the answer is lost, so each counts once.</summary>
    /// <inheritdoc cref="RecommendAsync" path="/exception"/>
    public Task<EventReceipts> SendAsync(IReadOnlyList<RecLabEvent> events, CancellationToken cancellation = default) =>
        _sender.PostAsync("api/v1/events", () => new EventBatch(_clock.GetUtcNow(), events), ClientJson.Default.EventBatch, ClientJson.Default.EventReceipts, cancellation);

    /// <summary>Collects an event; it is sent with others, by number or after a while.</summary>
    /// <returns>False when so many wait already that it was not taken.</returns>
    /// <exception cref="ObjectDisposedException">The client was disposed.</exception>
    public bool Track(RecLabEvent happened) => _outbox.Add(happened);

    /// <summary>Sends what was tracked until now, and ends when the server has it or has refused it.</summary>
    public Task FlushAsync(CancellationToken cancellation = default) => _outbox.FlushAsync(cancellation);

    public ValueTask DisposeAsync() => _outbox.DisposeAsync();
}
