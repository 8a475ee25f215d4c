using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace RecLab.Storage;

/// <summary>Registers the application database and brings it up to date.</summary>
public static class StorageSetup
{
    public static IServiceCollection AddStorage(this IServiceCollection services, HostPaths paths)
    {
        services.AddSingleton(paths);
        services.AddSingleton(TimeProvider.System);
        services.AddDbContextFactory<RecLabDb>(options => options.UseSqlite(ConnectionString(paths)));
        return services;
    }

    /// <summary>WAL with a busy wait: readers never block, a second writer waits up to 30 s.</summary>
    public static string ConnectionString(HostPaths paths) =>
        new SqliteConnectionStringBuilder { DataSource = paths.AppDatabase, DefaultTimeout = 30 }.ToString();

    /// <summary>Applies migrations and switches the file to WAL. Safe to call from several processes.</summary>
    public static async Task MigrateStorageAsync(this IServiceProvider services, CancellationToken cancellation = default)
    {
        await using var db = await services.GetRequiredService<IDbContextFactory<RecLabDb>>().CreateDbContextAsync(cancellation);
        await db.Database.MigrateAsync(cancellation);
        await db.Database.ExecuteSqlRawAsync("PRAGMA journal_mode=WAL;", cancellation);
    }
}
