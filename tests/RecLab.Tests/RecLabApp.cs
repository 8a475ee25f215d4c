using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.Logging;

namespace RecLab.Tests;

/// <summary>The whole application on a data folder of its own: real databases, real HTTP. Removed with everything in it at the end.</summary>
public class RecLabApp : WebApplicationFactory<Program>
{
    private bool _left;

    /// <summary>The application's data folder.</summary>
    public string DataDir { get; } = Directory.CreateTempSubdirectory("reclab-test-").FullName;

    /// <summary>Exceptions that were logged.</summary>
    public LoggedFaults Faults { get; } = new();

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.ConfigureLogging(logging => logging.ClearProviders().AddProvider(Faults)); // a test's output is its own
        builder.UseSetting("RecLab:DataDir", DataDir);
        builder.UseSetting("RecLab:TrainingNice", "0"); // beside other tests a training in low priority waits for minutes
        builder.UseSetting("Logging:LogLevel:Default", "Warning");
    }

    /// <summary>Stops the application and leaves its data folder to the caller, who starts something else on it and removes it.</summary>
    public async Task<string> LeaveAsync()
    {
        _left = true;
        await DisposeAsync();
        return DataDir;
    }

    public override async ValueTask DisposeAsync()
    {
        try
        {
            await base.DisposeAsync();
        }
        catch (AggregateException fault) when (fault.ToString().Contains("Quartz.Impl.AdoJobStore.MisfireHandler.Shutdown", StringComparison.Ordinal))
        {
            // a scheduler that is told to stop before its misfire handler has begun throws in Quartz; nothing ran yet, so nothing is lost
        }
        finally
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            if (!_left) await RemoveAsync();
        }
        GC.SuppressFinalize(this);
    }

    /// <summary>Removes the data folder; what still writes a last line into it (a training that is on its way out) gets a moment.</summary>
    private async Task RemoveAsync()
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                Directory.Delete(DataDir, recursive: true);
                return;
            }
            catch (IOException) when (tries < 50)
            {
                await Task.Delay(100);
            }
        }
    }
}
