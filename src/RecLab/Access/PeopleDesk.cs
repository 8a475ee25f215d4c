using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using RecLab.Controls;
using RecLab.Live;
using RecLab.Storage;

namespace RecLab.Access;

/// <summary>Somebody who can sign in, as the people page shows them.</summary>
public sealed record PersonEntry(string Id, string Name, string Email, string Role, DateTimeOffset? DeactivatedAt, DateTimeOffset? LastSignInAt);

/// <summary>Takes every request about people: set-up, invitations, passwords, roles, leaving. There is always at least one active administrator.</summary>
public sealed class PeopleDesk(IServiceScopeFactory scopes, IDbContextFactory<RecLabDb> databases, LinkDesk links, SetupDesk setup, Audit audit, LiveFeed feed, TimeProvider clock)
{
    private static readonly TimeSpan InvitationLasts = TimeSpan.FromDays(7), ResetLasts = TimeSpan.FromHours(24);

    /// <summary>Everybody, by name.</summary>
    public async Task<IReadOnlyList<PersonEntry>> ListAsync(CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await (from person in db.Users
                      join given in db.UserRoles on person.Id equals given.UserId
                      join role in db.Roles on given.RoleId equals role.Id
                      orderby person.DisplayName
                      select new PersonEntry(person.Id, person.DisplayName, person.Email!, role.Name!, person.DeactivatedAt, person.LastSignInAt)).ToListAsync(cancellation);
    }

    /// <summary>The role of an active person whose security stamp still holds, else null. Read from the database at every call.</summary>
    public async Task<PersonEntry?> ActiveAsync(string? id, string? stamp)
    {
        if (id is null) return null;
        await using var db = await databases.CreateDbContextAsync();
        return await (from person in db.Users
                      where person.Id == id && person.SecurityStamp == stamp && person.DeactivatedAt == null
                      join given in db.UserRoles on person.Id equals given.UserId
                      join role in db.Roles on given.RoleId equals role.Id
                      select new PersonEntry(person.Id, person.DisplayName, person.Email!, role.Name!, null, person.LastSignInAt)).FirstOrDefaultAsync();
    }

    /// <summary>Opens an account by a set-up or invitation link; the link is then used.</summary>
    /// <exception cref="Refusal">The link is not valid, or name, address or password are not acceptable.</exception>
    public async Task<string> OpenAsync(LinkPurpose purpose, string? token, string? email, string? name, string? password)
    {
        var link = await links.FindAsync(purpose, token);
        if (link is null || (purpose == LinkPurpose.Setup && !await setup.IsOpenAsync())) throw new Refusal("This link was used already, or it has expired. Ask an administrator for a new one.");
        if (!await links.UseAsync(link)) throw new Refusal("This link was used a moment ago.");
        string id;
        try { id = await CreateAsync(purpose == LinkPurpose.Setup ? email : link.Email, name, password, link.Role); }
        catch (Refusal)
        {
            await links.GiveBackAsync(link);
            throw;
        }
        if (purpose == LinkPurpose.Setup) setup.Close();
        await audit.WriteAsync(name!.Trim(), purpose == LinkPurpose.Setup ? "person.setup" : "person.join", $"person {name.Trim()}", link.Role);
        feed.Changed(LiveFeed.People);
        return id;
    }

    /// <summary>Creates somebody at once, without a link; for the command line and for tests.</summary>
    /// <returns>The new person's id.</returns>
    public Task<string> CreateAsync(string? email, string? name, string? password, string role) => Whole(async people =>
    {
        name = name?.Trim() ?? "";
        email = email?.Trim() ?? "";
        if (name.Length is 0 or > 80 || name.Any(char.IsControl)) throw new Refusal("Give a name of 1 to 80 characters.");
        if (await people.Users.AnyAsync(p => p.DisplayName == name)) throw new Refusal($"Somebody is called {name} already. Choose a name that tells you apart.");
        var person = new Person { UserName = email, Email = email, DisplayName = name, EmailConfirmed = true };
        Check(await people.CreateAsync(person, password ?? ""));
        Check(await people.AddToRoleAsync(person, role));
        return person.Id;
    });

    /// <summary>A link by which somebody joins with a role; it works once, for seven days. Replaces an earlier one for the same address.</summary>
    /// <returns>The path of the link: "/invitation/...".</returns>
    public async Task<string> InviteAsync(string who, string? email, string role)
    {
        email = email?.Trim() ?? "";
        if (!Roles.All.Contains(role)) throw new Refusal($"There is no role '{role}'.");
        if (email.Length > 254 || !System.Net.Mail.MailAddress.TryCreate(email, out var address) || address.Address != email) throw new Refusal("Give an e-mail address, such as mara@example.com.");
        await With<object?>(async people => await people.FindByEmailAsync(email) is null ? null : throw new Refusal($"{email} can sign in already."));
        var token = await links.IssueAsync(LinkPurpose.Invitation, InvitationLasts, who, email, role);
        await audit.WriteAsync(who, "person.invite", email, role);
        feed.Changed(LiveFeed.People);
        return $"/invitation/{token}";
    }

