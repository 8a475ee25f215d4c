using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Xunit;

namespace RecLab.Client.Tests;

/// <summary>Files over a real connection: how often one is sent when its time runs out, the line breaks, or nobody takes it now.</summary>
public sealed class FileSendingTests
{
    private static readonly byte[] File = [.. Enumerable.Range(0, 300_000).Select(i => (byte)i)];
    private int _opened;

    /// <summary>A server on a port of its own that answers as it is told.</summary>
    private static async Task<WebApplication> ServeAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = builder.Build();
        server.Run(answer);
        await server.StartAsync();
        return server;
    }

    private Task<DatasetInfo> SendAsync(Uri server, TimeSpan? timeout = null)
    {
        var http = new HttpClient { BaseAddress = server };
        if (timeout is { } time) http.Timeout = time;
        var client = new RecLabClient(http, new() { Key = "sk_" + new string('0', 48), Attempts = 3, FirstPause = TimeSpan.FromMilliseconds(1), LongestPause = TimeSpan.FromMilliseconds(2) });
        return client.Manage.ImportAsync("name", "ratings.csv", () => { _opened++; return new MemoryStream(File); });
    }

    [Fact]
    public async Task A_file_whose_time_ran_out_is_not_sent_again_and_the_sentence_says_what_to_do()
    {
        await using var server = await ServeAsync(async http =>
        {
            await http.Request.Body.CopyToAsync(Stream.Null, http.RequestAborted);
            await Task.Delay(Timeout.Infinite, http.RequestAborted); // it arrived whole; only the answer does not come
        });
        var fault = await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync(new(server.Urls.Single()), TimeSpan.FromMilliseconds(300)));
        Assert.Equal("The file was not sent and answered within the time that the HttpClient allows (0.3 s), and is not sent again by itself. Give the client an HttpClient with a longer Timeout for files.", fault.Message);
        Assert.Equal(1, _opened);
    }

    [Fact]
    public async Task A_file_whose_connection_broke_on_the_way_is_sent_again()
    {
        await using var server = await ServeAsync(async http =>
        {
            await http.Request.Body.ReadExactlyAsync(new byte[1_000], http.RequestAborted);
            http.Abort();
        });
        await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync(new(server.Urls.Single())));
        Assert.Equal(3, _opened);
    }

    [Theory]
    [InlineData(504, 1)]
    [InlineData(502, 3)]
    [InlineData(429, 3)]
    [InlineData(503, 3)]
    public async Task A_file_is_sent_again_where_the_server_takes_nothing_now_and_not_where_its_time_ran_out_at_a_gateway(int status, int opened)
    {
        await using var server = await ServeAsync(async http =>
        {
            await http.Request.Body.CopyToAsync(Stream.Null, http.RequestAborted);
            http.Response.StatusCode = status;
        });
        Assert.Equal(status, (await Assert.ThrowsAsync<RecLabException>(() => SendAsync(new(server.Urls.Single())))).Status);
        Assert.Equal(opened, _opened);
    }

    [Fact]
    public async Task A_file_that_is_taken_at_the_second_attempt_arrives_whole()
    {
        List<long> sizes = [];
        await using var server = await ServeAsync(async http =>
        {
            if (http.Request.Path == "/api/v1/datasets")
            {
                await http.Response.WriteAsJsonAsync(new { id = 7, name = "name" });
                return;
            }
            using var arrived = new MemoryStream();
            await http.Request.Body.CopyToAsync(arrived, http.RequestAborted);
            sizes.Add(arrived.Length);
            if (sizes.Count == 1) http.Response.StatusCode = 503;
            else await http.Response.WriteAsJsonAsync(new { upload = "u", name = "ratings.csv", bytes = arrived.Length });
        });
        Assert.Equal(7, (await SendAsync(new(server.Urls.Single()))).Id);
        Assert.Equal([File.Length, File.Length], sizes);
    }

    [Fact]
    public async Task A_server_that_was_never_reached_is_asked_again()
    {
        var nobody = new TcpListener(IPAddress.Loopback, 0);
        nobody.Start();
        var port = ((IPEndPoint)nobody.LocalEndpoint).Port;
        nobody.Stop();
        await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync(new($"http://127.0.0.1:{port}")));
        Assert.Equal(3, _opened);
    }
}
