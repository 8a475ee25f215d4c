using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;

namespace RecLab.Tests;

/// <summary>The whole application on a data folder of its own: real databases, real HTTP. Removed with everything in it at the end.</summary>
public class RecLabApp : WebApplicationFactory<Program>
{
    /// <summary>The application's data folder.</summary>
    public string DataDir { get; } = Directory.CreateTempSubdirectory("reclab-test-").FullName;

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseSetting("RecLab:DataDir", DataDir);
        builder.UseSetting("Logging:LogLevel:Default", "Warning");
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(DataDir, recursive: true);
        GC.SuppressFinalize(this);
    }
}
