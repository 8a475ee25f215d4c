using System.Diagnostics;
using System.Text;
using Microsoft.Playwright;
using RecLab.Access;
using RecLab.Data;
using RecLab.Recommenders.Data.Import;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace RecLab.Browser.Tests.Commands;

/// <summary>Every command of the data pages pressed once; what each must change is read from the database.</summary>
public sealed class DataCommandsTests(LiveApp app) : IClassFixture<LiveApp>
{
    [Fact]
    public async Task Import_from_upload_and_from_the_server_and_delete()
    {
        await using var visitor = await app.SignedInAsync(Roles.Administrator); // an analyst uploads and names no path
        var walk = await CommandWalk.BeginAsync(visitor);
        walk.Pressed("Cancel import"); // flashes by while the rows are read; the other test presses it
        var page = visitor.Page;
        await walk.GoAsync("/data/import");
        await walk.PressAsync("On the server");
        var path = Path.Combine(app.DataDir, "on-the-server.csv");
        await File.WriteAllTextAsync(path, Csv(wrong: 5));
        await page.GetByLabel("Folder or file").FillAtRestAsync(path);
        await walk.PressAsync("Look at it");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "2. What it is" })).ToBeVisibleAsync();
        await page.Locator("summary", new() { HasText = "Cleaning" }).ClickAtRestAsync();
        walk.Pressed("Cleaning*");
        await page.GetByLabel("Hidden truth, percent").FillAtRestAsync("20");
        await walk.PressAsync("Import");
        await Expect(page.GetByText("Import report")).ToBeVisibleAsync();
        Assert.Equal(["on-the-server Ready 300 0.2"], app.AppRows("SELECT Name, State, Rows, HiddenShare FROM datasets WHERE Name = 'on-the-server'"));
        await walk.PressAsync("Show 5 lines");
        await Expect(page.GetByText("u0;", new() { Exact = false }).First).ToBeVisibleAsync();
        await walk.PressAsync("Show table");
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "as a table" }).First).ToBeVisibleAsync();
        await walk.PressAsync("Show chart");

        await walk.GoAsync("/data/import");
        await walk.PressAsync("On the server");
        await walk.PressAsync("Upload");
        await visitor.UploadAsync("Files", "uploaded.csv", Csv());
        await page.GetByLabel("Name", new() { Exact = true }).FillAtRestAsync("uploaded rows");
        await walk.PressAsync("Import");
        await Expect(page.GetByText("No line was refused.")).ToBeVisibleAsync();
        Assert.Equal(["uploaded rows Ready 300 30 20"], app.AppRows("SELECT Name, State, Rows, Users, Items FROM datasets WHERE Name LIKE 'uploaded%'"));

        await walk.PressAsync("Delete");
        await walk.PressAsync("Keep");
        Assert.Equal(["1"], app.AppRows("SELECT COUNT(*) FROM datasets WHERE Name = 'uploaded rows'"));
        await walk.PressAsync("Delete");
        await walk.PressAsync("Delete uploaded rows");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Data", Exact = true })).ToBeVisibleAsync();
        Assert.Equal(["0"], app.AppRows("SELECT COUNT(*) FROM datasets WHERE Name = 'uploaded rows'"));
        await LiveApp.EventuallyAsync(["dataset.delete"], () => app.AppRows("SELECT Action FROM audit WHERE Subject = 'data set uploaded rows' AND Action = 'dataset.delete'"));
        await walk.EndAsync();
    }

    /// <summary>Imports are done one after another, so one that reads a pipe into which nobody writes keeps the others waiting for as long as the test likes.</summary>
    [Fact]
    public async Task Cancel_an_import_on_its_page_and_in_the_list_and_dismiss_a_failed_one()
    {
        var pipe = Path.Combine(app.DataDir, "pipe.csv");
        using (var mkfifo = Process.Start("mkfifo", [pipe])) await mkfifo.WaitForExitAsync();
        var desk = app.Get<ImportDesk>();
        var stuck = await desk.StartAsync(new ImportRequest("stuck", pipe) { Layout = "delimited", Columns = new ColumnMapping { User = "user", Item = "item" } }, "test");
        var over = desk.WaitAsync(stuck.Id);
        await using (var writer = new FileStream(pipe, FileMode.Open, FileAccess.ReadWrite))
        {
            var csv = Path.Combine(app.DataDir, "rows.csv");
            await File.WriteAllTextAsync(csv, Csv());
            await using var visitor = await app.SignedInAsync(Roles.Analyst);
            var walk = await CommandWalk.BeginAsync(visitor);
            var columns = new ColumnMapping { User = "user", Item = "item" };
            var first = await desk.StartAsync(new ImportRequest("first", csv) { Columns = columns }, "test");
            await walk.GoAsync($"/data/{first.Id}");
            await walk.PressAsync("Cancel import");
            await walk.SeesAsync("No such data set");
            Assert.Equal(["stuck Importing"], app.AppRows("SELECT Name, State FROM datasets WHERE Name IN ('first', 'stuck')"));

            await desk.StartAsync(new ImportRequest("second", csv) { Columns = columns }, "test");
            await walk.GoAsync("/data");
            var row = visitor.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = "second" });
            await row.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAtRestAsync();
            walk.Pressed("Cancel");
            await Expect(row).ToHaveCountAsync(0);
            Assert.Equal(["stuck Importing"], app.AppRows("SELECT Name, State FROM datasets WHERE Name IN ('second', 'stuck')"));

            await writer.WriteAsync("neither,nor\n1,2\n"u8.ToArray());
            await writer.DisposeAsync();
            await over;
            Assert.Equal(["Failed"], app.AppRows("SELECT State FROM datasets WHERE Name = 'stuck'"));
            await walk.PressAsync("Dismiss");
            await Expect(visitor.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = "stuck" })).ToHaveCountAsync(0);
            Assert.Equal(["0"], app.AppRows("SELECT COUNT(*) FROM datasets WHERE Name = 'stuck'"));
            await walk.EndAsync();
        }
    }

    /// <summary>Thirty users, ten rows each, twenty items.</summary>
    /// <param name="wrong">Lines added that cannot be taken.</param>
    internal static string Csv(int wrong = 0)
    {
        var text = new StringBuilder("user,item,rating,time\n");
        for (var i = 0; i < 300; i++) text.Append(System.Globalization.CultureInfo.InvariantCulture, $"u{i % 30},i{(i % 30 * 3 + i / 30 * 7) % 20},{1 + i % 5},{1_600_000_000 + i * 60}\n");
        for (var i = 0; i < wrong; i++) text.Append(System.Globalization.CultureInfo.InvariantCulture, $"u{i};too few fields\n");
        return text.ToString();
    }
}
