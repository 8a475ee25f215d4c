using Microsoft.AspNetCore.Identity;
using RecLab.Storage;

namespace RecLab.Access;

/// <summary>Checks an address and a password, counts failures, and starts the session. The answer never says which of the two was wrong.</summary>
public sealed class SignInDesk(SignInManager<Person> sessions, UserManager<Person> people, FailedSignIns failures, IHttpContextAccessor http, Audit audit, TimeProvider clock)
{
    private const string Wrong = "Address or password is not right.";
    private static readonly Person Nobody = new();
    private static readonly string NobodysHash = new PasswordHasher<Person>().HashPassword(Nobody, Guid.NewGuid().ToString());

    /// <returns>Null when signed in, else the sentence to show.</returns>
    public async Task<string?> SignInAsync(string? email, string? password, bool remember)
    {
        var address = http.HttpContext?.Connection.RemoteIpAddress;
        if (failures.TooMany(address)) return "Too many failed attempts from your network. Wait 15 minutes.";
        var person = await people.FindByEmailAsync(email ?? "");
        if (person is null)
        {
            people.PasswordHasher.VerifyHashedPassword(Nobody, NobodysHash, password ?? ""); // an unknown address takes as long as a known one
            failures.Add(address);
            return Wrong;
        }
        var locked = await people.IsLockedOutAsync(person);
        var result = await sessions.PasswordSignInAsync(person, password ?? "", remember, lockoutOnFailure: true);
        if (result.IsLockedOut)
        {
            failures.Add(address);
            if (!locked) await audit.WriteAsync(person.DisplayName, "person.locked", $"person {person.DisplayName}", "too many wrong passwords");
            return "Too many attempts. Wait 15 minutes, or ask an administrator for a new password.";
        }
        if (!result.Succeeded)
        {
            failures.Add(address);
            return Wrong;
        }
        person.LastSignInAt = clock.GetUtcNow();
        await people.UpdateAsync(person);
        return null;
    }

    /// <summary>Starts the session of somebody who has just opened an account or set a password by a link.</summary>
    public async Task EnterAsync(string personId)
    {
        if (await people.FindByIdAsync(personId) is not { } person) return;
        person.LastSignInAt = clock.GetUtcNow();
        await people.UpdateAsync(person);
        await sessions.SignInAsync(person, isPersistent: false);
    }
}
