using System.Security.Claims;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RecLab.Access;
using RecLab.Data;
using RecLab.Events;
using RecLab.Tests.Access;
using RecLab.Tests.Doors;
using RecLab.Training;
using Xunit;
using TestContext = Xunit.TestContext;

namespace RecLab.Tests.Events;

/// <summary>The pages around snapshots over the real rooms; what they show is compared with SQL.</summary>
public sealed class SnapshotPagesTests : BunitContext, IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly ShopApp _app = new();

    public async ValueTask InitializeAsync()
    {
        await _app.WithAislesAsync();
        JSInterop.Mode = JSRuntimeMode.Loose;
        // commands ask the database whether the person in front may act, so there is one
        var id = await _app.Get<PeopleDesk>().CreateAsync("ada@example.com", "Ada", Browsing.Password, Roles.Analyst);
        await using var db = await _app.DbAsync();
        var stamp = (await db.Users.SingleAsync(u => u.Id == id)).SecurityStamp!;
        var claims = _app.Get<IOptions<IdentityOptions>>().Value.ClaimsIdentity;
        AddAuthorization().SetAuthorized("Ada").SetRoles(Roles.Analyst).SetClaims(new Claim(ClaimTypes.NameIdentifier, id), new Claim(claims.SecurityStampClaimType, stamp));
        Services.AddScoped<Doorkeeper>();
        Services.AddSingleton(_app.Get<PeopleDesk>()).AddSingleton(_app.Get<IOptions<IdentityOptions>>());
        Services.AddFallbackServiceProvider(_app.Services.CreateScope().ServiceProvider);
    }

    protected override async ValueTask DisposeAsyncCore()
    {
        await base.DisposeAsyncCore();
        await _app.DisposeAsync();
    }

    private async Task VisitAsync()
    {
        for (var u = 0; u < 12; u++) await _app.ClickAsync($"u{u}", "57");
        for (var u = 0; u < 3; u++) await _app.ClickAsync($"u{u}", "53");
        await _app.ClickAsync("s1", "57", simulated: true);
        await _app.ReportAsync(false, [.. Enumerable.Range(0, 4).Select(u => new { eventId = Guid.CreateVersion7().ToString(), type = "purchase", itemId = "57", user = $"u{u}", value = 100, occurredAt = DateTimeOffset.UtcNow })]);
    }

    [Fact]
    public async Task The_button_makes_a_snapshot_whose_page_shows_the_numbers_of_the_log()
    {
        await VisitAsync();
        var form = Render<SnapshotPage>();
        form.WaitForAssertion(() => Assert.Contains("The live log holds 15 click, 4 purchase since", form.Markup), Patience);
        await form.InvokeAsync(() => form.Find("#snapshot-name").Change("what people did"));
        await form.InvokeAsync(() => form.Find("#snapshot-purchase").Change("7"));
        await form.InvokeAsync(() => form.Find("form").Submit());
        var navigation = Services.GetRequiredService<NavigationManager>();
        form.WaitForAssertion(() => Assert.Matches("data/[0-9]+$", navigation.Uri), Patience);

        await using var db = await _app.DbAsync();
        var dataset = await db.Set<Dataset>().SingleAsync(d => d.Name == "what people did", TestContext.Current.CancellationToken);
        Assert.EndsWith($"data/{dataset.Id}", navigation.Uri);
        Assert.Equal("Ada", dataset.CreatedBy);
        var page = Render<DatasetPage>(p => p.Add(d => d.Id, dataset.Id));
        page.WaitForAssertion(() => Assert.Contains("Gini of popularity", page.Markup), Patience);
        Assert.Contains("Live log", page.Markup);
        var counted = _app.Rows("SELECT type, count(*) FROM event WHERE simulated = 0 AND type IN ('click', 'purchase') GROUP BY type ORDER BY type");
        Assert.Equal(["click 15", "purchase 4"], counted);
        Assert.Equal(["click", "15 events", "1", "purchase", "4 events", "7"], page.FindAll("table.list tbody th, table.list tbody td").Take(6).Select(c => c.TextContent));
        var pairs = _app.Rows("SELECT count(DISTINCT unit || ' ' || item) FROM event WHERE simulated = 0 AND type IN ('click', 'purchase')").Single();
        Assert.Equal("15", pairs);
        Assert.Equal([pairs, "880", "12"], page.FindAll("dl.kv dd").Take(3).Select(d => d.TextContent));

        var list = Render<DataPage>();
        list.WaitForAssertion(() => Assert.Contains("Live log", list.Find("table").TextContent), Patience);
    }

    [Fact]
    public async Task A_field_that_is_no_number_and_an_empty_log_are_refused_on_the_page()
    {
        var form = Render<SnapshotPage>();
        form.WaitForAssertion(() => Assert.Contains("The live log holds nothing to learn from yet.", form.Markup), Patience);
        await form.InvokeAsync(() => form.Find("form").Submit());
        form.WaitForAssertion(() => Assert.Contains("The live log holds nothing yet that could be learnt from by these weights.", form.Find("[role=alert]").TextContent), Patience);
        await form.InvokeAsync(() => form.Find("#snapshot-click").Change("many"));
        await form.InvokeAsync(() => form.Find("form").Submit());
        form.WaitForAssertion(() => Assert.Contains("The weight of 'click' must be a number, it is 'many'.", form.Find("[role=alert]").TextContent), Patience);
        await using var db = await _app.DbAsync();
        Assert.Equal(1, await db.Set<Dataset>().CountAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task One_button_on_the_variants_page_makes_a_snapshot_and_queues_a_training_and_the_schedule_keeps_its_recipe()
    {
        await VisitAsync();
        var desk = _app.Get<VariantDesk>();
        await desk.CreateAsync(new() { Key = "again", Name = "Again", Family = "popularity", DatasetId = _app.DatasetId }, "Ada", TestContext.Current.CancellationToken);
        var edit = Render<EditVariantPage>(p => p.Add(v => v.Key, "again"));
        edit.WaitForAssertion(() => Assert.NotEmpty(edit.FindAll("#edit-schedule")), Patience);
        await edit.InvokeAsync(() => edit.Find("#edit-schedule").Change("0 0 3 * * ?"));
        await edit.InvokeAsync(() => edit.FindAll("button").Single(b => b.TextContent == "A fresh snapshot of the log").Click());
        await edit.InvokeAsync(() => edit.Find("#edit-log-add_to_cart").Change("4"));
        await edit.InvokeAsync(() => edit.Find("form").Submit());
        await using var db = await _app.DbAsync();
        edit.WaitForAssertion(() => Assert.Equal("0 0 3 * * ?", db.Set<Variant>().AsNoTracking().Single().Schedule), Patience);
        var recipe = LogRecipe.FromJson((await db.Set<Variant>().AsNoTracking().SingleAsync(TestContext.Current.CancellationToken)).LogRecipe!);
        Assert.Equal((false, 4.0), (recipe.Simulated, recipe.Weights["add_to_cart"]));

        var page = Render<VariantPage>(p => p.Add(v => v.Key, "again"));
        page.WaitForAssertion(() => Assert.Contains("The live log holds 15 click, 4 purchase since", page.Markup), Patience);
        Assert.Equal("4", page.Find("#retrain-add_to_cart").GetAttribute("value"));
        await page.InvokeAsync(() => page.FindAll("button").Single(b => b.TextContent == "Retrain on the live log").Click());
        page.WaitForAssertion(() => Assert.Matches("training/[0-9]+$", Services.GetRequiredService<NavigationManager>().Uri), Patience);
        var run = await db.Set<TrainingRun>().AsNoTracking().SingleAsync(TestContext.Current.CancellationToken);
        var snapshot = await db.Set<Dataset>().AsNoTracking().SingleAsync(d => d.Id == run.DatasetId, TestContext.Current.CancellationToken);
        Assert.Equal((DatasetOrigin.LiveLog, "Ada", false), (snapshot.Origin, run.RequestedBy, run.Scheduled));
        Assert.Equal(19, LogCut.Of(snapshot)!.Events());
        await _app.TrainedAsync(run.Id);
    }
}
