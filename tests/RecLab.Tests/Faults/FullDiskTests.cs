using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using RecLab.Tests.Access;
using Xunit;

namespace RecLab.Tests.Faults;

/// <summary>The disk under the data folder fills up: a small file system of its own, which only root can make.</summary>
public sealed class FullDiskTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_full_disk_sends_events_back_leaves_pages_and_lists_alone_and_heals_without_a_restart()
    {
        if (!OperatingSystem.IsLinux() || Environment.UserName != "root") Assert.Skip("A small file system needs root on Linux.");
        var disk = Directory.CreateTempSubdirectory("reclab-disk-").FullName;
        if (await RunAsync("mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", disk) is { } refused)
        {
            Directory.Delete(disk);
            Assert.Skip($"No small file system can be mounted here: {refused}");
        }
        var (folder, key) = await LeftShop.MakeAsync();
        ServerProcess? server = null;
        try
        {
            var data = Path.Combine(disk, "data");
            Assert.Null(await RunAsync("cp", "-r", folder, data));
            server = await ServerProcess.StartAsync(data);
            using var client = server.Client(key);
            List<Guid> accepted = [];
            Assert.Equal(HttpStatusCode.OK, await SendAsync(client, accepted));

            var filler = Path.Combine(disk, "filler");
            Fill(filler);
            var tries = 0;
            HttpStatusCode status;
            while ((status = await SendAsync(client, accepted)) == HttpStatusCode.OK) Assert.True(++tries < 1000, "The disk never became full.");
            output.WriteLine($"{tries} batches fitted; then {(int)status}.");
            Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
            await StaysUpAsync(server, client);

            File.Delete(filler);
            for (var i = 0; await SendAsync(client, accepted) != HttpStatusCode.OK; i++)
            {
                Assert.True(i < 100, "Events are still sent back although there is room again.");
                await Task.Delay(100, TestContext.Current.CancellationToken);
            }
            var book = new EventBook(data);
            Assert.Equal(["ok"], book.Rows("PRAGMA integrity_check"));
            Assert.Empty(accepted.Except(book.Ids("event")));
            Assert.Empty(book.Ids("event").Except(accepted));
            Assert.Empty(book.Faults());
        }
        finally
        {
            if (server is not null) await server.DisposeAsync();
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            Directory.Delete(folder, recursive: true);
            await RunAsync("umount", "-l", disk);
            Directory.Delete(disk);
        }
    }

    /// <summary>The process, its pages for a person who was signed in and for one who was not, and lists.</summary>
    private static async Task StaysUpAsync(ServerProcess server, HttpClient client)
    {
        Assert.Equal("live", await client.GetStringAsync("/health/live"));
        using var person = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(server.Url) };
        Assert.Contains("<form", await person.GetStringAsync("/sign-in"), StringComparison.Ordinal);
        using var list = await client.GetAsync("/api/v1/recommendations?placement=home&user=1&n=5");
        var answer = await list.Content.ReadFromJsonAsync<System.Text.Json.JsonElement>();
        Assert.Equal((HttpStatusCode.OK, 5, System.Text.Json.JsonValueKind.Null), (list.StatusCode, answer.GetProperty("items").GetArrayLength(), answer.GetProperty("recommendationId").ValueKind));
    }

    private static async Task<HttpStatusCode> SendAsync(HttpClient client, List<Guid> accepted)
    {
        var ids = Enumerable.Range(0, 100).Select(_ => Guid.CreateVersion7()).ToArray();
        using var answer = await client.PostAsJsonAsync("/api/v1/events", ids.Select(id => new { eventId = id, type = "custom:try", user = "1", properties = new { text = new string('x', 500) } }));
        if (answer.StatusCode == HttpStatusCode.OK) accepted.AddRange(ids);
        else Assert.True(answer.Headers.RetryAfter?.Delta > TimeSpan.Zero, $"{(int)answer.StatusCode} without Retry-After");
        return answer.StatusCode;
    }

    private static void Fill(string path)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        foreach (var size in (int[])[1 << 20, 1 << 12])
        {
            try
            {
                while (true) file.Write(new byte[size]);
            }
            catch (IOException)
            {
                // full at this step
            }
        }
    }

    /// <returns>What it said where it failed, else null.</returns>
    private static async Task<string?> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var words = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? null : words.Trim();
    }
}
