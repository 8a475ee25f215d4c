using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using Microsoft.Playwright;
using RecLab.Access;
using RecLab.Operations;
using RecLab.Statistics.SelfProof;
using RecLab.Tests.Doors;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace RecLab.Browser.Tests.Commands;

/// <summary>Every command of Operations and of the self-test pressed once; what each must change is read from the database, or from the copy of it.</summary>
public sealed class OperationsCommandsTests(LiveApp app) : IClassFixture<LiveApp>
{
    [Fact]
    public async Task Look_again_and_back_up()
    {
        await app.OpenAsync();
        await using var visitor = await app.SignedInAsync(); // an administrator
        var walk = await CommandWalk.BeginAsync(visitor);
        var page = visitor.Page;
        await walk.GoAsync("/operations");
        await Expect(page.GetByText("No backup here yet")).ToBeVisibleAsync();
        await app.ServeAsync("served-since", "popularity");
        await walk.PressAsync("Look again");
        await Expect(page.GetByText("served-since")).ToBeVisibleAsync();
        var list = await app.ListAsync("placement=home&user=somebody&n=2");
        await app.SendAsync(new { eventId = "aside-1", type = "click", recommendationId = "<img src=x onerror=alert(1)>", itemId = "<b>1</b>", user = "somebody" }, ShopApp.Event("click", list, 0, "somebody-else")); // malformed and foreign
        var aside = page.GetByRole(AriaRole.Region, new() { Name = "Events that were set aside" });
        await Expect(aside.GetByRole(AriaRole.Row)).ToHaveCountAsync(3); // the heading and two
        await Expect(aside.GetByText("<b>1</b>", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(aside.GetByText("somebody")).ToHaveCountAsync(0);
        await walk.ChooseAsync("Reason", "malformed");
        await Expect(aside.GetByRole(AriaRole.Row)).ToHaveCountAsync(2);
        await Expect(page).ToHaveURLAsync(new Regex("aside=malformed$"));
        await walk.PressAsync("Back up now");
        var row = page.GetByRole(AriaRole.Row).Filter(new() { HasText = Path.Combine(app.DataDir, "backups") });
        await Expect(row).ToHaveCountAsync(1);
        var folder = app.AppRows("SELECT Subject FROM audit WHERE Action = 'backup.take'").Single();
        Assert.Equal(folder, await row.Locator("td.mono").TextContentAsync());
        const string Everything = "SELECT (SELECT COUNT(*) FROM AspNetUsers), (SELECT COUNT(*) FROM datasets), (SELECT group_concat(Key) FROM variants), (SELECT COUNT(*) FROM training_runs)";
        Assert.Equal(app.AppRows(Everything), Rows(Path.Combine(folder, Path.GetFileName(app.Get<Storage.HostPaths>().AppDatabase)), Everything));
        await page.GetByRole(AriaRole.Link, new() { Name = "Self-test of the statistics" }).ClickAtRestAsync();
        await Expect(page).ToHaveURLAsync(new Regex("/selftest$"));
        foreach (var later in (string[])["Run the self-test", "Experiments for each promise", "Full run", "Modest run"]) walk.Pressed(later); // the other walk
        await walk.EndAsync();
    }

    [Fact]
    public async Task The_self_test()
    {
        await using var visitor = await app.SignedInAsync(Roles.Analyst);
        var walk = await CommandWalk.BeginAsync(visitor);
        var page = visitor.Page;
        await walk.GoAsync("/selftest");
        await page.GetByLabel("Experiments for each promise", new() { Exact = true }).SelectAtRestAsync("10000");
        await walk.PressAsync("Run the self-test");
        await walk.PressAsync("Cancel self-test");
        await walk.PressAsync("Keep");
        await LiveApp.EventuallyAsync(["selftest.start 10000 experiments for each promise"], () => app.AppRows("SELECT Action, Detail FROM audit WHERE Action LIKE 'selftest.%'"));
        await walk.PressAsync("Cancel self-test");
        await walk.PressAsync("Stop the self-test");
        await Expect(page.GetByText("No self-test yet")).ToBeVisibleAsync();
        await LiveApp.EventuallyAsync(["selftest.start", "selftest.cancel"], () => app.AppRows("SELECT Action FROM audit WHERE Action LIKE 'selftest.%' ORDER BY Id"));
        await page.GetByLabel("Experiments for each promise", new() { Exact = true }).SelectAtRestAsync("200");
        await walk.PressAsync("Run the self-test");
        await Expect(page.GetByText("200 for each promise")).ToBeVisibleAsync(new() { Timeout = 180_000 });
        await LiveApp.EventuallyAsync(["200 experiments for each promise"], () => app.AppRows("SELECT Detail FROM audit WHERE Action = 'selftest.start' ORDER BY Id DESC LIMIT 1"));
        var store = app.Get<SelfTestStore>();
        var modest = store.Read(full: false)!;
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(modest.Results.Count);

        store.Save(modest with { Runs = SelfTest.FullRuns }); // a full one beside it, so that there is something to choose
        await walk.GoAsync("/selftest");
        await walk.PressAsync("Modest run");
        await Expect(page).ToHaveURLAsync(new Regex("run=modest"));
        await Expect(page.GetByText("200 for each promise")).ToBeVisibleAsync();
        await walk.PressAsync("Full run");
        await Expect(page).ToHaveURLAsync(new Regex("run=full"));
        await Expect(page.GetByText($"{Controls.Figures.Count(SelfTest.FullRuns)} for each promise")).ToBeVisibleAsync();
        await walk.EndAsync();
    }

    private static string[] Rows(string file, string sql)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        Assert.True(reader.Read());
        return [string.Join(' ', Enumerable.Range(0, reader.FieldCount).Select(i => $"{reader.GetValue(i)}"))];
    }
}
