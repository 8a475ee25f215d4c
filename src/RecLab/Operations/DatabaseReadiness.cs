using Microsoft.EntityFrameworkCore;
using RecLab.Live;
using RecLab.Storage;

namespace RecLab.Operations;

/// <summary>The application database answers and has every migration.</summary>
internal sealed class DatabaseReadiness(IDbContextFactory<RecLabDb> databases) : IReadiness
{
    private volatile bool _migrated;

    public string Name => "database";

    public async ValueTask<string?> AwaitedAsync(CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        if (!_migrated)
        {
            var waiting = (await db.Database.GetPendingMigrationsAsync(cancellation)).Count();
            if (waiting > 0) return $"{waiting} migrations";
            _migrated = true;
        }
        return await db.Database.CanConnectAsync(cancellation) ? null : "the database does not answer";
    }
}
