using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using RecLab.Access;

namespace RecLab.Notices;

/// <summary>What became of one attempt.</summary>
/// <param name="Outcome">A few words; never the address or the secret.</param>
public readonly record struct SendResult(bool Delivered, string Outcome);

/// <summary>Posts a signed message: no redirects, no cookies, no proxy, ten seconds for all of it, the answer's body unread. The address is looked up and checked when the connection is
/// made, so that a name cannot point elsewhere between check and use; private addresses only where an administrator allowed them, link-local ones never.</summary>
public sealed class WebhookSender(TimeProvider clock) : IDisposable
{
    /// <summary>"t=1790000000,v1=...": the moment in Unix seconds, and HMAC-SHA256 in hex with the webhook's secret over "moment.body".</summary>
    public const string SignatureHeader = "X-RecLab-Signature";

    /// <summary>The same for every attempt at one message, so that a receiver can tell a repetition.</summary>
    public const string DeliveryHeader = "X-RecLab-Delivery";

    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly HttpClient _public = Client(refusePrivate: true), _private = Client(refusePrivate: false);

    public async Task<SendResult> SendAsync(string url, string secret, bool allowPrivate, long delivery, string body, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(Limit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            request.Headers.TryAddWithoutValidation(SignatureHeader, Sign(secret, clock.GetUtcNow().ToUnixTimeSeconds(), body));
            request.Headers.TryAddWithoutValidation(DeliveryHeader, delivery.ToString(CultureInfo.InvariantCulture));
            using var answer = await (allowPrivate ? _private : _public).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            var status = (int)answer.StatusCode;
            return status is >= 300 and < 400 ? new(false, $"a redirect ({status}), which is not followed") : new(answer.IsSuccessStatusCode, $"status {status}");
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            return new(false, $"no answer within {Limit.TotalSeconds:0} seconds");
        }
        catch (HttpRequestException e) when (e.InnerException is RefusedAddressException)
        {
            return new(false, "the address is not called from here");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or SocketException)
        {
            return new(false, "it cannot be reached");
        }
    }

    /// <summary>The header's value for a body at a moment.</summary>
    public static string Sign(string secret, long unixSeconds, string body)
    {
        var moment = unixSeconds.ToString(CultureInfo.InvariantCulture);
        return $"t={moment},v1={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{moment}.{body}")))}";
    }

    public void Dispose()
    {
        _public.Dispose();
        _private.Dispose();
    }

    private sealed class RefusedAddressException : Exception;

    private static HttpClient Client(bool refusePrivate) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false, UseCookies = false, UseProxy = false, AutomaticDecompression = DecompressionMethods.None, MaxConnectionsPerServer = 2, MaxResponseHeadersLength = 16,
        PooledConnectionLifetime = TimeSpan.FromMinutes(1), ActivityHeadersPropagator = null,
        ConnectCallback = async (context, cancellation) =>
        {
            var allowed = Array.FindAll(await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancellation), a => AddressRules.Allows(a, refusePrivate));
            if (allowed.Length == 0) throw new RefusedAddressException();
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
        },
    })
    { Timeout = Timeout.InfiniteTimeSpan };
}
