using System.Net;

namespace RecLab.Client.Tests;

/// <summary>The way to the server, which can lose answers, refuse, or be cut. What arrives at the server arrives there for good.</summary>
internal sealed class Wire(HttpMessageHandler server) : DelegatingHandler(server)
{
    private int _requests;

    /// <summary>Requests that left the client.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>So many answers are lost after the server has done its work.</summary>
    public int LoseAnswers { get; set; }

    /// <summary>So many requests are answered with 503 by something in between.</summary>
    public int Busy { get; set; }

    /// <summary>Nothing gets through.</summary>
    public bool Cut { get; set; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _requests);
        if (Cut) throw new HttpRequestException("The line is cut.");
        if (Busy > 0)
        {
            Busy--;
            return new(HttpStatusCode.ServiceUnavailable) { Headers = { { "Retry-After", "0" } } };
        }
        var answer = await base.SendAsync(request, cancellationToken);
        if (LoseAnswers <= 0) return answer;
        LoseAnswers--;
        answer.Dispose();
        throw new HttpRequestException("The answer was lost.");
    }
}
