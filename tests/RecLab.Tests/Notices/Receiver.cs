using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace RecLab.Tests.Notices;

/// <summary>Another system that is told by webhook: a real little server, which answers with the status it is given.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Receiver(WebApplication app) => _app = app;

    /// <summary>What came: the headers of interest and the body.</summary>
    public ConcurrentQueue<(string Signature, string Delivery, string Body)> Messages { get; } = [];

    public int Status { get; set; } = 204;

    /// <summary>"http://127.0.0.1:41234/hook".</summary>
    public string Url => _app.Urls.First() + "/hook";

    public static async Task<Receiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var receiver = new Receiver(builder.Build());
        receiver._app.MapPost("/hook", async (HttpContext http) =>
        {
            using var reader = new StreamReader(http.Request.Body);
            receiver.Messages.Enqueue((http.Request.Headers["X-RecLab-Signature"].ToString(), http.Request.Headers["X-RecLab-Delivery"].ToString(), await reader.ReadToEndAsync()));
            http.Response.StatusCode = receiver.Status;
            if (receiver.Status is >= 300 and < 400) http.Response.Headers.Location = "/elsewhere";
        });
        receiver._app.MapFallback((HttpContext http) => { receiver.Messages.Enqueue(("", "", "followed")); });
        await receiver._app.StartAsync();
        return receiver;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
