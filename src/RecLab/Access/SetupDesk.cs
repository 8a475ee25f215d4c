using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using RecLab.Storage;

namespace RecLab.Access;

/// <summary>The first start: while nobody can sign in, one link sets up the administrator. Once somebody exists it is closed for good.</summary>
public sealed class SetupDesk(IServiceScopeFactory scopes, IDbContextFactory<RecLabDb> databases, LinkDesk links)
{
    private string? _token;

    /// <summary>Creates the roles and, while no person exists, a fresh set-up link (an older one stops working).</summary>
    public async Task PrepareAsync()
    {
        foreach (var role in Roles.All) await HaveAsync(role);
        _token = await IsOpenAsync() ? await links.IssueAsync(LinkPurpose.Setup, TimeSpan.FromDays(7), "first start", role: Roles.Administrator) : null;
    }

    /// <summary>The link for the console, or null when set-up is closed or this process did not issue one.</summary>
    /// <param name="baseUrl">"http://localhost:5080".</param>
    public string? PendingLink(string baseUrl) => _token is { } token ? $"{baseUrl.TrimEnd('/')}/setup/{token}" : null;

    /// <summary>True while nobody can sign in.</summary>
    public async Task<bool> IsOpenAsync()
    {
        await using var db = await databases.CreateDbContextAsync();
        return !await db.Users.AnyAsync();
    }

    /// <summary>Creates a role that is missing. Another process that starts on the same folder may be faster; its role is as good.</summary>
    private async Task HaveAsync(string role)
    {
        await using var scope = scopes.CreateAsyncScope();
        var roles = scope.ServiceProvider.GetRequiredService<RoleManager<IdentityRole>>();
        if (await roles.RoleExistsAsync(role)) return;
        try
        {
            await roles.CreateAsync(new IdentityRole(role));
        }
        catch (DbUpdateException)
        {
            await using var db = await databases.CreateDbContextAsync();
            if (!await db.Roles.AnyAsync(r => r.Name == role)) throw;
        }
    }

    internal void Close() => _token = null;
}
