using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace RecLab.Client;

/// <summary>Sends one request until it is answered, refused, or the attempts are used up.</summary>
internal sealed class Sender(HttpClient http, RecLabClientOptions options)
{
    /// <param name="body">Made anew for each attempt, so that the time of sending is right; the ids in it are not.</param>
    public Task<TAnswer> PostAsync<TBody, TAnswer>(string path, Func<TBody> body, JsonTypeInfo<TBody> form, JsonTypeInfo<TAnswer> answerForm, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, path, () => Json(body(), form), answerForm, cancellation);

    public Task<TAnswer> SendAsync<TAnswer>(HttpMethod method, string path, Func<byte[]> body, string type, JsonTypeInfo<TAnswer> answerForm, CancellationToken cancellation) =>
        SendAsync(method, path, () => Bytes(body(), type), answerForm, cancellation);

    /// <summary>A body as JSON.</summary>
    public static HttpContent Json<T>(T body, JsonTypeInfo<T> form) => Bytes(JsonSerializer.SerializeToUtf8Bytes(body, form), "application/json");

    /// <summary>A file whose time ran out is not sent again: it may lie there whole, and would lie there twice after as long again, or run out of time each time. Where the connection broke, or the server takes nothing now, it is:
    /// one that had arrived and is never named goes after its hour.</summary>
    /// <param name="body">Made anew for each attempt; null for none.</param>
    /// <param name="once">The Idempotency-Key of all attempts; null for none.</param>
    public async Task<TAnswer> SendAsync<TAnswer>(HttpMethod method, string path, Func<HttpContent>? body, JsonTypeInfo<TAnswer> answerForm, CancellationToken cancellation, string? once = null)
    {
        for (var attempt = 1; ; attempt++)
        {
            TimeSpan? asked = null;
            var file = false;
            try
            {
                using var request = new HttpRequestMessage(method, path) { Content = body?.Invoke() };
                file = request.Content is StreamContent;
                // a file takes as long as it takes, or as the caller's HttpClient allows
                using var limit = new CancellationTokenSource(file ? Timeout.InfiniteTimeSpan : options.Timeout, options.Clock);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
                if (once is not null) request.Headers.Add("Idempotency-Key", once);
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", options.Key);
                using var answer = await http.SendAsync(request, either.Token).ConfigureAwait(false);
                if (answer.IsSuccessStatusCode)
                    return await answer.Content.ReadFromJsonAsync(answerForm, either.Token).ConfigureAwait(false) ?? throw new RecLabException((int)answer.StatusCode, "The answer was empty.", null);
                if ((int)answer.StatusCode is not (429 or 502 or 503 or 504) || (file && answer.StatusCode == HttpStatusCode.GatewayTimeout) || attempt >= options.Attempts) throw await ProblemAsync(answer, either.Token).ConfigureAwait(false);
                asked = answer.Headers.RetryAfter is { } later ? later.Delta ?? later.Date - options.Clock.GetUtcNow() : null;
            }
            catch (HttpRequestException) when (attempt < options.Attempts)
            {
                asked = null;
            }
            catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
            {
                if (file) throw new HttpRequestException($"The file was not sent and answered within the time that the HttpClient allows ({Seconds(http.Timeout)} s), and is not sent again by itself. Give the client an HttpClient with a longer Timeout for files.", e);
                if (attempt >= options.Attempts) throw new HttpRequestException($"There was no answer within {Seconds(options.Timeout)} s.", e);
            }
            await Task.Delay(Pause(attempt, asked), options.Clock, cancellation).ConfigureAwait(false);
        }
    }

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture);

    private static ByteArrayContent Bytes(byte[] body, string type)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        return content;
    }

    private TimeSpan Pause(int attempt, TimeSpan? asked)
    {
        var pause = options.FirstPause * Math.Pow(2, attempt - 1) * (0.5 + Random.Shared.NextDouble() / 2);
        if (asked > pause) pause = asked.Value;
        return pause < options.LongestPause ? pause : options.LongestPause;
    }

    private static async Task<RecLabException> ProblemAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        var status = (int)answer.StatusCode;
        if (answer.Content.Headers.ContentType?.MediaType is not ("application/problem+json" or "application/json")) return new(status, $"The server answered with status {status}.", null);
        var problem = await answer.Content.ReadFromJsonAsync(ClientJson.Default.ProblemBody, cancellation).ConfigureAwait(false);
        return new(status, problem?.Detail ?? problem?.Title ?? $"The server answered with status {status}.", problem?.TraceId);
    }
}
