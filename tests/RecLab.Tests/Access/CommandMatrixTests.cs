using System.Reflection;
using System.Security.Claims;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RecLab.Access;
using RecLab.Controls;
using RecLab.Storage;
using Xunit;

namespace RecLab.Tests.Access;

/// <summary>Who may give which command, and that every command leaves a record. The commands are read from the compiled program, and where they are given from the
/// source of the pages, so that a new one cannot be forgotten.</summary>
public sealed partial class CommandMatrixTests(RecLabApp app) : IClassFixture<RecLabApp>
{
    /// <summary>Commands that need less, or more, than an analyst. Everything else needs one.</summary>
    private static readonly Dictionary<string, string> Policy = new()
    {
        ["ExperimentDesk.StartAsync"] = Policies.Operate, ["ExperimentDesk.PauseAsync"] = Policies.Operate, ["ExperimentDesk.ResumeAsync"] = Policies.Operate, ["ExperimentDesk.StopAsync"] = Policies.Operate,
        ["PlacementDesk.HaltAsync"] = Policies.Operate, ["PlacementDesk.ReleaseAsync"] = Policies.Operate, ["PlacementDesk.ServeAsync"] = Policies.Operate, ["PlacementDesk.PromoteAsync"] = Policies.Operate,
        ["RolloutDesk.AdvanceAsync"] = Policies.Operate, ["RolloutDesk.HoldAsync"] = Policies.Operate, ["RolloutDesk.ResumeAsync"] = Policies.Operate, ["RolloutDesk.RollBackAsync"] = Policies.Operate,
        ["VariantDesk.ServeAsync"] = Policies.Operate, ["BanditDesk.ReweightAsync"] = Policies.Operate,
        ["TrainingDesk.RequestAsync"] = Policies.Operate, ["TrainingDesk.RetryAsync"] = Policies.Operate, ["TrainingDesk.ResumeAsync"] = Policies.Operate, ["TrainingDesk.CancelAsync"] = Policies.Operate,
        ["KeyDesk.CreateAsync"] = Policies.Administer, ["KeyDesk.RevokeAsync"] = Policies.Administer, ["KeyDesk.RotateAsync"] = Policies.Administer, ["KeyDesk.SetOriginsAsync"] = Policies.Administer, ["OwnKeys.SetWidgetOriginsAsync"] = Policies.Administer,
        ["PeopleDesk.InviteAsync"] = Policies.Administer, ["PeopleDesk.WithdrawAsync"] = Policies.Administer, ["PeopleDesk.ResetLinkAsync"] = Policies.Administer, ["PeopleDesk.ChangeRoleAsync"] = Policies.Administer,
        ["PeopleDesk.DeactivateAsync"] = Policies.Administer, ["PeopleDesk.ReactivateAsync"] = Policies.Administer,
        ["WebhookDesk.CreateAsync"] = Policies.Administer, ["WebhookDesk.RemoveAsync"] = Policies.Administer, ["WebhookDesk.TestAsync"] = Policies.Administer,
        ["ExternalDesk.CreateEndpointAsync"] = Policies.Administer, ["ExternalDesk.ChangeEndpointAsync"] = Policies.Administer, // an address that the server calls
    };

    private static string PolicyOf(string command) => Policy.GetValueOrDefault(command, Policies.Analyse);

    [Fact]
    public void Every_command_that_a_page_gives_is_asked_for_under_its_policy()
    {
        var given = Sources().SelectMany(Given).ToArray();
        Assert.True(given.Length >= 40, $"{given.Length} commands were found in the pages");
        Assert.Empty(from g in given
                     let needed = Policies.RolesFor(PolicyOf(g.Command))
                     where !g.Asked.Any(asked => !Policies.RolesFor(asked).Except(needed).Any()) // one that asks for more for some kinds counts with the more
                     select $"{g.File}: {g.Command} needs {PolicyOf(g.Command)} and asks for {(g.Asked.Count == 0 ? "nothing" : string.Join(", ", g.Asked))}");
        Assert.Empty(Policy.Keys.Except(Commands.All.Select(Commands.Name))); // named here, but gone
    }

