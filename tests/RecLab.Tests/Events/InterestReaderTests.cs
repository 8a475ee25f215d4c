using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using RecLab.Events;
using RecLab.Storage;
using Xunit;

namespace RecLab.Tests.Events;

public sealed class InterestReaderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("reclab-interests-").FullName;

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_file_that_somebody_holds_for_a_moment_is_waited_for()
    {
        var paths = new HostPaths(new ConfigurationBuilder().AddInMemoryCollection([new("RecLab:DataDir", _folder)]).Build(), _folder);
        var store = new EventStore(paths);
        store.Create();
        var holder = new SqliteConnection($"Data Source={paths.EventDatabase};Pooling=False");
        holder.Open();
        using (var command = holder.CreateCommand())
        {
            command.CommandText = "PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT";
            command.ExecuteNonQuery();
        }
        using var reader = new InterestReader(store);
        var asked = Task.Run(() => reader.Of("u", simulated: false, 10), TestContext.Current.CancellationToken);
        await Task.WhenAny(asked, Task.Delay(200, TestContext.Current.CancellationToken));
        Assert.False(asked.IsCompleted, $"It did not wait: {asked.Exception?.InnerException?.Message}");
        await holder.DisposeAsync();
        Assert.Empty(await asked);
    }
}
