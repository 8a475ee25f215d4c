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
        await root.Page.GetByLabel("E-mail").FillAtRestAsync("new@example.com");
        await root.Page.GetByLabel("Role", new() { Exact = true }).SelectAtRestAsync(Roles.Analyst);
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
        await anna.GetByRole(AriaRole.Button, new() { Name = "New password link" }).ClickAtRestAsync();
        walk.Pressed("New password link");
        await Expect(root.Page.Locator("[data-secret]")).ToContainTextAsync("/reset/");
        Assert.Equal(["1"], app.AppRows("SELECT COUNT(*) FROM access_links l JOIN AspNetUsers u ON u.Id = l.PersonId WHERE u.DisplayName = 'Anna' AND l.Purpose = 'Reset'"));
        await walk.PressAsync("Done");

        await anna.GetByRole(AriaRole.Button, new() { Name = "Deactivate", Exact = true }).ClickAtRestAsync();
        await walk.PressAsync("Keep");
        Assert.Equal(["-"], app.AppRows("SELECT DeactivatedAt FROM AspNetUsers WHERE DisplayName = 'Anna'"));
        await anna.GetByRole(AriaRole.Button, new() { Name = "Deactivate", Exact = true }).ClickAtRestAsync();
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
        await root.Page.GetByLabel("Name").FillAtRestAsync("front");
        await root.Page.GetByLabel("Origins, one a line").FillAtRestAsync("https://shop.example\nhttps://www.shop.example");
        await walk.PressAsync("Create key");
        await Expect(root.Page.Locator("[data-secret]")).ToContainTextAsync("pk_");
        Assert.Equal(["Publishable https://shop.example https://www.shop.example -"], app.AppRows("SELECT Kind, replace(Origins, char(10), ' '), RevokedAt FROM api_keys WHERE Name = 'front'"));
        await root.Page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        await walk.PressAsync("Copy");
        walk.Pressed("Copied");
        await walk.PressAsync("Done");
        await walk.ChooseAsync("A rotated key still works for", "30");
        await walk.PressAsync("Rotate");
        await Expect(root.Page.GetByText("works for 30 more days?")).ToBeVisibleAsync();
        await walk.PressAsync("Rotate front");
        await Expect(root.Page.Locator("[data-secret]")).ToContainTextAsync("pk_");
        await LiveApp.EventuallyAsync(["0", "1"], () => app.AppRows("SELECT ExpiresAt IS NULL FROM api_keys WHERE Name = 'front' ORDER BY Id"));
        await walk.PressAsync("Done");
        await root.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = "Until" }).GetByRole(AriaRole.Button, new() { Name = "Revoke", Exact = true }).ClickAtRestAsync();
        await walk.PressAsync("Revoke front");
        await Expect(root.Page.GetByText("Revoked")).ToHaveCountAsync(1);
        await walk.PressAsync("Revoke");
        await walk.PressAsync("Keep");
        await walk.PressAsync("Revoke");
        await walk.PressAsync("Revoke front");
        await LiveApp.EventuallyAsync(["0"], () => app.AppRows("SELECT COUNT(*) FROM api_keys WHERE Name = 'front' AND RevokedAt IS NULL"));

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
    public async Task Notifications_and_webhooks()
    {
        await using var receiver = await RecLab.Tests.Notices.Receiver.StartAsync();
        await using var root = await app.SignedInAsync();
        var walk = await CommandWalk.BeginAsync(root);
        var page = root.Page;
        await walk.GoAsync("/notifications/webhooks");
        await page.GetByLabel("Name", new() { Exact = true }).FillAtRestAsync("chat");
        await page.GetByLabel("Address", new() { Exact = true }).FillAtRestAsync(receiver.Url);
        await walk.PressAsync("Add webhook");
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("https only");
        await walk.PressAsync("Dismiss");
        await page.GetByLabel("It lies in our own network").SetAtRestAsync(true);
        await walk.PressAsync("Add webhook");
        await Expect(page.Locator("[data-secret]")).ToContainTextAsync("whsec_");
        walk.Pressed("Copy"); // pressed in the other walks
        await walk.PressAsync("Done");
        await walk.PressAsync("Send a test");
        await walk.SeesAsync("The test message arrived: status 204.");
        Assert.Contains("This is a test", Assert.Single(receiver.Messages).Body, StringComparison.Ordinal);

        await app.Services.GetRequiredService<Notices.NoticeDesk>().TellAsync(Notices.NoticeKind.JobFailed, "run:1:1", "The training of als v1 failed.", "/training");
        await app.Services.GetRequiredService<Notices.NoticeDesk>().TellAsync(Notices.NoticeKind.ExperimentEnd, "end", "Front page can be decided.", "/experiments");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Notifications, 2 unread" })).ToBeVisibleAsync();
        await LiveApp.EventuallyAsync(["3"], () => app.AppRows("SELECT COUNT(*) FROM deliveries WHERE State = 'Delivered'"));
        await page.GetByRole(AriaRole.Link, new() { Name = "Notifications, 2 unread" }).ClickAtRestAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("2 things are new.");
        await page.GetByRole(AriaRole.Row).Filter(new() { HasText = "als v1" }).GetByRole(AriaRole.Button, new() { Name = "Mark as read" }).ClickAtRestAsync();
        walk.Pressed("Mark as read");
        await Expect(page.Locator("h1")).ToHaveTextAsync("One thing is new.");
        await walk.PressAsync("Mark all as read");
        await Expect(page.Locator("h1")).ToHaveTextAsync("Nothing new.");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Notifications", Exact = true })).ToBeVisibleAsync();

        await walk.GoAsync("/notifications/webhooks");
        await walk.PressAsync("Remove");
        await walk.PressAsync("Keep");
        await walk.PressAsync("Remove");
        await walk.PressAsync("Remove chat");
        await LiveApp.EventuallyAsync(["0 0"], () => app.AppRows("SELECT (SELECT COUNT(*) FROM webhooks), (SELECT COUNT(*) FROM deliveries)"));
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
        await page.GetByLabel("Your name").FillAtRestAsync("Carl");
        await page.GetByLabel("Password").FillAtRestAsync(LiveApp.Password);
        await walk.PressAsync("Join");
        await stranger.ReadyAsync();
        Assert.Equal(["Carl analyst"], app.AppRows("SELECT u.DisplayName, r.Name FROM AspNetUsers u JOIN AspNetUserRoles x ON x.UserId = u.Id JOIN AspNetRoles r ON r.Id = x.RoleId WHERE u.Email = 'carl@example.com'"));
        Assert.Equal(["0"], app.AppRows("SELECT COUNT(*) FROM access_links WHERE Email = 'carl@example.com' AND UsedAt IS NULL"));
        await page.Context.ClearCookiesAsync();

        var berta = app.AppRows("SELECT Id FROM AspNetUsers WHERE Email = 'berta@example.com'")[0];
        var before = app.AppRows("SELECT PasswordHash FROM AspNetUsers WHERE Email = 'berta@example.com'");
        await page.GotoAsync(await people.ResetLinkAsync("test", berta));
        await page.GetByLabel("Password").FillAtRestAsync("another long password");
        await walk.PressAsync("Set the password");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Sign in" })).ToBeVisibleAsync();
        Assert.NotEqual(before, app.AppRows("SELECT PasswordHash FROM AspNetUsers WHERE Email = 'berta@example.com'"));

        await page.GetByLabel("E-mail").FillAtRestAsync("berta@example.com");
        await page.GetByLabel("Password").FillAtRestAsync(LiveApp.Password); // the old one
        await walk.PressAsync("Sign in");
        await Expect(page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        Assert.Equal(["1"], app.AppRows("SELECT AccessFailedCount FROM AspNetUsers WHERE Email = 'berta@example.com'"));
        await page.GetByLabel("E-mail").FillAtRestAsync("berta@example.com");
        await page.GetByLabel("Password").FillAtRestAsync("another long password");
        await walk.PressAsync("Sign in");
        await stranger.ReadyAsync();
        Assert.Equal(["0"], app.AppRows("SELECT COUNT(*) FROM AspNetUsers WHERE Email = 'berta@example.com' AND LastSignInAt IS NULL"));
        await walk.EndAsync();
    }
}
