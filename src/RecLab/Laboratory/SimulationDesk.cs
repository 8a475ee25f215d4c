using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using RecLab.Data;
using RecLab.Live;
using RecLab.Simulation.Worlds;
using RecLab.Storage;

namespace RecLab.Laboratory;

/// <summary>What somebody wants simulated; the defaults suit the demo.</summary>
public sealed record SimulationRequest
{
    public string Placement { get; init; } = "home";
    public int DatasetId { get; init; }
    public string World { get; init; } = "neighbours";
    public string Clicks { get; init; } = "position";
    public int Seed { get; init; } = 1;

    /// <summary>Visitors, 1..1,000,000; fewer come where fewer have a hidden truth.</summary>
    public int People { get; init; } = 2000;

    /// <summary>Simulated days, 1..365.</summary>
    public int Days { get; init; } = 14;

    /// <summary>Average visits each, 1..100.</summary>
    public double SessionsEach { get; init; } = 4;

    /// <summary>Items asked for per visit, 1..100.</summary>
    public int ListLength { get; init; } = 10;
    public DateTimeOffset? FirstDay { get; init; }
}

/// <summary>Takes requests for simulated traffic and keeps their record. The work is done by <see cref="SimulationRunner"/>, here or in a process of its own.</summary>
public sealed class SimulationDesk(IDbContextFactory<RecLabDb> databases, LiveFeed feed, TimeProvider clock)
{
    /// <summary>Topic of the feed.</summary>
    public const string Topic = "simulations";

    private readonly ConcurrentDictionary<int, CancellationTokenSource> _running = new();

    /// <summary>Records a request.</summary>
    /// <exception cref="ArgumentException">Something is out of range or unknown; one sentence.</exception>
    public async Task<SimulationRun> RequestAsync(SimulationRequest request, string who, CancellationToken cancellation = default)
    {
        string? fault = request switch
        {
            { People: < 1 or > 1_000_000 } => "Visitors must be 1 to 1,000,000.",
            { Days: < 1 or > 365 } => "Days must be 1 to 365.",
            { SessionsEach: < 1 or > 100 } => "Visits each must be 1 to 100.",
            { ListLength: < 1 or > 100 } => "Items a list must be 1 to 100.",
            _ when !World.Names.Contains(request.World) => $"There is no world '{request.World}'. Known: {string.Join(", ", World.Names)}.",
            { Clicks: not ("position" or "cascade" or "dependent") } => $"There is no click model '{request.Clicks}'. Known: position, cascade, dependent.",
            _ => null,
        };
        if (fault is not null) throw new ArgumentException(fault);
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var dataset = await db.Set<Dataset>().FindAsync([request.DatasetId], cancellation) ?? throw new ArgumentException($"There is no data set {request.DatasetId}.");
        if (dataset.HiddenShare <= 0) throw new ArgumentException($"The data set {dataset.Name} keeps no hidden truth, so visitors would have no tastes.");
        var today = clock.GetUtcNow().UtcDateTime.Date;
        var run = new SimulationRun
        {
            Placement = request.Placement, DatasetId = request.DatasetId, World = request.World, Clicks = request.Clicks, Seed = request.Seed, People = request.People,
            Days = request.Days, SessionsEach = request.SessionsEach, ListLength = request.ListLength,
            FirstDay = request.FirstDay ?? new DateTimeOffset(today, TimeSpan.Zero).AddDays(-request.Days),
            State = SimulationState.Queued, RequestedBy = who, RequestedAt = clock.GetUtcNow(),
        };
        db.Add(run);
        await db.SaveChangesAsync(cancellation);
        feed.Changed(Topic);
        return run;
    }

    /// <summary>Stops a simulation of this process between two visits.</summary>
    public void Cancel(int id)
    {
        if (_running.TryGetValue(id, out var source)) source.Cancel();
    }

    /// <summary>Everything simulated so far, newest first.</summary>
    public async Task<IReadOnlyList<SimulationRun>> ListAsync(CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.Set<SimulationRun>().AsNoTracking().OrderByDescending(s => s.Id).Take(200).ToListAsync(cancellation);
    }

    /// <summary>A token that <see cref="Cancel"/> cancels, for the time a run is under way.</summary>
    internal CancellationTokenSource Begin(int id, CancellationToken outer) =>
        _running[id] = CancellationTokenSource.CreateLinkedTokenSource(outer);

    internal void End(int id)
    {
        if (_running.TryRemove(id, out var source)) source.Dispose();
    }

    /// <summary>Writes to the record and tells the pages.</summary>
    internal async Task UpdateAsync(int id, Action<SimulationRun> change)
    {
        await using var db = await databases.CreateDbContextAsync(CancellationToken.None);
        var run = await db.Set<SimulationRun>().SingleAsync(s => s.Id == id, CancellationToken.None);
        change(run);
        await db.SaveChangesAsync(CancellationToken.None);
        feed.Changed(Topic);
    }
}
