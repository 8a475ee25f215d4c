using Microsoft.EntityFrameworkCore;
using RecLab.Experiments;
using RecLab.Storage;
using RecLab.Training;

namespace RecLab.Serving;

/// <summary>A variant that a placement serves to everybody is needed. One that it only falls back to is not: the next fallback answers.</summary>
public sealed class VariantNeeds(IDbContextFactory<RecLabDb> databases) : IVariantUser
{
    public async Task<string?> NeedsAsync(Variant variant, CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var rolled = await db.Set<Rollout>().Where(r => (r.State == RolloutState.Growing || r.State == RolloutState.Held) && (r.VariantId == variant.Id || r.BeforeVariantId == variant.Id)).Select(r => r.Placement)
            .FirstOrDefaultAsync(cancellation);
        if (rolled is not null) return $"the rollout at '{rolled}'";
        return await db.Set<Placement>().Where(p => p.DefaultVariantId == variant.Id && p.ArchivedAt == null).Select(p => p.Key).FirstOrDefaultAsync(cancellation) is { } key ? $"the placement '{key}'" : null;
    }
}
