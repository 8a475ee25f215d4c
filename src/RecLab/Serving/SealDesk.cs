using Microsoft.EntityFrameworkCore;
using RecLab.Events;
using RecLab.Storage;

namespace RecLab.Serving;

/// <summary>Seals the ids of lists with the installation's key, read once.</summary>
public sealed class SealDesk(IDbContextFactory<RecLabDb> databases)
{
    private readonly Lazy<IdSealer> _sealer = new(() => new(SealKey.ReadAsync(databases).GetAwaiter().GetResult()));

    public SealedId Seal(Exposure exposure) => _sealer.Value.Seal(exposure);
}
