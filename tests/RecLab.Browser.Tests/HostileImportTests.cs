using System.Globalization;
using System.Text;
using Microsoft.Playwright;
using RecLab.Access;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace RecLab.Browser.Tests;

/// <summary>Files that nobody means well with, or that mean well and are odd, uploaded on the import page by hand: one clear sentence and nothing changed, or the right data set.</summary>
public sealed class HostileImportTests(LiveApp app) : IClassFixture<LiveApp>
{
    private static readonly string Future = DateTimeOffset.UtcNow.AddYears(30).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    [Fact]
    public async Task Files_that_hold_no_data_say_why_and_leave_nothing()
    {
        await using var visitor = await app.SignedInAsync(Roles.Analyst);
        foreach (var (name, text) in new[]
        {
            ("empty.csv", ""),
            ("heading-only.csv", "user,item,rating,time\n"),
            ("not-a-number.csv", "user,item,rating,time\na,b,NaN,1600000000\nc,d,Infinity,1600000000\n"),
            ("all-in-the-future.csv", $"user,item,rating,time\na,b,1,{Future}\nc,d,1,{Future}\n"),
            ("all-before-time.csv", "user,item,rating,time\na,b,1,-5\nc,d,1,-99\n"),
            ("open-quote.csv", "user,item,rating,time\na,\"b,1,1600000000\nc,d,1,1600000000\n"),
            ("zero-bytes.csv", "user,item,rating,time\na,b\0,1,1600000000\n"),
        })
        {
            var before = app.AppRows("SELECT COUNT(*) FROM datasets WHERE State = 'Ready'");
            Assert.Matches("(?s)^[A-Z'0-9].{15,400}[.]", await RefusedAsync(visitor, name, text));
            Assert.Equal(before, app.AppRows("SELECT COUNT(*) FROM datasets WHERE State = 'Ready'"));
            Assert.Empty(app.AppRows($"SELECT Name FROM datasets WHERE Name = '{name.Split('.')[0]}' AND (Folder <> '' OR Rows > 0)"));
        }
        Assert.Empty(visitor.Complaints);
    }

    [Fact]
    public async Task Odd_files_are_data_sets_and_say_what_was_left_out()
    {
        await using var visitor = await app.SignedInAsync(Roles.Analyst);
        var long300 = new string('x', 300);
        var odd = string.Join("", Enumerable.Range(0, 4).SelectMany(u => new[] { "\"a, b\"", "\"say \"\"hi\"\"\"", "\"two\nlines\"", "🦊", long300 }.Select((item, i) => $"u{u},{item},1,{1_600_000_000 + i}\n")));
        foreach (var (name, text, users, items, rows, refused) in new[]
        {
            ("one-user", "user,item,rating,time\n" + string.Join("", Enumerable.Range(0, 9).Select(i => $"only,i{i},1,{1_600_000_000 + i}\n")), 1, 9, 9, 0),
            ("one-item", "user,item,rating,time\n" + string.Join("", Enumerable.Range(0, 9).Select(i => $"u{i},only,1,{1_600_000_000 + i}\n")), 9, 1, 9, 0),
            ("all-the-same", "user,item,rating,time\n" + string.Join("", Enumerable.Range(0, 24).Select(i => $"u{i % 4},i{i / 4},3,1600000000\n")), 4, 6, 24, 0),
            ("odd-ids", "user,item,rating,time\n" + odd, 4, 5, 20, 0),
            ("wrong-times", $"user,item,rating,time\na,b,1,-5\nc,d,1,{Future}\n" + string.Join("", Enumerable.Range(0, 40).Select(i => $"u{i % 5},i{i % 8},1,{1_600_000_000 + i}\n")), 5, 8, 40, 2),
        })
        {
            await BeginAsync(visitor, name + ".csv", text);
            await Expect(visitor.Page.GetByRole(AriaRole.Heading, new() { Name = "Import report" })).ToBeVisibleAsync();
            await Expect(visitor.Page.GetByRole(AriaRole.Heading, new() { Name = "How it is cut" })).ToBeVisibleAsync();
            if (refused > 0) await Expect(visitor.Page.GetByText("before 1970-01-01").First).ToBeVisibleAsync();
            Assert.Equal([$"Ready {users} {items} {rows}"], app.AppRows($"SELECT State, Users, Items, Rows FROM datasets WHERE Name = '{name}'"));
        }
        Assert.Empty(visitor.Complaints);
    }

    [Fact]
    public async Task A_crowd_on_one_item_is_received_and_shown()
    {
        await using var visitor = await app.SignedInAsync(Roles.Analyst);
        var text = new StringBuilder("user,item\n");
        for (var i = 0; i < 20_000; i++) text.Append(CultureInfo.InvariantCulture, $"visitor-{i},only\n"); // ten million go through the same desk in the nightly run
        await BeginAsync(visitor, "crowd.csv", text.ToString());
        await Expect(visitor.Page.GetByRole(AriaRole.Heading, new() { Name = "Import report" })).ToBeVisibleAsync();
        Assert.Equal(["Ready 20000 1 20000"], app.AppRows("SELECT State, Users, Items, Rows FROM datasets WHERE Name = 'crowd'"));
    }

    /// <summary>Uploads a file and asks for the import with what the page proposes.</summary>
    private static async Task BeginAsync(Visitor visitor, string name, string text)
    {
        await visitor.GoAsync("/data/import");
        await visitor.UploadAsync("Files", name, text);
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Import", Exact = true }).ClickAtRestAsync();
    }

    /// <summary>What the page says where it refuses a file, when it is received or when it is read.</summary>
    private static async Task<string> RefusedAsync(Visitor visitor, string name, string text)
    {
        await visitor.GoAsync("/data/import");
        await visitor.UploadAsync("Files", name, text);
        var import = visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Import", Exact = true });
        var alert = visitor.Page.Locator("main [role=alert]");
        await Expect(import.Or(alert).First).ToBeVisibleAsync();
        if (await import.IsVisibleAsync())
        {
            if (await import.IsEnabledAsync()) await import.ClickAtRestAsync();
            await Expect(alert.First).ToBeVisibleAsync();
        }
        return (await alert.First.InnerTextAsync()).Trim();
    }
}
