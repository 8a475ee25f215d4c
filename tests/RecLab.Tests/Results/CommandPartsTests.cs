using System.Security.Claims;
using Bunit;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RecLab.Access;
using RecLab.Controls;
using RecLab.Experiments;
using RecLab.Results;
using RecLab.Results.Bandits;
using RecLab.Results.Parts;
using RecLab.Tests.Experiments;
using Xunit;
using static RecLab.Tests.Results.Readings;
using TestContext = Xunit.TestContext;

namespace RecLab.Tests.Results;

/// <summary>The parts of the pages of experiments in which something is done, in each of their states; what they do is read from the database.</summary>
public sealed class CommandPartsTests : BunitContext, IClassFixture<RecLabApp>, IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly RecLabApp _app;
    private readonly string _who = $"Ada {Guid.NewGuid():N}"[..12];

    public CommandPartsTests(RecLabApp app)
    {
        _app = app;
        JSInterop.Mode = JSRuntimeMode.Loose;
    }

    public async ValueTask InitializeAsync()
    {
        var people = _app.Services.GetRequiredService<PeopleDesk>();
        var id = await people.CreateAsync($"{Guid.NewGuid():N}@example.com", _who, "correct horse battery", Roles.Analyst);
        await using var db = await _app.Databases().CreateDbContextAsync(TestContext.Current.CancellationToken);
        var stamp = (await db.Users.SingleAsync(u => u.Id == id, TestContext.Current.CancellationToken)).SecurityStamp!;
        var identity = _app.Services.GetRequiredService<IOptions<IdentityOptions>>();
        AddAuthorization().SetAuthorized(_who).SetRoles(Roles.Analyst).SetClaims(new Claim(ClaimTypes.NameIdentifier, id), new Claim(identity.Value.ClaimsIdentity.SecurityStampClaimType, stamp));
        Services.AddScoped<Doorkeeper>();
        Services.AddSingleton(people).AddSingleton(identity);
        Services.AddFallbackServiceProvider(_app.Services.CreateScope().ServiceProvider);
    }

    private static ResultsView Better => ResultsView.Of(Input(Arm(0, 4000, 0.40), Arm(1, 4000, 0.50)));

    private IRenderedComponent<DecisionBox> Box(Experiment experiment, ResultsView view, bool may = true, ExperimentMove? made = null, Action? done = null) =>
        Render<DecisionBox>(p => p.Add(b => b.Experiment, experiment).Add(b => b.View, view).Add(b => b.May, may).Add(b => b.Made, made).Add(b => b.OnDecided, () => done?.Invoke()));

    private static Experiment Asked(ExperimentState state) => new()
    {
        Key = "asked", Name = "Asked", Placement = "home", State = state, Arms = [new() { Position = 0, Name = "Popularity", Weight = 0.5 }, new() { Position = 1, Name = "ALS", Weight = 0.5 }],
    };

    [Fact]
    public void The_decision_box_offers_what_the_numbers_suggest_and_asks_a_reviewer_for_anything_else()
    {
        var box = Box(Asked(ExperimentState.Running), Better);
        Assert.Contains("Recommended: ship B", box.Find(".chip").TextContent);
        Assert.Equal("ship:1", box.Find("#outcome").GetAttribute("value"));
        Assert.Empty(box.FindAll("#reviewer"));
        Assert.Equal("Record decision and ship B", box.Find("button[type=submit]").TextContent);
        Assert.True(box.Find("button[type=submit]").HasAttribute("disabled")); // no reason yet
        box.Find("#why").Input("It wins.");
        Assert.False(box.Find("button[type=submit]").HasAttribute("disabled"));
        box.Find("#outcome").Change("keep");
        Assert.Equal("Record decision and keep A", box.Find("button[type=submit]").TextContent);
        Assert.True(box.Find("button[type=submit]").HasAttribute("disabled")); // nobody has reviewed it
        box.Find("#reviewer").Input("Grace");
        Assert.False(box.Find("button[type=submit]").HasAttribute("disabled"));
        box.Find("#outcome").Change("none");
        Assert.Contains("home serves what it serves without one.", box.Markup);
    }

    [Fact]
    public void Steps_of_a_rollout_are_proposed_and_checked_while_they_are_written()
    {
        var box = Box(Asked(ExperimentState.Running), Better);
        box.Find("#why").Input("It wins.");
        Assert.Empty(box.FindAll("#steps"));
        box.Find("#pace").Change("day");
        Assert.Equal("50, 100", box.Find("#steps").GetAttribute("value"));
        Assert.Contains("50% of the home users get B ALS first", box.Markup);
        box.Find("#steps").Input("50, 40, 100");
        Assert.Contains("Each step must be larger than the one before.", box.Markup);
        Assert.True(box.Find("button[type=submit]").HasAttribute("disabled"));
        box.Find("#steps").Input("half");
        Assert.Contains("Write whole numbers, such as 50, 75, 100.", box.Markup);
        box.Find("#steps").Input("50, 80, 100");
        Assert.False(box.Find("button[type=submit]").HasAttribute("disabled"));
    }

    [Fact]
    public void Red_health_a_draft_a_viewer_and_a_decided_experiment_offer_no_decision()
    {
        var mismatch = ResultsView.Of(Input(Arm(0, 4400, 0.40), Arm(1, 3600, 0.60)));
        var red = Box(Asked(ExperimentState.Running), mismatch);
        red.Find("#outcome").Change("ship:1");
        Assert.Contains("Nothing can be shipped on these numbers: traffic mismatch", red.Markup);
        red.Find("#why").Input("anyway");
        Assert.True(red.Find("button[type=submit]").HasAttribute("disabled"));
        Assert.Contains("Nothing to decide yet", Box(Asked(ExperimentState.Draft), Better).Markup);
        var viewer = Box(Asked(ExperimentState.Running), Better, may: false);
        Assert.Contains("You can view, not decide.", viewer.Markup);
        Assert.Empty(viewer.FindAll("form"));
        var decided = Asked(ExperimentState.Decided);
        (decided.Outcome, decided.ChosenArm, decided.DecidedAt) = (ExperimentOutcome.Ship, 1, Start);
        var frozen = Box(decided, Better, made: new() { Verb = "decide", Who = "Ada", Why = "It won." });
        Assert.Equal(["Ship B ALS", "It won.", "Ada"], frozen.FindAll("dd").Take(3).Select(d => d.TextContent));
        Assert.Empty(frozen.FindAll("form"));
    }

    [Fact]
    public async Task A_decision_is_recorded_with_its_reason_and_a_refused_one_says_why_on_the_spot()
    {
        var experiment = await _app.RunningAsync(await _app.DraftAsync("boxed"));
        var done = 0;
        var box = Box(experiment, ResultsView.Of(Better.Input with { Key = "boxed" }), done: () => done++);
        await box.Find("#outcome").ChangeAsync("keep");
        await box.Find("#why").InputAsync("Too costly.");
        await box.Find("#reviewer").InputAsync("Grace");
        await box.Find("form").SubmitAsync();
        box.WaitForAssertion(() => Assert.Equal(1, done), Patience);
        var stored = await _app.StoredAsync("boxed");
        Assert.Equal((ExperimentState.Decided, ExperimentOutcome.KeepControl), (stored.State, stored.Outcome));
        await box.Find("form").SubmitAsync(); // the page was not refreshed
        box.WaitForAssertion(() => Assert.Contains("cannot be decided", box.Find("[role=alert]").TextContent), Patience);
        Assert.Equal(1, done);
    }

    [Fact]
    public async Task The_holdout_is_shown_to_all_and_set_by_who_may()
    {
        var viewer = Render<HoldoutCard>();
        viewer.WaitForAssertion(() => Assert.Equal("0.00%", viewer.Find(".fig").TextContent), Patience);
        Assert.Empty(viewer.FindAll("button"));
        var card = Render<HoldoutCard>(p => p.Add(h => h.May, true));
        await card.Find("#holdout").ChangeAsync("40");
        await card.FindAll("button").Single(b => b.TextContent == "Set holdout").ClickAsync(new());
        card.WaitForAssertion(() => Assert.Contains("The global holdout must be a share from 0 to 20%.", card.Find("[role=alert]").TextContent), Patience);
        foreach (var key in await RunningAsync()) await _app.Desk().StopAsync(key, "ada", "the holdout comes first");
        await card.Find("#holdout").ChangeAsync("5");
        await card.FindAll("button").Single(b => b.TextContent == "Set holdout").ClickAsync(new());
        card.WaitForAssertion(() => Assert.Equal("5.00%", card.Find(".fig").TextContent), Patience);
        Assert.Equal(0.05, await _app.Services.GetRequiredService<HoldoutDesk>().ReadAsync(TestContext.Current.CancellationToken));
        await _app.Services.GetRequiredService<HoldoutDesk>().SetAsync(0, "ada", TestContext.Current.CancellationToken);
    }

    private async Task<string[]> RunningAsync()
    {
        await using var db = await _app.Databases().CreateDbContextAsync(TestContext.Current.CancellationToken);
        return await db.Set<Experiment>().Where(e => e.State == ExperimentState.Running || e.State == ExperimentState.Paused).Select(e => e.Key).ToArrayAsync(TestContext.Current.CancellationToken);
    }

    private static ResultsView Bandit(params (int Users, double Clickers)[] arms) => ResultsView.Of(Input([.. arms.Select((a, i) => a.Users == 0 ? ArmTotals.Empty(i) : Arm(i, a.Users, a.Clickers))]) with
    {
        Settings = new() { Mode = ExperimentMode.Bandit, Bandit = new(MinimumUsers: 100) }, Arms = [new(0, 1, "Popularity", 0.2, 1), new(1, 2, "ALS", 0.4, 2), new(2, 3, "Transformer", 0.4, 3)],
    });

    [Fact]
    public void A_bandit_shows_what_it_believes_and_the_shares_it_would_give()
    {
        var early = Render<BanditCard>(p => p.Add(c => c.View, Bandit((0, 0), (0, 0), (0, 0))));
        Assert.Contains("The shares stay: an arm has 0 of the 100 users it needs.", early.Markup);
        Assert.Equal(["control", "none yet", "none yet"], early.FindAll("table.list tbody tr").Select(r => r.QuerySelectorAll("td")[1].TextContent));
        var late = Render<BanditCard>(p => p.Add(c => c.View, Bandit((200, 0.3), (400, 0.3), (400, 0.5))));
        Assert.Contains("The shares change at the next look. It looks every 24 hours.", late.Markup);
        Assert.Equal(["20.0% next", "4.00% next", "76.0% next"], late.FindAll("table.list tbody td .nw").Select(n => n.TextContent));
        Assert.Empty(late.FindAll("button.btn"));
        var equal = Render<BanditCard>(p => p.Add(c => c.View, Bandit((200, 0.3), (400, 0.4), (400, 0.4))));
        Assert.Contains("The shares stay: no share would change by a point.", equal.Markup);
    }

    [Fact]
    public async Task Reweighting_on_request_begins_a_phase_or_says_why_not()
    {
        var bandit = await _app.RunningAsync(await _app.DraftAsync("carded", 0.2, 0.4, 0.4) with { Name = "Carded", Settings = new() { Mode = ExperimentMode.Bandit, Bandit = new(MinimumUsers: 20) } });
        var done = 0;
        var view = ResultsView.Of((await _app.Services.GetRequiredService<ResultsReader>().ReadAsync("carded", simulated: false, cancellation: TestContext.Current.CancellationToken))!);
        var card = Render<BanditCard>(p => p.Add(c => c.View, view).Add(c => c.May, true).Add(c => c.OnDone, () => done++));
        async Task PressAsync()
        {
            await card.FindAll("button").Single(b => b.TextContent == "Reweight now").ClickAsync(new());
            Assert.Contains("A new phase begins, and users are sent anew.", card.Find("[role=alertdialog]").TextContent);
            await card.FindAll("button").Single(b => b.TextContent == "Change the shares").ClickAsync(new());
        }
        await PressAsync();
        card.WaitForAssertion(() => Assert.Contains("The shares of 'Carded' stay: an arm has 0 of the 20 users it needs.", card.Find("[role=alert]").TextContent), Patience);
        Assert.Equal((0, 1), (done, (await _app.StoredAsync("carded")).Phase));
        await _app.CrowdAsync(bandit, 240, 1, DateTimeOffset.UtcNow, [0.1, 0.1, 0.6]);
        await PressAsync();
        card.WaitForAssertion(() => Assert.Equal(1, done), Patience);
        Assert.Equal(2, (await _app.StoredAsync("carded")).Phase);
        Assert.Equal(_who, Assert.Single(await _app.MovesAsync(bandit.Id), m => m.Verb == "reweight").Who);
    }

    [Theory]
    [InlineData(ExperimentState.Draft, "Edit", "Mark ready", "Duplicate", "Archive")]
    [InlineData(ExperimentState.Training, "Edit", "Mark ready", "Duplicate", "Archive")]
    [InlineData(ExperimentState.Ready, "Edit", "Start", "Duplicate", "Archive")]
    [InlineData(ExperimentState.Running, "Pause", "Stop", "Duplicate", "Decide")]
    [InlineData(ExperimentState.Paused, "Resume", "Stop", "Duplicate", "Decide")]
    [InlineData(ExperimentState.Review, "Resume", "Duplicate", "Decide")]
    [InlineData(ExperimentState.Decided, "Duplicate", "Archive")]
    [InlineData(ExperimentState.Archived, "Duplicate")]
    public void Each_state_offers_its_commands_and_no_others(ExperimentState state, params string[] commands)
    {
        var actions = Render<ExperimentActions>(p => p.Add(a => a.Experiment, Asked(state)).Add(a => a.May, true).Add(a => a.Attempt, Render<Attempt>().Instance));
        actions.WaitForAssertion(() => Assert.Equal(commands, actions.FindAll("a, button").Select(b => b.TextContent.Trim())), Patience);
    }
}
