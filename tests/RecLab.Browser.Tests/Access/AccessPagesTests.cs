using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using RecLab.Access;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace RecLab.Browser.Tests.Access;

public sealed class AccessPagesTests(LiveApp app) : IClassFixture<LiveApp>
{
    [Fact]
    public async Task A_role_taken_away_counts_for_the_page_that_is_already_open()
    {
        await using var root = await app.SignedInAsync();
        await using var other = await app.SignedInAsync();
        await other.GoAsync("/people");
        var people = app.Services.GetRequiredService<PeopleDesk>();
        var name = (await other.Page.Locator(".menu-pop .who .b").TextContentAsync())!;
        var id = (await people.ListAsync(TestContext.Current.CancellationToken)).Single(p => p.Name == name).Id;
        await people.ChangeRoleAsync("test", id, Roles.Viewer);
        await other.Page.GetByLabel("E-mail").FillAtRestAsync("priya@example.com");
        await other.Page.GetByRole(AriaRole.Button, new() { Name = "Create invitation link" }).ClickAtRestAsync();
        await Expect(other.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("You are signed out");
        Assert.DoesNotContain(await app.Services.GetRequiredService<LinkDesk>().WaitingAsync(TestContext.Current.CancellationToken), l => l.Email == "priya@example.com");
    }

    [Fact]
    public async Task A_key_is_shown_once_works_and_is_gone_when_revoked()
    {
        await using var root = await app.SignedInAsync();
        var keys = app.Services.GetRequiredService<KeyDesk>();
        await root.GoAsync("/settings?tab=keys");
        await root.Page.GetByLabel("Name").FillAtRestAsync("shop front");
        await root.Page.GetByLabel("Origins, one a line").FillAtRestAsync("https://shop.example");
        await root.Page.GetByRole(AriaRole.Button, new() { Name = "Create key" }).ClickAtRestAsync();
        var key = await root.Page.Locator("[data-secret]").TextContentAsync();
        Assert.True(keys.Check(key, "https://shop.example").Opens);
        var row = root.Page.Locator("tbody tr").Filter(new() { HasText = "shop front" });
        await row.GetByRole(AriaRole.Button, new() { Name = "Revoke", Exact = true }).ClickAtRestAsync();
        await root.Page.GetByRole(AriaRole.Button, new() { Name = "Revoke shop front" }).ClickAtRestAsync();
        await Expect(row.Locator(".chip")).ToContainTextAsync("Revoked");
        Assert.Equal(KeyFault.Revoked, keys.Check(key, "https://shop.example").Fault);
        Assert.Empty(root.Complaints);
    }
}
