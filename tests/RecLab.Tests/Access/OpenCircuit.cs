using System.Buffers.Binary;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.Mvc.Testing.Handlers;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using RecLab.Access;
using Xunit;

namespace RecLab.Tests.Access;

/// <summary>A circuit as a browser opens it, without the browser: a web socket that speaks the hub's protocol (MessagePack, one length before each message) as far as its first word.</summary>
internal sealed class OpenCircuit(WebSocket socket) : IAsyncDisposable
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public WebSocketState State => socket.State;

    /// <summary>The cookies of somebody who has signed in.</summary>
    public static async Task<string> SessionAsync(WebApplicationFactory<Program> app, string role)
    {
        var (name, cookies) = ($"{role}-{Guid.NewGuid():N}", new CookieContainer());
        await app.Services.GetRequiredService<PeopleDesk>().CreateAsync($"{name}@example.com", name, Browsing.Password, role);
        using var client = app.CreateDefaultClient(new CookieContainerHandler(cookies));
        Assert.Equal(HttpStatusCode.Redirect, (await client.SignInAsync($"{name}@example.com", Browsing.Password)).StatusCode);
        return cookies.GetCookieHeader(client.BaseAddress!);
    }

    /// <summary>Connects and starts a circuit without components; null where the server refuses the connection with 429.</summary>
    public static async Task<OpenCircuit?> TryOpenAsync(TestServer server, string session)
    {
        var client = server.CreateWebSocketClient();
        client.ConfigureRequest = request => request.Headers.Cookie = session;
        WebSocket socket;
        try
        {
            socket = await client.ConnectAsync(new Uri("ws://localhost/_blazor"), Cancellation);
        }
        catch (InvalidOperationException refused) when (refused.Message.Contains("429", StringComparison.Ordinal))
        {
            return null;
        }
        var circuit = new OpenCircuit(socket);
        await socket.SendAsync(Encoding.UTF8.GetBytes("{\"protocol\":\"blazorpack\",\"version\":1}\u001e"), WebSocketMessageType.Text, true, Cancellation);
        Assert.Equal("{}\u001e", Encoding.UTF8.GetString(await circuit.ReadAsync()));
        await circuit.SendAsync([0x95, 0x01, 0x80, .. Text("0"), .. Text("StartCircuit"), 0x94, .. Text("http://localhost/"), .. Text("http://localhost/operations"), .. Text("[]"), .. Text("")]);
        while (!Messages(await circuit.ReadAsync()).Any(m => m is [0x95, 0x03, ..])) { } // until the answer to the call, whose last part is the circuit's name
        return circuit;
    }

    /// <summary>The messages of what was heard, each behind its length.</summary>
    private static IEnumerable<byte[]> Messages(byte[] heard)
    {
        for (var at = 0; at < heard.Length;)
        {
            var length = 0;
            for (var shift = 0; ; shift += 7)
            {
                length |= (heard[at] & 127) << shift;
                if (heard[at++] < 128) break;
            }
            yield return heard[at..(at + length)];
            at += length;
        }
    }

    /// <summary>Sends a message with its length before it.</summary>
    public Task SendAsync(byte[] message)
    {
        List<byte> framed = [];
        for (var left = message.Length; ; left >>= 7)
        {
            framed.Add((byte)(left > 127 ? left & 127 | 128 : left));
            if (left <= 127) break;
        }
        framed.AddRange(message);
        return socket.SendAsync(framed.ToArray(), WebSocketMessageType.Binary, true, Cancellation);
    }

    /// <summary>Reads until the server ends the connection.</summary>
    public async Task EndedAsync()
    {
        var buffer = new byte[1 << 12];
        try
        {
            while (socket.State == WebSocketState.Open && (await socket.ReceiveAsync(buffer, Cancellation)).MessageType != WebSocketMessageType.Close) { }
        }
        catch (Exception ended) when (ended is WebSocketException or IOException)
        {
            return; // cut off, without a word
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (socket.State == WebSocketState.Open) await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        }
        catch (Exception gone) when (gone is WebSocketException or IOException)
        {
            Assert.NotEqual(WebSocketState.Open, socket.State);
        }
        socket.Dispose();
    }

    private async Task<byte[]> ReadAsync()
    {
        using var whole = new MemoryStream();
        var buffer = new byte[1 << 14];
        WebSocketReceiveResult part;
        do
        {
            part = await socket.ReceiveAsync(buffer, Cancellation);
            Assert.NotEqual(WebSocketMessageType.Close, part.MessageType);
            whole.Write(buffer, 0, part.Count);
        }
        while (!part.EndOfMessage);
        return whole.ToArray();
    }

    private static byte[] Text(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var head = new byte[3] { 0xda, 0, 0 };
        BinaryPrimitives.WriteUInt16BigEndian(head.AsSpan(1), (ushort)bytes.Length);
        return [.. head, .. bytes];
    }
}
