using System.Globalization;
using Microsoft.EntityFrameworkCore;
using RecLab.Access;
using RecLab.Controls;
using RecLab.Live;
using RecLab.Storage;

namespace RecLab.Experiments;

/// <summary>The global holdout: the share of all users whom no experiment takes, so that the effect of all of them together stays measurable.</summary>
public sealed class HoldoutDesk(IDbContextFactory<RecLabDb> databases, LiveExperiments live, LiveFeed feed, TimeProvider clock)
{
    /// <summary>The largest share that is accepted.</summary>
    public const double Most = 0.2;

    /// <summary>The share, 0..1; 0 for none.</summary>
    public async Task<double> ReadAsync(CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var stored = await db.Set<Setting>().AsNoTracking().SingleOrDefaultAsync(s => s.Name == LiveExperiments.HoldoutSetting, cancellation);
        return double.TryParse(stored?.Value, CultureInfo.InvariantCulture, out var share) ? share : 0;
    }

    /// <summary>Another share. While an experiment runs it would move users in or out of it, so it is refused then.</summary>
    /// <exception cref="Refusal">The share is out of range, or an experiment runs or waits.</exception>
    public async Task SetAsync(double share, string who, CancellationToken cancellation = default)
    {
        if (!(share is >= 0 and <= Most)) throw new Refusal(string.Create(CultureInfo.InvariantCulture, $"The global holdout must be a share from 0 to {Most * 100:0}%."));
        await using var db = await databases.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        if (await db.Set<Experiment>().AsNoTracking().Where(e => e.State == ExperimentState.Running || e.State == ExperimentState.Paused).OrderBy(e => e.Id).Select(e => e.Name).FirstOrDefaultAsync(cancellation) is { } busy)
            throw new Refusal($"{busy} is under way; another holdout would move its users. Change it when no experiment runs.");
        var stored = await db.Set<Setting>().SingleOrDefaultAsync(s => s.Name == LiveExperiments.HoldoutSetting, cancellation);
        if (stored is null) db.Add(stored = new() { Name = LiveExperiments.HoldoutSetting, Value = "" });
        var before = stored.Value;
        stored.Value = share.ToString("R", CultureInfo.InvariantCulture);
        db.Add(new AuditEntry { At = clock.GetUtcNow(), Who = who, Action = "experiment.holdout", Subject = "global holdout", Detail = $"{(before.Length == 0 ? "0" : before)} to {stored.Value}" });
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        await live.RefreshAsync(CancellationToken.None);
        feed.Changed(LiveFeed.Experiments);
    }
}
