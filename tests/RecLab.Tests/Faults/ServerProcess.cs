using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using RecLab.Training;
using Xunit;

namespace RecLab.Tests.Faults;

/// <summary>The program as somebody starts it, <c>dotnet RecLab.dll up</c>, in a process of its own on a free port: it can be killed.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private const string Listening = "Now listening on: ";
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _said = new();
    private readonly TaskCompletionSource<string> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServerProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Heard(line.Data);
        process.ErrorDataReceived += (_, line) => Heard(line.Data);
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => _address.TrySetException(new InvalidOperationException($"The server ended: {Words}"));
    }

    /// <summary>Its address, without a slash at the end.</summary>
    public string Url { get; private set; } = "";

    /// <summary>It was told to end: requests may fail from now on.</summary>
    public bool Killed { get; private set; }

    /// <summary>What it has written to its console.</summary>
    public string Words => string.Join('\n', _said);

    /// <summary>Starts it on a data folder and waits until it is ready.</summary>
    /// <param name="settings">Further settings as Section:Key=value.</param>
    public static async Task<ServerProcess> StartAsync(string dataDir, params string[] settings)
    {
        var self = TrainingProcess.Self();
        var start = new ProcessStartInfo(self[0]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var word in (string[])[.. self.Skip(1), "up", "--data-dir", dataDir, "--urls", "http://127.0.0.1:0", .. settings.SelectMany(s => new[] { "--set", s })]) start.ArgumentList.Add(word);
        var server = new ServerProcess(new Process { StartInfo = start });
        server._process.Start();
        server._process.BeginOutputReadLine();
        server._process.BeginErrorReadLine();
        try
        {
            server.Url = await server._address.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
            using var client = new HttpClient();
            for (var i = 0; !(await client.GetAsync($"{server.Url}/health/ready")).IsSuccessStatusCode; i++)
            {
                if (i == 600) throw new TimeoutException($"The server was not ready after a minute: {await client.GetStringAsync($"{server.Url}/health/ready")}\n{server.Words}");
                await Task.Delay(100, TestContext.Current.CancellationToken);
            }
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>A client with a secret key; every request names it.</summary>
    public HttpClient Client(string key)
    {
        var client = new HttpClient { BaseAddress = new Uri(Url) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return client;
    }

    /// <summary>SIGKILL: no handler runs, nothing is flushed.</summary>
    public async Task KillAsync()
    {
        Killed = true;
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) await KillAsync();
        _process.Dispose();
    }

    private void Heard(string? line)
    {
        if (line is null) return;
        _said.Enqueue(line);
        if (line.IndexOf(Listening, StringComparison.Ordinal) is >= 0 and var at) _address.TrySetResult(line[(at + Listening.Length)..].Trim());
    }
}
