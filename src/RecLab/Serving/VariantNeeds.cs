using Microsoft.EntityFrameworkCore;
using RecLab.Storage;
using RecLab.Training;

namespace RecLab.Serving;

/// <summary>A variant that a placement serves to everybody is needed. One that it only falls back to is not: the next fallback answers.</summary>
public sealed class VariantNeeds(IDbContextFactory<RecLabDb> databases) : IVariantUser
{
    public async Task<string?> NeedsAsync(Variant variant, CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.Set<Placement>().Where(p => p.DefaultVariantId == variant.Id && p.ArchivedAt == null).Select(p => p.Key).FirstOrDefaultAsync(cancellation) is { } key ? $"the placement '{key}'" : null;
    }
}
