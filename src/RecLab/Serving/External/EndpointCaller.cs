using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using RecLab.Access;
using RecLab.Training.External;

namespace RecLab.Serving.External;

/// <summary>What a team's service is asked, as JSON by POST.</summary>
/// <param name="User">Null for nobody in particular.</param>
/// <param name="N">So many items are wanted; more may be sent, as some may be filtered.</param>
/// <param name="Exclude">Not to be shown this time.</param>
/// <param name="History">The newest items the user touched, oldest first, at most 50.</param>
public sealed record EndpointQuestion(string Placement, string? User, string? Item, string? Session, int N, IReadOnlyCollection<string> Exclude, IReadOnlyList<string> History, IReadOnlyDictionary<string, string>? Context);

/// <summary>Why a service gave no list.</summary>
public enum EndpointFault { Timeout, Unreachable, Status, Redirect, TooLarge, Schema, Refused }

/// <summary>The service gave no list.</summary>
public sealed class EndpointException(EndpointFault fault, string message, Exception? inner = null) : Exception(message, inner)
{
    public EndpointFault Fault => fault;
}

/// <summary>Asks services over HTTP: no redirects, no cookies, no proxy, a limit for time and size. The address is looked up and checked when the connection is made, so a name cannot point
/// elsewhere between check and use. Link-local addresses (cloud metadata) are never called; with <c>RecLab:Endpoints:RefusePrivate</c> no private or loopback address is.</summary>
public sealed class EndpointCaller : IDisposable
{
    private static readonly JsonSerializerOptions Form = new(JsonSerializerDefaults.Web);
    private readonly HttpClient _http;
    private readonly TimeProvider _clock;
    private readonly bool _refusePrivate;

    public EndpointCaller(IConfiguration configuration, TimeProvider clock)
    {
        _clock = clock;
        _refusePrivate = configuration.GetValue("RecLab:Endpoints:RefusePrivate", false);
        _http = new(new SocketsHttpHandler
        {
            AllowAutoRedirect = false, UseCookies = false, UseProxy = false, AutomaticDecompression = DecompressionMethods.None, MaxConnectionsPerServer = RemoteRecommender.MostAtOnce,
            MaxResponseHeadersLength = 16, PooledConnectionLifetime = TimeSpan.FromMinutes(2), ConnectCallback = ConnectAsync, ActivityHeadersPropagator = null,
        })
        { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>The ids of the service's list, best first.</summary>
    /// <param name="secret">The header's value, or empty.</param>
    /// <exception cref="EndpointException">It gave none within its limits.</exception>
    public async Task<IReadOnlyList<string>> AskAsync(EndpointSettings settings, string secret, EndpointQuestion question, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(settings.TimeoutMs), _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, settings.Url) { Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(question, Form)) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            if (secret.Length > 0) request.Headers.TryAddWithoutValidation(settings.Header, secret);
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            if ((int)answer.StatusCode is >= 300 and < 400) throw new EndpointException(EndpointFault.Redirect, $"It answered with a redirect ({(int)answer.StatusCode}); redirects are not followed.");
            if (answer.StatusCode != HttpStatusCode.OK) throw new EndpointException(EndpointFault.Status, $"It answered with status {(int)answer.StatusCode}.");
            if (answer.Content.Headers.ContentType?.MediaType != "application/json") throw new EndpointException(EndpointFault.Schema, "The answer's content type is not application/json.");
            return EndpointAnswer.Read(await ReadAsync(answer, settings.MaxKilobytes * 1024, either.Token));
        }
        catch (OperationCanceledException e) when (limit.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new EndpointException(EndpointFault.Timeout, $"It gave no answer within {settings.TimeoutMs} ms.", e);
        }
        catch (HttpRequestException e) when (e.InnerException is EndpointException refused)
        {
            throw refused;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or SocketException)
        {
            throw new EndpointException(EndpointFault.Unreachable, "It cannot be reached.", e);
        }
        catch (FormatException e)
        {
            throw new EndpointException(EndpointFault.Schema, e.Message, e);
        }
    }

    public void Dispose() => _http.Dispose();

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpResponseMessage answer, int limit, CancellationToken cancellation)
    {
        if (answer.Content.Headers.ContentLength > limit) throw TooLarge(limit);
        await using var stream = await answer.Content.ReadAsStreamAsync(cancellation);
        var all = new ArrayBufferWriter<byte>(4096);
        while (true)
        {
            var read = await stream.ReadAsync(all.GetMemory(4096), cancellation);
            if (read == 0) return all.WrittenMemory;
            all.Advance(read);
            if (all.WrittenCount > limit) throw TooLarge(limit);
        }
    }

    private static EndpointException TooLarge(int limit) => new(EndpointFault.TooLarge, $"The answer is longer than {limit / 1024} KiB.");

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var addresses = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancellation);
        var allowed = Array.FindAll(addresses, a => AddressRules.Allows(a, _refusePrivate));
        if (allowed.Length == 0) throw new EndpointException(EndpointFault.Refused, "The address is one that is not called from here.");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, context.DnsEndPoint.Port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
