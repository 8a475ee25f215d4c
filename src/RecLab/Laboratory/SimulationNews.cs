using Microsoft.EntityFrameworkCore;
using RecLab.Notices;
using RecLab.Storage;

namespace RecLab.Laboratory;

/// <summary>Simulations that failed.</summary>
public sealed class SimulationNews(IDbContextFactory<RecLabDb> databases) : INewsSource
{
    public async Task<IReadOnlyList<News>> LookAsync(DateTimeOffset since, CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var failed = await db.Set<SimulationRun>().AsNoTracking().Where(s => s.State == SimulationState.Failed && s.FinishedAt > since).Select(s => new { s.Id, s.Error }).ToListAsync(cancellation);
        return [.. failed.Select(s => new News(NoticeKind.JobFailed, $"simulation:{s.Id}", $"Simulation {s.Id} failed: {s.Error}", $"/simulations/{s.Id}"))];
    }
}
