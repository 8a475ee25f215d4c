using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using RecLab.Storage;

namespace RecLab.Events;

/// <summary>The installation's key for seals, kept among its settings.</summary>
public static class SealKey
{
    private const string Name = "recommendation-id.key";

    /// <summary>Reads the key, or makes it: the first of several nodes wins.</summary>
    public static async Task<byte[]> ReadAsync(IDbContextFactory<RecLabDb> databases, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var made = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        await db.Database.ExecuteSqlAsync($"INSERT INTO settings (Name, Value) VALUES ({Name}, {made}) ON CONFLICT (Name) DO NOTHING", cancellation);
        return Convert.FromBase64String(await db.Set<Setting>().Where(s => s.Name == Name).Select(s => s.Value).SingleAsync(cancellation));
    }
}
