using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using RecLab.Access;
using RecLab.Controls;
using RecLab.Data;
using RecLab.Experiments;
using RecLab.Live;
using RecLab.Serving;
using RecLab.Simulation.Clicks;
using RecLab.Simulation.Worlds;
using RecLab.Storage;

namespace RecLab.Laboratory;

/// <summary>What somebody wants simulated; the defaults suit the demo.</summary>
public sealed record SimulationRequest
{
    public string Placement { get; init; } = "home";

    /// <summary>Key of a running experiment; its placement is then the placement.</summary>
    public string? Experiment { get; init; }
    public int DatasetId { get; init; }
    public string World { get; init; } = "neighbours";
    public string Clicks { get; init; } = "position";

    /// <summary>Position of the arm to plant an effect in, from 1; null for none.</summary>
    public int? PlantedArm { get; init; }

    /// <summary>Relative, -0.9..2; exact under the position-based model, so no other is accepted with it.</summary>
    public double PlantedLift { get; init; }
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
public sealed class SimulationDesk(IDbContextFactory<RecLabDb> databases, KeyDesk keys, LiveFeed feed, TimeProvider clock)
{
    /// <summary>Topic of the feed.</summary>
    public const string Topic = "simulations";

    private readonly ConcurrentDictionary<int, CancellationTokenSource> _running = new();

    /// <summary>Records a request.</summary>
    /// <exception cref="Refusal">Something is out of range or unknown; one sentence.</exception>
    public async Task<SimulationRun> RequestAsync(SimulationRequest request, string who, CancellationToken cancellation = default)
    {
        if (Fault(request) is { } fault) throw new Refusal(fault);
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var dataset = await db.Set<Dataset>().FindAsync([request.DatasetId], cancellation) ?? throw new Refusal($"There is no data set {request.DatasetId}.");
        if (dataset.HiddenShare <= 0) throw new Refusal($"The data set {dataset.Name} keeps no hidden truth, so visitors would have no tastes.");
        var experiment = request.Experiment is not { } key ? null
            : await db.Set<Experiment>().AsNoTracking().Include(e => e.Arms).FirstOrDefaultAsync(e => e.Key == key, cancellation) ?? throw new Refusal($"There is no experiment '{key}'.");
        if (experiment is not null && experiment.State != ExperimentState.Running) throw new Refusal($"{experiment.Name} is not running, so visitors would not be assigned to its arms.");
        if (request.PlantedArm is { } arm && (experiment is null || arm < 1 || arm >= experiment.Arms.Count)) throw new Refusal("Plant the effect in an arm of the experiment other than control.");
        if (request.PlantedArm is not null && experiment is not null && ExperimentSettings.FromJson(experiment.Settings).Mode == ExperimentMode.Interleaving)
            throw new Refusal($"{experiment.Name} interleaves its lists: no visitor belongs to one arm, so no effect can be planted in one.");
        var placement = experiment?.Placement ?? request.Placement;
        if (!await db.Set<Placement>().AnyAsync(p => p.Key == placement && p.ArchivedAt == null, cancellation)) throw new Refusal($"There is no placement '{placement}'.");
        var today = clock.GetUtcNow().UtcDateTime.Date;
        var run = new SimulationRun
        {
            Placement = placement, Experiment = experiment?.Key, Phase = experiment?.Phase, PlantedArm = request.PlantedArm, PlantedLift = request.PlantedArm is null ? 0 : request.PlantedLift,
            DatasetId = request.DatasetId, World = request.World, Clicks = request.Clicks, Seed = request.Seed, People = request.People,
            Days = request.Days, SessionsEach = request.SessionsEach, ListLength = request.ListLength,
            FirstDay = request.FirstDay ?? new DateTimeOffset(today, TimeSpan.Zero).AddDays(-request.Days),
            State = SimulationState.Queued, RequestedBy = who, RequestedAt = clock.GetUtcNow(), Process = ProcessMark.Own,
        };
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        db.Add(run);
        await db.SaveChangesAsync(cancellation); // the number is part of the audit entry
        db.Add(new AuditEntry { At = clock.GetUtcNow(), Who = who, Action = "simulation.request", Subject = $"simulation {run.Id} ({run.Experiment ?? run.Placement})", Detail = $"{run.People} visitors, {run.Days} days, seed {run.Seed}, world {run.World}, clicks {run.Clicks}" });
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        feed.Changed(Topic);
        return run;
    }

