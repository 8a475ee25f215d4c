using Microsoft.EntityFrameworkCore;
using RecLab.Access;
using RecLab.Events;
using RecLab.Experiments;
using RecLab.Storage;
using RecLab.Training;

namespace RecLab.Serving;

/// <summary>Reads placements for pages: what each serves now and why, and what comes in.</summary>
public sealed class PlacementReader(IDbContextFactory<RecLabDb> databases, ModelShelf models, TrafficReader traffic, EventLog log, TimeProvider clock)
{
    private const int EventsShown = 50, HistoryShown = 20;

    /// <summary>All placements by key.</summary>
    public async Task<IReadOnlyList<PlacementView>> ListAsync(CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var placements = await db.Set<Placement>().AsNoTracking().OrderBy(p => p.ArchivedAt != null).ThenBy(p => p.Key).ToListAsync(cancellation);
        return await ViewsAsync(db, placements, cancellation);
    }

    /// <summary>One placement, or null where there is none with this key.</summary>
    public async Task<PlacementFile?> ReadAsync(string key, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var placement = await db.Set<Placement>().AsNoTracking().FirstOrDefaultAsync(p => p.Key == key, cancellation);
        if (placement is null) return null;
        var view = (await ViewsAsync(db, [placement], cancellation))[0];
        var decided = await db.Set<Experiment>().AsNoTracking().Include(e => e.Arms)
            .Where(e => e.Placement == key && e.ChosenArm != null && (e.State == ExperimentState.Decided || e.State == ExperimentState.Archived))
            .OrderByDescending(e => e.DecidedAt).Take(10).ToListAsync(cancellation);
        var subject = PlacementDesk.SubjectOf(placement);
        List<AuditEntry> history = await db.Set<AuditEntry>().AsNoTracking().Where(a => a.Subject == subject && a.Action.StartsWith("placement.")).OrderByDescending(a => a.Id).Take(HistoryShown).ToListAsync(cancellation);
        history = [.. history.Concat(await ExperimentsAsync(db, key, cancellation)).OrderByDescending(h => h.At).Take(HistoryShown)];
        return new(view, [.. decided.Select(e => (e, e.Arms.Single(a => a.Position == e.ChosenArm)))],
            [.. log.Recent.Read().Where(e => !e.Simulated && (e.Receipt.Placement == key || e.Receipt.Placement.Length == 0)).Take(EventsShown)], history,
            traffic.Hours(simulated: false, clock.GetUtcNow().AddDays(-1), key), ApartRow.Of(traffic.Tallies(simulated: false, clock.GetUtcNow().AddDays(-6), key)));
    }

    /// <summary>Moves of the placement's experiments that changed what it serves; what a rollout does is entered with the placement itself.</summary>
    private static async Task<IEnumerable<AuditEntry>> ExperimentsAsync(RecLabDb db, string key, CancellationToken cancellation)
    {
        var here = await db.Set<Experiment>().AsNoTracking().Where(e => e.Placement == key).ToDictionaryAsync(e => e.Id, cancellation);
        int[] ids = [.. here.Keys];
        string[] verbs = ["start", "pause", "resume", "stop", "decide", "change arms", "change traffic"];
        var moves = await db.Set<ExperimentMove>().AsNoTracking().Where(m => ids.Contains(m.ExperimentId) && verbs.Contains(m.Verb)).OrderByDescending(m => m.Id).Take(HistoryShown).ToListAsync(cancellation);
        return moves.Select(m => new AuditEntry { Id = -m.Id, At = m.At, Who = m.Who, Action = $"experiment.{m.Verb.Replace(' ', '-')}", Subject = here[m.ExperimentId].Key, Detail = $"{here[m.ExperimentId].Name}{(m.Why.Length > 0 ? $": {m.Why}" : "")}" });
    }

    /// <summary>Keys and names of the variants that may be named as fallback.</summary>
    public async Task<IReadOnlyList<(string Key, string Name)>> VariantsAsync(CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var variants = await db.Set<Variant>().AsNoTracking().OrderBy(v => v.Name).Select(v => new { v.Key, v.Name }).ToListAsync(cancellation);
        return [.. variants.Select(v => (v.Key, v.Name))];
    }

    /// <summary>Categories that a served model knows, for the form; at most 500.</summary>
    public IReadOnlyList<string> Categories() =>
        [.. models.All.Append(models.LastResort).OfType<ServedModel>().SelectMany(m => m.Categories).Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase).Take(500)];

    private async Task<IReadOnlyList<PlacementView>> ViewsAsync(RecLabDb db, IReadOnlyList<Placement> placements, CancellationToken cancellation)
    {
        var running = await db.Set<Experiment>().AsNoTracking().Include(e => e.Arms.OrderBy(a => a.Position)).Where(e => e.State == ExperimentState.Running).OrderBy(e => e.Id).ToListAsync(cancellation);
        var paused = await db.Set<Experiment>().AsNoTracking().Where(e => e.State == ExperimentState.Paused).OrderBy(e => e.Id).ToListAsync(cancellation);
        var rollouts = await db.Set<Rollout>().AsNoTracking().Where(r => r.State == RolloutState.Growing || r.State == RolloutState.Held).ToListAsync(cancellation);
        var variants = await db.Set<Variant>().AsNoTracking().ToListAsync(cancellation);
        var since = clock.GetUtcNow().AddDays(-1);
        var (live, simulated) = (traffic.Hours(false, since).ToLookup(h => h.Placement), traffic.Hours(true, since).ToLookup(h => h.Placement));
        var events = log.Recent.Read();
        return [.. placements.Select(p =>
        {
            var settings = LivePlacement.Of(p);
            var promoted = variants.FirstOrDefault(v => v.Id == p.DefaultVariantId);
            return new PlacementView(settings, [.. running.Where(e => e.Placement == p.Key)], promoted?.Name, [.. Chain(settings, promoted, variants)],
                PlacementTraffic.Of(live[p.Key]), PlacementTraffic.Of(simulated[p.Key]), events.FirstOrDefault(e => !e.Simulated && e.Receipt.Placement == p.Key))
            {
                Rollout = rollouts.FirstOrDefault(r => r.Placement == p.Key), Paused = [.. paused.Where(e => e.Placement == p.Key)],
            };
        })];
    }

    /// <summary>The order in which the desk tries, with what is on the shelf.</summary>
    private IEnumerable<ChainLink> Chain(LivePlacement settings, Variant? promoted, IReadOnlyList<Variant> variants)
    {
        if (promoted is not null && settings.Placement.HaltedAt is null) yield return new(promoted.Name, "promoted", models.Borrow(promoted.Id)?.Version, $"/variants/{promoted.Key}");
        foreach (var key in settings.Fallbacks)
            if (variants.FirstOrDefault(v => v.Key == key) is { } variant) yield return new(variant.Name, "fallback", models.Borrow(key)?.Version, $"/variants/{key}");
            else if (key != "popularity") yield return new(key, "fallback", null, null);
        yield return new("the newest popularity model", "last resort", models.LastResort?.Version, null);
    }
}
