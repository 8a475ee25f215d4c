using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using RecLab.Controls;

namespace RecLab.Access;

/// <summary>Asks, before every act of a page, whether the person in front may do it. Calls over a circuit bypass routing, so an attribute on the page
/// is not enough; the answer comes from the database, so a role taken away counts at once.</summary>
public sealed class Doorkeeper(AuthenticationStateProvider session, PeopleDesk people, IOptions<IdentityOptions> identity)
{
    /// <summary>The name of the signed-in person, to be handed to the service that acts.</summary>
    /// <param name="policy">One of <see cref="Policies"/>.</param>
    /// <exception cref="Refusal">Nobody is signed in anymore, or the role does not allow it.</exception>
    public async Task<string> RequireAsync(string policy)
    {
        var person = await PersonAsync() ?? throw new Refusal("You are signed out. Sign in again; nothing was changed.");
        return Policies.RolesFor(policy).Contains(person.Role) ? person.Name
            : throw new Refusal($"{(person.Role == Roles.Viewer ? "A" : "An")} {person.Role} may not do this; nothing was changed. Ask {await HelperAsync(policy)}.");
    }

    /// <summary>Whether the signed-in person may; for showing or hiding a button. The act itself asks <see cref="RequireAsync"/>.</summary>
    public async Task<bool> MayAsync(string policy) => await PersonAsync() is { } person && Policies.RolesFor(policy).Contains(person.Role);

    /// <summary>The signed-in person, or null.</summary>
    public async Task<PersonEntry?> PersonAsync()
    {
        var user = (await session.GetAuthenticationStateAsync()).User;
        return await people.ActiveAsync(user.FindFirstValue(ClaimTypes.NameIdentifier), user.FindFirstValue(identity.Value.ClaimsIdentity.SecurityStampClaimType));
    }

    private async Task<string> HelperAsync(string policy)
    {
        var allowed = Policies.RolesFor(policy);
        var helpers = (await people.ListAsync()).Where(p => p.DeactivatedAt is null && allowed.Contains(p.Role)).Select(p => p.Name).Take(2).ToArray();
        return helpers.Length == 0 ? "an administrator" : string.Join(" or ", helpers);
    }
}
