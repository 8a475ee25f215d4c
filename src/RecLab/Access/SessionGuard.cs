using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using RecLab.Storage;

namespace RecLab.Access;

/// <summary>Ends the session of an open page when its person was deactivated, got another role, or a new password. A page that outlives its server is
/// not asked about anymore: while the server stops, no session is valid.</summary>
internal sealed class SessionGuard(ILoggerFactory loggers, PeopleDesk people, IOptions<IdentityOptions> identity, IHostApplicationLifetime life) : RevalidatingServerAuthenticationStateProvider(loggers)
{
    protected override TimeSpan RevalidationInterval => TimeSpan.FromSeconds(30);

    protected override async Task<bool> ValidateAuthenticationStateAsync(AuthenticationState state, CancellationToken cancellation)
    {
        if (Stopping) return false;
        try
        {
            return await people.ActiveAsync(state.User.FindFirstValue(ClaimTypes.NameIdentifier), state.User.FindFirstValue(identity.Value.ClaimsIdentity.SecurityStampClaimType)) is not null;
        }
        catch (ObjectDisposedException) when (Stopping)
        {
            return false; // the database was closed between the question and the answer
        }
    }

    private bool Stopping => life.ApplicationStopping.IsCancellationRequested;
}

/// <summary>A deactivated person cannot sign in, whatever the password.</summary>
internal sealed class ActiveOnly : IUserConfirmation<Person>
{
    public Task<bool> IsConfirmedAsync(UserManager<Person> manager, Person user) => Task.FromResult(user.DeactivatedAt is null);
}