    [Theory]
    [InlineData(Roles.Viewer)]
    [InlineData(Roles.Operator)]
    [InlineData(Roles.Analyst)]
    [InlineData(Roles.Administrator)]
    public async Task Each_role_may_give_exactly_its_commands(string role)
    {
        var people = app.Services.GetRequiredService<PeopleDesk>();
        var identity = app.Services.GetRequiredService<IOptions<IdentityOptions>>();
        var id = await people.CreateAsync($"{role}@example.com", role, Browsing.Password, role);
        await using var scope = app.Services.CreateAsyncScope();
        var stamp = (await scope.ServiceProvider.GetRequiredService<UserManager<Person>>().FindByIdAsync(id))!.SecurityStamp!;
        var doorkeeper = new Doorkeeper(new Session(new(new ClaimsIdentity([new(ClaimTypes.NameIdentifier, id), new(identity.Value.ClaimsIdentity.SecurityStampClaimType, stamp)], "test"))), people, identity);
        var least = new Dictionary<string, string> { [Policies.View] = Roles.Viewer, [Policies.Operate] = Roles.Operator, [Policies.Analyse] = Roles.Analyst, [Policies.Administer] = Roles.Administrator };
        foreach (var command in Commands.All.Select(Commands.Name))
        {
            var may = Roles.All.ToList().IndexOf(role) >= Roles.All.ToList().IndexOf(least[PolicyOf(command)]);
            Assert.Equal(may, await doorkeeper.MayAsync(PolicyOf(command)));
            if (may) Assert.Equal(role, await doorkeeper.RequireAsync(PolicyOf(command)));
            else Assert.Contains("may not do this; nothing was changed", (await Assert.ThrowsAsync<Refusal>(() => doorkeeper.RequireAsync(PolicyOf(command)))).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_command_leaves_a_record_of_who_did_it()
    {
        Assert.Contains(Commands.All, c => Commands.Name(c) == "ExperimentDesk.PauseAsync");
        Assert.Empty(Commands.All.Where(c => !Commands.LeadsTo(c).Any(m => m.IsConstructor && m.DeclaringType == typeof(AuditEntry))).Select(Commands.Name));
    }

    private sealed class Session(ClaimsPrincipal person) : AuthenticationStateProvider
    {
        public override Task<AuthenticationState> GetAuthenticationStateAsync() => Task.FromResult(new AuthenticationState(person));
    }

    /// <summary>Pages and parts of them, and services that ask the doorkeeper themselves.</summary>
    private static IEnumerable<(string File, string Text)> Sources()
    {
        var root = Path.Combine(HostPaths.ContentRoot(AppContext.BaseDirectory), "src", "RecLab");
        return from file in Directory.EnumerateFiles(root, "*.*", SearchOption.AllDirectories)
               where !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
               let text = file.EndsWith(".razor", StringComparison.Ordinal) || file.EndsWith(".cs", StringComparison.Ordinal) ? File.ReadAllText(file) : ""
               where file.EndsWith(".razor", StringComparison.Ordinal) || text.Contains("oorkeeper.RequireAsync", StringComparison.Ordinal)
               select (Path.GetRelativePath(root, file), text.Contains("Doorkeeper", StringComparison.Ordinal) && File.Exists(file + ".cs") ? text + File.ReadAllText(file + ".cs") : text);
    }

    /// <summary>The commands given in a file, each with the policies asked for where it is given: on its line of markup, in its member, or in a member that this one names.</summary>
    private static IEnumerable<(string File, string Command, IReadOnlySet<string> Asked)> Given((string File, string Text) source)
    {
        var owners = Injected().Matches(source.Text).ToLookup(m => m.Groups["name"].Value, m => m.Groups["type"].Value);
        var units = Units(source.Text).ToArray();
        var members = units.Select(u => (Name: Member().Match(u).Groups["name"].Value, Text: u)).Where(m => m.Name.Length > 0 && m.Text.Contains("Policies.", StringComparison.Ordinal)).ToArray();
        foreach (var unit in units)
            foreach (Match call in Call().Matches(unit))
                foreach (var type in owners[call.Groups["on"].Value].Distinct())
                    if (Commands.All.Any(c => c.DeclaringType!.Name == type && c.Name == call.Groups["name"].Value))
                    {
                        var asked = Asked().Matches(unit).Select(m => m.Groups[1].Value).ToHashSet();
                        if (asked.Count == 0) asked = [.. members.Where(m => Regex.IsMatch(unit, $@"\b{m.Name}\b")).SelectMany(m => Asked().Matches(m.Text)).Select(m => m.Groups[1].Value)];
                        yield return (source.File, $"{type}.{call.Groups["name"].Value}", asked.Select(a => a.ToLowerInvariant()).ToHashSet());
                    }
    }

    /// <summary>Lines of markup, and members of code with everything in them.</summary>
    private static IEnumerable<string> Units(string text)
    {
        var unit = new List<string>();
        foreach (var line in text.Split('\n'))
        {
            var starts = MemberStart().IsMatch(line) || line.StartsWith('<') || line.StartsWith("  @", StringComparison.Ordinal) || line.TrimStart().StartsWith('<');
            if (starts && unit.Count > 0) { yield return string.Join('\n', unit); unit.Clear(); }
            unit.Add(line);
        }
        yield return string.Join('\n', unit);
    }

    [GeneratedRegex(@"(?:@inject |\[Inject\] (?:private|public|internal) |[(,]\s*)(?<type>\w+) (?<name>\w+)")]
    private static partial Regex Injected();

    [GeneratedRegex(@"\b(?<on>\w+)\.(?<name>\w+Async)\(")]
    private static partial Regex Call();

    [GeneratedRegex(@"Policies\.(View|Operate|Analyse|Administer)")]
    private static partial Regex Asked();

    [GeneratedRegex(@"^ {2,4}(?:private|public|protected|internal) ")]
    private static partial Regex MemberStart();

    [GeneratedRegex(@"^ {2,4}(?:private|public|protected|internal) .*?(?<name>\w+)\s*(?:\(|=>|\{)")]
    private static partial Regex Member();
}
