using System.Net;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using RecLab.Access;
using RecLab.Controls;
using RecLab.Storage;
using Xunit;

namespace RecLab.Tests.Access;

public sealed class PeopleDeskTests : IAsyncDisposable
{
    private readonly RecLabApp _app = new();
    private PeopleDesk People => _app.Services.GetRequiredService<PeopleDesk>();

    private Task<string> Create(string name, string role) => People.CreateAsync($"{name}@example.com", name, Browsing.Password, role);
    private async Task<PersonEntry> Entry(string id) => (await People.ListAsync(TestContext.Current.CancellationToken)).Single(p => p.Id == id);

    [Fact]
    public async Task An_invited_person_joins_once_with_the_role_of_the_invitation()
    {
        var path = await People.InviteAsync("mara", "jon@example.com", Roles.Analyst);
        using var browser = _app.Browser();
        using var joined = await browser.SubmitAsync(path, ("Form.Name", "Jon"), ("Form.Password", Browsing.Password), ("Form.Email", "other@example.com"));
        Assert.Equal(HttpStatusCode.Redirect, joined.StatusCode);
        var jon = Assert.Single(await People.ListAsync(TestContext.Current.CancellationToken));
        Assert.Equal(("Jon", "jon@example.com", Roles.Analyst), (jon.Name, jon.Email, jon.Role));
        Assert.Equal(HttpStatusCode.NotFound, (await _app.Browser().GetAsync(path, TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task A_second_invitation_for_the_same_address_ends_the_first()
    {
        var first = await People.InviteAsync("mara", "jon@example.com", Roles.Viewer);
        await People.InviteAsync("mara", "jon@example.com", Roles.Analyst);
        Assert.Equal(HttpStatusCode.NotFound, (await _app.Browser().GetAsync(first, TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task A_reset_link_sets_a_new_password_once_and_lifts_the_lock()
    {
        var id = await Create("jon", Roles.Viewer);
        await using (var scope = _app.Services.CreateAsyncScope())
        {
            var people = scope.ServiceProvider.GetRequiredService<UserManager<Person>>();
            await people.SetLockoutEndDateAsync((await people.FindByIdAsync(id))!, DateTimeOffset.MaxValue);
        }
        var path = await People.ResetLinkAsync("mara", id);
        using var browser = _app.Browser();
        using var reset = await browser.SubmitAsync(path, ("Form.Password", "another long password"));
        Assert.Equal(HttpStatusCode.Redirect, reset.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await browser.SignInAsync("jon@example.com", Browsing.Password)).StatusCode);
        Assert.Equal(HttpStatusCode.Redirect, (await browser.SignInAsync("jon@example.com", "another long password")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await browser.GetAsync(path, TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task Of_two_who_use_a_reset_link_at_once_one_sets_the_password()
    {
        var path = await People.ResetLinkAsync("mara", await Create("jon", Roles.Viewer));
        var token = path.Split('/')[^1];
        string[] wishes = ["the first long password", "the second long password", "the third long password", "the fourth long password"];
        var done = await Task.WhenAll(wishes.Select(wish => Task.Run(async () =>
        {
            try { await People.ResetAsync(token, wish); return true; }
            catch (Refusal) { return false; }
        })));
        var won = wishes[Array.IndexOf(done, true)];
        Assert.Single(done, true);
        using var browser = _app.Browser();
        foreach (var wish in wishes) Assert.Equal(wish == won ? HttpStatusCode.Redirect : HttpStatusCode.OK, (await browser.SignInAsync("jon@example.com", wish)).StatusCode);
    }

    [Fact]
    public async Task A_password_that_is_refused_leaves_the_reset_link_usable()
    {
        var token = (await People.ResetLinkAsync("mara", await Create("jon", Roles.Viewer))).Split('/')[^1];
        await Assert.ThrowsAsync<Refusal>(() => People.ResetAsync(token, "short"));
        await People.ResetAsync(token, "another long password");
    }

    [Fact]
    public async Task An_account_that_gets_no_role_is_not_opened_and_set_up_stays_open()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => Create("mara", "no-such-role"));
        Assert.True(await _app.Services.GetRequiredService<SetupDesk>().IsOpenAsync());
        await Create("mara", Roles.Administrator);
        Assert.Single(await People.ListAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Two_administrators_who_demote_each_other_at_once_leave_one()
    {
        var (mara, jon) = (await Create("mara", Roles.Administrator), await Create("jon", Roles.Administrator));
        await Task.WhenAll(new[] { (Who: "mara", Whom: jon), (Who: "jon", Whom: mara) }.Select(d => Task.Run(async () =>
        {
            try { await People.ChangeRoleAsync(d.Who, d.Whom, Roles.Viewer); }
            catch (Refusal refusal) { Assert.Contains("last administrator", refusal.Message, StringComparison.Ordinal); }
        })));
        Assert.Equal([Roles.Administrator, Roles.Viewer], (await People.ListAsync(TestContext.Current.CancellationToken)).Select(p => p.Role).Order());
    }

    [Fact]
    public async Task A_deactivated_person_is_out_and_cannot_come_back_in_until_reactivated()
    {
        await Create("mara", Roles.Administrator);
        var id = await Create("jon", Roles.Viewer);
        await using var strict = _app.WithWebHostBuilder(host => host.ConfigureServices(s => s.Configure<SecurityStampValidatorOptions>(o => o.ValidationInterval = TimeSpan.Zero)));
        using var browser = strict.Browser();
        await browser.SignInAsync("jon@example.com", Browsing.Password);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/", TestContext.Current.CancellationToken)).StatusCode);
        await People.DeactivateAsync("mara", id);
        Assert.Equal(HttpStatusCode.Redirect, (await browser.GetAsync("/", TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await browser.SignInAsync("jon@example.com", Browsing.Password)).StatusCode);
        await People.ReactivateAsync("mara", id);
        Assert.Equal(HttpStatusCode.Redirect, (await browser.SignInAsync("jon@example.com", Browsing.Password)).StatusCode);
    }

    [Fact]
    public async Task The_last_administrator_can_neither_leave_nor_step_down()
    {
        var mara = await Create("mara", Roles.Administrator);
        var refusal = await Assert.ThrowsAsync<Refusal>(() => People.DeactivateAsync("mara", mara));
        Assert.Equal("mara is the last administrator. Make somebody else one first.", refusal.Message);
        await Assert.ThrowsAsync<Refusal>(() => People.ChangeRoleAsync("mara", mara, Roles.Viewer));
        await Create("jon", Roles.Administrator);
        await People.ChangeRoleAsync("jon", mara, Roles.Viewer);
        Assert.Equal(Roles.Viewer, (await Entry(mara)).Role);
    }

    [Fact]
    public async Task Every_change_of_access_is_in_the_audit()
    {
        await Create("mara", Roles.Administrator);
        var jon = await Create("jon", Roles.Viewer);
        await People.InviteAsync("mara", "priya@example.com", Roles.Viewer);
        await People.ChangeRoleAsync("mara", jon, Roles.Analyst);
        await People.DeactivateAsync("mara", jon);
        var actions = (await _app.Services.GetRequiredService<Audit>().ReadAsync(cancellation: TestContext.Current.CancellationToken)).Select(a => (a.Who, a.Action, a.Subject)).Reverse();
        Assert.Equal([("mara", "person.invite", "priya@example.com"), ("mara", "person.role", "person jon"), ("mara", "person.deactivate", "person jon")], actions);
    }

    [Theory]
    [InlineData("not an address")]
    [InlineData("")]
    [InlineData("Mara <mara@example.com>")]
    public async Task What_is_no_address_is_refused(string email) => await Assert.ThrowsAsync<Refusal>(() => People.InviteAsync("mara", email, Roles.Viewer));

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
