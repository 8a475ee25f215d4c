using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using RecLab.Access;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace RecLab.Browser.Tests.Access;

public sealed class FirstDayTests(LiveApp app) : IClassFixture<LiveApp>
{
    [Fact]
    public async Task The_set_up_link_makes_an_administrator_who_invites_a_second_person_who_signs_in_and_out()
    {
        await using var mara = await app.StrangerAsync();
        await mara.Page.GotoAsync(app.Services.GetRequiredService<SetupDesk>().PendingLink(app.Url)!);
        await mara.Page.GetByLabel("Your name").FillAtRestAsync("Mara Lindqvist");
        await mara.Page.GetByLabel("E-mail").FillAtRestAsync("mara@example.com");
        await mara.Page.GetByLabel("Password").FillAtRestAsync(LiveApp.Password);
        await mara.Page.GetByRole(AriaRole.Button, new() { Name = "Create the administrator" }).ClickAtRestAsync();
        await mara.ReadyAsync();

        await mara.Page.Locator("summary[aria-label^='Menu of Mara']").ClickAtRestAsync();
        await mara.Page.GetByRole(AriaRole.Link, new() { Name = "People" }).ClickAtRestAsync();
        await Expect(mara.Page.GetByRole(AriaRole.Heading, new() { Name = "People", Exact = true })).ToBeVisibleAsync();
        await mara.Page.GetByLabel("E-mail").FillAtRestAsync("jon@example.com");
        await mara.Page.GetByLabel("Role", new() { Exact = true }).SelectAtRestAsync(Roles.Analyst);
        await mara.Page.GetByRole(AriaRole.Button, new() { Name = "Create invitation link" }).ClickAtRestAsync();
        var link = await mara.Page.Locator("[data-secret]").TextContentAsync();
        Assert.StartsWith(app.Url + "/invitation/", link, StringComparison.Ordinal);

        await using var jon = await app.StrangerAsync();
        await jon.Page.GotoAsync(link!);
        await jon.Page.GetByLabel("Your name").FillAtRestAsync("Jon Sørensen");
        await jon.Page.GetByLabel("Password").FillAtRestAsync(LiveApp.Password);
        await jon.Page.GetByRole(AriaRole.Button, new() { Name = "Join" }).ClickAtRestAsync();
        await jon.ReadyAsync();

        // Mara's page learns of it by itself, and Jon's role counts at his next page.
        await Expect(mara.Page.GetByLabel("Role of Jon Sørensen")).ToHaveValueAsync(Roles.Analyst);
        await jon.Page.GotoAsync("/people");
        await Expect(jon.Page.GetByRole(AriaRole.Heading, new() { Name = "Your role does not allow this" })).ToBeVisibleAsync();

        await jon.GoAsync("/");
        await jon.Page.Locator("summary[aria-label^='Menu of Jon']").ClickAtRestAsync();
        await jon.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAtRestAsync();
        await Expect(jon.Page.GetByRole(AriaRole.Heading, new() { Name = "Sign in" })).ToBeVisibleAsync();
        await jon.Page.GotoAsync("/");
        await Expect(jon.Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/sign-in"));
        Assert.Empty(mara.Complaints);
        Assert.DoesNotContain(jon.Complaints, c => !c.Contains("403", StringComparison.Ordinal));
    }
}
