using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using RecLab.Access;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace RecLab.Browser.Tests.Commands;

/// <summary>Every command of People, Keys and audit, and the pages before signing in, pressed once; what each must change is read from the database.</summary>
public sealed class AccessCommandsTests(LiveApp app) : IClassFixture<LiveApp>
{
    [Fact]
    public async Task People()
    {
        await app.Services.GetRequiredService<PeopleDesk>().CreateAsync("anna@example.com", "Anna", LiveApp.Password, Roles.Viewer);
        await using var root = await app.SignedInAsync();
        var walk = await CommandWalk.BeginAsync(root);
        await walk.GoAsync("/people");
        await root.Page.GetByLabel("E-mail").FillAsync("new@example.com");
        await root.Page.GetByLabel("Role", new() { Exact = true }).SelectOptionAsync(Roles.Analyst);
        await walk.PressAsync("Create invitation link");
        await Expect(root.Page.Locator("[data-secret]")).ToContainTextAsync("/invitation/");
        Assert.Equal(["Invitation analyst -"], app.AppRows("SELECT Purpose, Role, UsedAt FROM access_links WHERE Email = 'new@example.com'"));
        await root.Page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        await walk.PressAsync("Copy");
        walk.Pressed("Copied");
        await Expect(root.Page.GetByRole(AriaRole.Button, new() { Name = "Copied" })).ToBeVisibleAsync();
        Assert.Equal(await root.Page.Locator("[data-secret]").TextContentAsync(), await root.Page.EvaluateAsync<string>("navigator.clipboard.readText()"));
        await walk.PressAsync("Done");
        await Expect(root.Page.Locator("[data-secret]")).ToHaveCountAsync(0);
        await walk.PressAsync("Withdraw");
        await LiveApp.EventuallyAsync([], () => app.AppRows($"SELECT Id FROM access_links WHERE Email = 'new@example.com' AND UsedAt IS NULL AND ExpiresAt > {DateTime.UtcNow.Ticks}"));

        await walk.ChooseAsync("Role of Anna", Roles.Analyst, all: "Role of *");
        await LiveApp.EventuallyAsync([Roles.Analyst], () => app.AppRows("SELECT r.Name FROM AspNetUsers u JOIN AspNetUserRoles x ON x.UserId = u.Id JOIN AspNetRoles r ON r.Id = x.RoleId WHERE u.DisplayName = 'Anna'"));
        var anna = root.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = "anna@example.com" });
        await anna.GetByRole(AriaRole.Button, new() { Name = "New password link" }).ClickAsync();
        walk.Pressed("New password link");
        await Expect(root.Page.Locator("[data-secret]")).ToContainTextAsync("/reset/");
        Assert.Equal(["1"], app.AppRows("SELECT COUNT(*) FROM access_links l JOIN AspNetUsers u ON u.Id = l.PersonId WHERE u.DisplayName = 'Anna' AND l.Purpose = 'Reset'"));
        await walk.PressAsync("Done");

        await anna.GetByRole(AriaRole.Button, new() { Name = "Deactivate", Exact = true }).ClickAsync();
        await walk.PressAsync("Keep");
        Assert.Equal(["-"], app.AppRows("SELECT DeactivatedAt FROM AspNetUsers WHERE DisplayName = 'Anna'"));
        await anna.GetByRole(AriaRole.Button, new() { Name = "Deactivate", Exact = true }).ClickAsync();
        walk.Pressed("Deactivate");
        await walk.PressAsync("Deactivate Anna");
        await Expect(anna).ToContainTextAsync("Deactivated");
        Assert.NotEqual(["-"], app.AppRows("SELECT DeactivatedAt FROM AspNetUsers WHERE DisplayName = 'Anna'"));
        await walk.PressAsync("Reactivate");
        await LiveApp.EventuallyAsync(["-"], () => app.AppRows("SELECT DeactivatedAt FROM AspNetUsers WHERE DisplayName = 'Anna'"));
        await LiveApp.EventuallyAsync(["person.invite", "person.withdraw", "person.role", "person.reset-link", "person.deactivate", "person.reactivate"],
            () => app.AppRows("SELECT Action FROM audit WHERE Action LIKE 'person.%' AND Who LIKE 'administrator %' ORDER BY Id"));
        await Expect(anna.GetByRole(AriaRole.Button, new() { Name = "Deactivate", Exact = true })).ToBeVisibleAsync();
        await walk.EndAsync();
    }

    [Fact]
    public async Task Keys_and_audit()
    {
        await using var root = await app.SignedInAsync();
        var walk = await CommandWalk.BeginAsync(root);
        await walk.GoAsync("/settings?tab=keys");
        await root.Page.GetByLabel("Name").FillAsync("front");
        await root.Page.GetByLabel("Origins, one a line").FillAsync("https://shop.example\nhttps://www.shop.example");
        await walk.PressAsync("Create key");
        await Expect(root.Page.Locator("[data-secret]")).ToContainTextAsync("pk_");
        Assert.Equal(["Publishable https://shop.example https://www.shop.example -"], app.AppRows("SELECT Kind, replace(Origins, char(10), ' '), RevokedAt FROM api_keys WHERE Name = 'front'"));
        await root.Page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        await walk.PressAsync("Copy");
        walk.Pressed("Copied");
        await walk.PressAsync("Done");
        await walk.PressAsync("Revoke");
        await walk.PressAsync("Keep");
        await walk.PressAsync("Revoke");
        await walk.PressAsync("Revoke front");
        await Expect(root.Page.GetByText("Revoked").First).ToBeVisibleAsync();
        Assert.Equal(["0"], app.AppRows("SELECT COUNT(*) FROM api_keys WHERE Name = 'front' AND RevokedAt IS NULL"));

        var audit = app.Services.GetRequiredService<Audit>();
        for (var i = 0; i < 120; i++) await audit.WriteAsync("test", "walk", $"entry {i}");
        await walk.GoAsync("/settings?tab=audit");
        await Expect(root.Page.Locator("tbody tr")).ToHaveCountAsync(100);
        await walk.PressAsync("Show more");
        var entries = app.AppRows("SELECT COUNT(*) FROM audit")[0];
        await Expect(root.Page.Locator("tbody tr")).ToHaveCountAsync(int.Parse(entries, System.Globalization.CultureInfo.InvariantCulture));
        await walk.EndAsync();
    }

    [Fact]
    public async Task The_pages_before_signing_in()
    {
        var people = app.Services.GetRequiredService<PeopleDesk>();
        await using var stranger = await app.StrangerAsync();
        var walk = await CommandWalk.BeginAsync(stranger);
        var page = stranger.Page;
        var id = await people.CreateAsync("berta@example.com", "Berta", LiveApp.Password, Roles.Viewer);
        await page.GotoAsync(await people.InviteAsync("test", "carl@example.com", Roles.Analyst));
        await page.GetByLabel("Your name").FillAsync("Carl");
        await page.GetByLabel("Password").FillAsync(LiveApp.Password);
        await walk.PressAsync("Join");
        await stranger.ReadyAsync();
        Assert.Equal(["Carl analyst"], app.AppRows("SELECT u.DisplayName, r.Name FROM AspNetUsers u JOIN AspNetUserRoles x ON x.UserId = u.Id JOIN AspNetRoles r ON r.Id = x.RoleId WHERE u.Email = 'carl@example.com'"));
        Assert.Equal(["0"], app.AppRows("SELECT COUNT(*) FROM access_links WHERE Email = 'carl@example.com' AND UsedAt IS NULL"));
        await page.Context.ClearCookiesAsync();

        var berta = app.AppRows("SELECT Id FROM AspNetUsers WHERE Email = 'berta@example.com'")[0];
        var before = app.AppRows("SELECT PasswordHash FROM AspNetUsers WHERE Email = 'berta@example.com'");
        await page.GotoAsync(await people.ResetLinkAsync("test", berta));
        await page.GetByLabel("Password").FillAsync("another long password");
        await walk.PressAsync("Set the password");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Sign in" })).ToBeVisibleAsync();
        Assert.NotEqual(before, app.AppRows("SELECT PasswordHash FROM AspNetUsers WHERE Email = 'berta@example.com'"));

        await page.GetByLabel("E-mail").FillAsync("berta@example.com");
        await page.GetByLabel("Password").FillAsync(LiveApp.Password); // the old one
        await walk.PressAsync("Sign in");
        await Expect(page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        Assert.Equal(["1"], app.AppRows("SELECT AccessFailedCount FROM AspNetUsers WHERE Email = 'berta@example.com'"));
        await page.GetByLabel("E-mail").FillAsync("berta@example.com");
        await page.GetByLabel("Password").FillAsync("another long password");
        await walk.PressAsync("Sign in");
        await stranger.ReadyAsync();
        Assert.Equal(["0"], app.AppRows("SELECT COUNT(*) FROM AspNetUsers WHERE Email = 'berta@example.com' AND LastSignInAt IS NULL"));
        await walk.EndAsync();
    }
}