    /// <summary>Stops a simulation: a waiting one never begins, one of this process stops between two visits.</summary>
    /// <exception cref="Refusal">It is over already, or another process carries it out.</exception>
    public async Task CancelAsync(int id, string who, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var now = clock.GetUtcNow();
        var waiting = await db.Set<SimulationRun>().Where(s => s.Id == id && s.State == SimulationState.Queued)
            .ExecuteUpdateAsync(s => s.SetProperty(r => r.State, SimulationState.Cancelled).SetProperty(r => r.FinishedAt, now), cancellation);
        if (waiting == 0 && !_running.ContainsKey(id))
            throw new Refusal(await db.Set<SimulationRun>().AnyAsync(s => s.Id == id && s.State == SimulationState.Running, cancellation)
                ? $"Simulation {id} is carried out by another process; stop it there." : $"Simulation {id} is over already.");
        db.Add(new AuditEntry { At = now, Who = who, Action = "simulation.cancel", Subject = $"simulation {id}" });
        await db.SaveChangesAsync(cancellation); // who asked is written before anything ends
        if (_running.TryGetValue(id, out var source)) await source.CancelAsync();
        feed.Changed(Topic);
    }

    /// <summary>Who makes the keys of simulations, in the records.</summary>
    internal const string KeyHolder = "simulation";

    /// <summary>What the key of a simulation is called.</summary>
    internal static string KeyName(int id) => $"Simulation {id}";

    /// <summary>Marks what a process that is gone left behind, and ends the secret key it held.</summary>
    public async Task RecoverAsync(CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        // the keys first: whoever holds one of them is running by then
        var held = await db.Set<ApiKey>().Where(k => k.CreatedBy == KeyHolder && k.RevokedAt == null).Select(k => new { k.Id, k.Name }).ToListAsync(cancellation);
        var open = await db.Set<SimulationRun>().Where(s => s.State == SimulationState.Queued || s.State == SimulationState.Running).ToListAsync(cancellation);
        var left = open.Where(s => !ProcessMark.IsAlive(s.Process)).ToArray();
        foreach (var run in left)
            (run.State, run.Error, run.SecondsLeft, run.FinishedAt) = (SimulationState.Failed, "The process that carried it out ended before it was done. What was sent until then is in the log.", null, clock.GetUtcNow());
        if (left.Length > 0)
        {
            await db.SaveChangesAsync(cancellation);
            feed.Changed(Topic);
        }
        var alive = open.Except(left).Select(s => KeyName(s.Id)).ToHashSet(StringComparer.Ordinal);
        foreach (var key in held.Where(k => !alive.Contains(k.Name))) await keys.RevokeAsync(KeyHolder, key.Id);
    }

    /// <summary>One simulation, or null.</summary>
    public async Task<SimulationRun?> FindAsync(int id, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.Set<SimulationRun>().AsNoTracking().FirstOrDefaultAsync(s => s.Id == id, cancellation);
    }

    /// <summary>Everything simulated so far, newest first.</summary>
    public async Task<IReadOnlyList<SimulationRun>> ListAsync(CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.Set<SimulationRun>().AsNoTracking().OrderByDescending(s => s.Id).Take(200).ToListAsync(cancellation);
    }

    /// <summary>Moves a waiting simulation to running; false where somebody cancelled it first.</summary>
    internal async Task<bool> TryStartAsync(int id, CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var started = await db.Set<SimulationRun>().Where(s => s.Id == id && s.State == SimulationState.Queued).ExecuteUpdateAsync(s => s.SetProperty(r => r.State, SimulationState.Running), cancellation);
        feed.Changed(Topic);
        return started == 1;
    }

    /// <summary>A token that <see cref="CancelAsync"/> cancels, for the time a run is under way.</summary>
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

    private static string? Fault(SimulationRequest request) => request switch
    {
        { People: < 1 or > 1_000_000 } => "Visitors must be 1 to 1,000,000.",
        { Days: < 1 or > 365 } => "Days must be 1 to 365.",
        { SessionsEach: not (>= 1 and <= 100) } => "Visits each must be 1 to 100.",
        { ListLength: < 1 or > 100 } => "Items a list must be 1 to 100.",
        _ when !World.Names.Contains(request.World) => $"There is no world '{request.World}'. Known: {string.Join(", ", World.Names)}.",
        _ when !ClickModel.Names.Contains(request.Clicks) => $"There is no click model '{request.Clicks}'. Known: {string.Join(", ", ClickModel.Names)}.",
        { PlantedArm: not null, PlantedLift: not (>= -0.9 and <= 2) } => "A planted effect lies between −90 % and +200 %.",
        { PlantedArm: not null, Clicks: not "position" } => "A planted effect is exact under the position-based click model only.",
        _ => null,
    };
}
