using Bunit;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RecLab.Access;
using RecLab.Doors;
using RecLab.Events;
using RecLab.Laboratory;
using RecLab.Operations;
using RecLab.Serving;
using RecLab.Statistics.SelfProof;
using Xunit;

namespace RecLab.Tests.Shell;

/// <summary>Placements, simulations and the self-test as pages: empty, filled, unknown, broken.</summary>
public sealed class NewPagesTests : BunitContext, IClassFixture<RecLabApp>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly RecLabApp _app;

    public NewPagesTests(RecLabApp app)
    {
        _app = app;
        JSInterop.Mode = JSRuntimeMode.Loose;
        AddAuthorization().SetAuthorized("Ada").SetRoles(Roles.Analyst);
        var rooms = app.Services.CreateScope().ServiceProvider;
        Services.AddScoped(own => new Doorkeeper(own.GetRequiredService<AuthenticationStateProvider>(), rooms.GetRequiredService<PeopleDesk>(), rooms.GetRequiredService<IOptions<IdentityOptions>>()));
        Services.AddFallbackServiceProvider(rooms);
    }

    [Fact]
    public void Empty_pages_say_what_will_be_there_and_unknown_ones_what_is_missing()
    {
        var placement = Render<PlacementPage>(p => p.Add(x => x.Key, "nowhere"));
        placement.WaitForAssertion(() => Assert.Equal("No placement nowhere", placement.Find("h1").TextContent), Patience);
        var simulations = Render<SimulationsPage>();
        simulations.WaitForAssertion(() => Assert.Contains("No simulation yet", simulations.Find(".empty").TextContent), Patience);
        var simulation = Render<SimulationPage>(p => p.Add(x => x.Id, 4711));
        simulation.WaitForAssertion(() => Assert.Equal("No simulation 4711", simulation.Find("h1").TextContent), Patience);
        var form = Render<NewSimulationPage>();
        form.WaitForAssertion(() => Assert.Contains("No data set hides anything", form.Find(".empty").TextContent), Patience);
    }

    [Fact]
    public async Task A_placement_without_data_says_so_and_offers_the_kill_switch_only_to_who_may_use_it()
    {
        await _app.Services.GetRequiredService<PlacementDesk>().CreateAsync(new() { Key = "bare", Name = "Bare page" }, "Ada", Xunit.TestContext.Current.CancellationToken);
        var list = Render<PlacementsPage>();
        list.WaitForAssertion(() => Assert.Contains("Bare page", list.Find("table").TextContent), Patience);
        var page = Render<PlacementPage>(p => p.Add(x => x.Key, "bare"));
        page.WaitForAssertion(() => Assert.Equal("Bare page has nothing to serve yet: no model is trained.", page.Find("h1").TextContent), Patience);
        Assert.Contains("You can look, not switch.", page.Markup);
        Assert.DoesNotContain(page.FindAll("button"), b => b.TextContent == "Serve the fallback now");
        Assert.Contains("placement=\"bare\"", page.Find("pre").TextContent);
    }

    [Fact]
    public void The_tail_of_events_tells_what_became_of_each()
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        var card = Render<RecentEventsCard>(p => p.Add(c => c.Placement, "home").Add(c => c.Events,
        [
            new(now, "click", "i1", "u1", "x", false, new(EventStatus.Accepted, null, "home")), new(now, "click", "i2", null, "y", false, new(EventStatus.Quarantined, QuarantineReasons.Unknown)),
        ]));
        Assert.Equal(["Accepted", "Set aside: unknown"], card.FindAll("tbody .chip").Select(c => c.TextContent.Trim()));
        Assert.Contains("its list is not known", card.FindAll("tbody tr")[1].TextContent);
        Assert.Contains("No event yet", Render<RecentEventsCard>(p => p.Add(c => c.Placement, "home").Add(c => c.Events, [])).Markup);
    }

    [Fact]
    public void The_self_test_page_shows_the_stored_figures_and_a_damaged_file_as_an_error()
    {
        var store = _app.Services.GetRequiredService<SelfTestStore>();
        var empty = Render<SelfTestPage>();
        empty.WaitForAssertion(() => Assert.Equal("The statistics have not been tested here yet.", empty.Find("h1").TextContent), Patience);
        store.Save(new(DateTimeOffset.UnixEpoch, "0.9", SelfTest.FullRuns, 7, 61, "Ada", [new("a/kept", "One", "Holds.", 0.0412, 0, 0.05, 10), new("a/broken", "Two", "Holds too.", 0.6, 0.9, 1, 10)]));
        var page = Render<SelfTestPage>();
        page.WaitForAssertion(() => Assert.Equal("1 of 2 promises are broken.", page.Find("h1").TextContent), Patience);
        Assert.Equal(["4.12%", "at most 5.00%"], page.FindAll("tbody tr")[0].QuerySelectorAll("td.num").Select(c => c.TextContent));
        Assert.Equal(["60.0%", "at least 90.0%"], page.FindAll("tbody tr")[1].QuerySelectorAll("td.num").Select(c => c.TextContent));
        Assert.Contains("These figures are of another version.", page.Markup);
        File.WriteAllText(Path.Combine(_app.DataDir, "selftest-full.json"), "{ half a");
        var broken = Render<SelfTestPage>();
        broken.WaitForAssertion(() => Assert.Contains("The self-test could not be read", broken.Find("[role=alert]").TextContent), Patience);
    }
}