    /// <summary>Takes a waiting invitation back.</summary>
    public async Task WithdrawAsync(string who, AccessLink invitation)
    {
        await links.WithdrawAsync(invitation.Id);
        await audit.WriteAsync(who, "person.withdraw", invitation.Email);
        feed.Changed(LiveFeed.People);
    }

    /// <summary>A link by which somebody sets a new password; it works once, for a day.</summary>
    public async Task<string> ResetLinkAsync(string who, string personId)
    {
        var name = await With(async people => (await Find(people, personId)).DisplayName);
        var token = await links.IssueAsync(LinkPurpose.Reset, ResetLasts, who, personId: personId);
        await audit.WriteAsync(who, "person.reset-link", $"person {name}");
        return $"/reset/{token}";
    }

    /// <summary>Sets a new password by a reset link; all of the person's sessions end.</summary>
    public async Task ResetAsync(string? token, string? password)
    {
        var link = await links.FindAsync(LinkPurpose.Reset, token) ?? throw new Refusal("This link was used already, or it has expired. Ask an administrator for a new one.");
        if (!await links.UseAsync(link)) throw new Refusal("This link was used a moment ago.");
        string name;
        try
        {
            name = await Whole(async people =>
            {
                var person = await Find(people, link.PersonId!);
                Check(await people.ResetPasswordAsync(person, await people.GeneratePasswordResetTokenAsync(person), password ?? ""));
                await people.SetLockoutEndDateAsync(person, null);
                return person.DisplayName;
            });
        }
        catch (Refusal)
        {
            await links.GiveBackAsync(link);
            throw;
        }
        await audit.WriteAsync(name, "person.reset", $"person {name}");
    }

    /// <summary>Gives somebody another role; it counts from their next click.</summary>
    public async Task ChangeRoleAsync(string who, string personId, string role)
    {
        if (!Roles.All.Contains(role)) throw new Refusal($"There is no role '{role}'.");
        var (name, before) = await Whole<(string, string?)>(async people =>
        {
            var person = await Find(people, personId);
            var old = await people.GetRolesAsync(person);
            if (old.Contains(role)) return (person.DisplayName, null);
            if (old.Contains(Roles.Administrator)) await KeepOneAdministrator(person);
            Check(await people.RemoveFromRolesAsync(person, old));
            Check(await people.AddToRoleAsync(person, role));
            Check(await people.UpdateSecurityStampAsync(person));
            return (person.DisplayName, string.Join(", ", old));
        });
        if (before is null) return;
        await audit.WriteAsync(who, "person.role", $"person {name}", $"{before} to {role}");
        feed.Changed(LiveFeed.People);
    }

    /// <summary>Ends somebody's access; what they did keeps their name.</summary>
    public Task DeactivateAsync(string who, string personId) => Switch(who, personId, "person.deactivate", async person =>
    {
        await KeepOneAdministrator(person);
        person.DeactivatedAt = clock.GetUtcNow();
    });

    /// <summary>Gives access back, with the role and password from before.</summary>
    public Task ReactivateAsync(string who, string personId) => Switch(who, personId, "person.reactivate", person =>
    {
        person.DeactivatedAt = null;
        return Task.CompletedTask;
    });

    private async Task Switch(string who, string personId, string action, Func<Person, Task> change)
    {
        var name = await Whole(async people =>
        {
            var person = await Find(people, personId);
            await change(person);
            Check(await people.UpdateAsync(person));
            Check(await people.UpdateSecurityStampAsync(person));
            return person.DisplayName;
        });
        await audit.WriteAsync(who, action, $"person {name}");
        feed.Changed(LiveFeed.People);
    }

    private async Task KeepOneAdministrator(Person leaving)
    {
        if (!(await ListAsync()).Any(p => p.Role == Roles.Administrator && p.DeactivatedAt is null && p.Id != leaving.Id))
            throw new Refusal($"{leaving.DisplayName} is the last administrator. Make somebody else one first.");
    }

    private async Task<T> With<T>(Func<UserManager<Person>, Task<T>> act)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await act(scope.ServiceProvider.GetRequiredService<UserManager<Person>>());
    }

    /// <summary>All of it or nothing, and one at a time: nobody is left without a role, and two administrators cannot demote each other at the same moment.</summary>
    private async Task<T> Whole<T>(Func<UserManager<Person>, Task<T>> act)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<RecLabDb>();
        await using var transaction = await db.Database.BeginTransactionAsync();
        var done = await act(scope.ServiceProvider.GetRequiredService<UserManager<Person>>());
        await transaction.CommitAsync();
        return done;
    }

    private static async Task<Person> Find(UserManager<Person> people, string id) => await people.FindByIdAsync(id) ?? throw new Refusal("This person does not exist anymore.");

    private static void Check(IdentityResult result)
    {
        if (!result.Succeeded) throw new Refusal(string.Join(" ", result.Errors.Where(e => e.Code != "DuplicateUserName").Select(e => e.Description)));
    }
}
