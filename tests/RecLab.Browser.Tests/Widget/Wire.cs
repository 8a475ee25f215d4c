using System.Net;
using System.Net.Sockets;

namespace RecLab.Browser.Tests.Widget;

/// <summary>The wire between browsers and a server: it can be held up, so that a request never arrives, and cut, as when the server is killed: every connection is
/// reset and nobody listens any more.</summary>
internal sealed class Wire : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _server;
    private readonly List<Socket> _sockets = [];
    private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _holding;
    private Task _accepting = Task.CompletedTask;

    /// <param name="server">Address of the server, with its port.</param>
    public Wire(string server)
    {
        _server = new Uri(server).Port;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Address at which the server is reached through this wire.</summary>
    public string Url => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>From now on nothing goes to the server.</summary>
    /// <returns>Ends when the first request is stuck.</returns>
    public Task Hold()
    {
        _holding = true;
        return _held.Task;
    }

    /// <summary>Resets every connection and listens no longer.</summary>
    public void Cut()
    {
        _listener.Stop();
        lock (_sockets)
        {
            foreach (var socket in _sockets) socket.Close(0);
            _sockets.Clear();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Cut();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = CarryAsync(await _listener.AcceptSocketAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException) { return; } // cut
    }

    private async Task CarryAsync(Socket browser)
    {
        var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        browser.NoDelay = true;
        lock (_sockets) _sockets.AddRange([browser, server]);
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, _server);
            await Task.WhenAny(CopyAsync(browser, server, outward: true), CopyAsync(server, browser, outward: false));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException) { return; } // cut
        finally
        {
            browser.Dispose();
            server.Dispose();
        }
    }

    private async Task CopyAsync(Socket from, Socket to, bool outward)
    {
        var buffer = new byte[16_384];
        try
        {
            while (await from.ReceiveAsync(buffer.AsMemory(), SocketFlags.None) is > 0 and var read)
            {
                if (outward && _holding) { _held.TrySetResult(); continue; }
                await to.SendAsync(buffer.AsMemory(0, read), SocketFlags.None);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException) { return; } // either side has left
    }
}
