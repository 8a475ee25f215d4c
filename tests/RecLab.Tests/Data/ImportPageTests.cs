using System.Security.Claims;
using Bunit;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RecLab.Access;
using RecLab.Data;
using RecLab.Tests.Access;
using RecLab.Tests.Doors;
using Xunit;
using TestContext = Xunit.TestContext;

namespace RecLab.Tests.Data;

/// <summary>Who may name a path of the server: what lies there is shown line by line, and among it are the keys that protect cookies.</summary>
public sealed class ImportPageTests : BunitContext, IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly ShopApp _app = new();
    private string _person = "";

    public async ValueTask InitializeAsync()
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        _person = await _app.Get<PeopleDesk>().CreateAsync("ada@example.com", "Ada", Browsing.Password, Roles.Administrator);
        await _app.Get<PeopleDesk>().CreateAsync("mara@example.com", "Mara", Browsing.Password, Roles.Administrator);
        await using var db = await _app.DbAsync();
        var stamp = (await db.Users.SingleAsync(u => u.Id == _person)).SecurityStamp!;
        var claims = _app.Get<IOptions<IdentityOptions>>().Value.ClaimsIdentity;
        AddAuthorization().SetAuthorized("Ada").SetRoles(Roles.Administrator).SetClaims(new Claim(ClaimTypes.NameIdentifier, _person), new Claim(claims.SecurityStampClaimType, stamp));
        Services.AddScoped<Doorkeeper>();
        Services.AddSingleton(_app.Get<PeopleDesk>()).AddSingleton(_app.Get<IOptions<IdentityOptions>>());
        Services.AddFallbackServiceProvider(_app.Services.CreateScope().ServiceProvider);
    }

    protected override async ValueTask DisposeAsyncCore()
    {
        await base.DisposeAsyncCore();
        await _app.DisposeAsync();
    }

    /// <summary>The role alone changes; the session stays open, as a circuit does.</summary>
    private async Task BecomeAnalystAsync()
    {
        await using var db = await _app.DbAsync();
        var given = await db.UserRoles.SingleAsync(r => r.UserId == _person);
        var analyst = await db.Roles.SingleAsync(r => r.Name == Roles.Analyst);
        db.Remove(given);
        db.Add(new IdentityUserRole<string> { UserId = _person, RoleId = analyst.Id });
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task An_analyst_is_offered_no_path_of_the_server()
    {
        await BecomeAnalystAsync();
        var page = Render<ImportPage>();
        page.WaitForAssertion(() => Assert.NotNull(page.Find("#import-files")), Patience);
        Assert.DoesNotContain("On the server", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_left_open_shows_an_analyst_nothing_of_the_server_and_imports_nothing_by_path()
    {
        var path = Path.Combine(_app.DataDir, "secrets.csv");
        await File.WriteAllTextAsync(path, "user;item\nhidden-word;1\nhidden-word;2\n", TestContext.Current.CancellationToken);
        var page = Render<ImportPage>();
        page.WaitForAssertion(() => page.FindAll("button").Single(b => b.TextContent == "On the server"), Patience);
        await page.FindAll("button").Single(b => b.TextContent == "On the server").ClickAsync(new());
        await page.Find("#import-path").ChangeAsync(new() { Value = path });
        await page.Find("form").SubmitAsync();
        page.WaitForAssertion(() => Assert.Contains("hidden-word", page.Markup, StringComparison.Ordinal), Patience); // an administrator sees it
        await BecomeAnalystAsync();
        await page.FindAll("form")[1].SubmitAsync();
        page.WaitForAssertion(() => Assert.Contains("An analyst may not do this", page.Markup, StringComparison.Ordinal), Patience);
        await using var db = await _app.DbAsync();
        Assert.False(await db.Set<Dataset>().AnyAsync(TestContext.Current.CancellationToken));
        var other = Path.Combine(_app.DataDir, "others.csv");
        await File.WriteAllTextAsync(other, "user;item\nother-word;1\nother-word;2\n", TestContext.Current.CancellationToken);
        await page.Find("#import-path").ChangeAsync(new() { Value = other });
        await page.Find("form").SubmitAsync();
        Assert.DoesNotContain("other-word", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_too_many_imports_wait_the_page_says_so_and_begins_none()
    {
        var path = Path.Combine(_app.DataDir, "more.csv");
        await File.WriteAllTextAsync(path, "user;item\na;1\nb;2\n", TestContext.Current.CancellationToken);
        var page = Render<ImportPage>();
        page.WaitForAssertion(() => page.FindAll("button").Single(b => b.TextContent == "On the server"), Patience);
        await page.FindAll("button").Single(b => b.TextContent == "On the server").ClickAsync(new());
        await page.Find("#import-path").ChangeAsync(new() { Value = path });
        await page.Find("form").SubmitAsync();
        page.WaitForAssertion(() => Assert.Equal(2, page.FindAll("form").Count), Patience);
        for (var import = 0; import < 20; import++) _app.Get<ImportQueue>().Enter(0);
        await page.FindAll("form")[1].SubmitAsync();
        page.WaitForAssertion(() => Assert.Contains("20 imports are under way or waiting, and no more may. Come again when one of them is done.", page.Markup, StringComparison.Ordinal), Patience);
        await using var db = await _app.DbAsync();
        Assert.False(await db.Set<Dataset>().AnyAsync(TestContext.Current.CancellationToken));
    }
}
