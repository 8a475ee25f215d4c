using System.Text.RegularExpressions;
using Microsoft.Playwright;
using RecLab.Access;
using RecLab.Tests.Doors;
using RecLab.Tests.Serving.External;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace RecLab.Browser.Tests.Commands;

/// <summary>Every command of the variants' pages pressed once; what each must change is read from the database.</summary>
public sealed class VariantCommandsTests(LiveApp app) : IClassFixture<LiveApp>
{
    [Fact]
    public async Task New_train_edit_and_delete()
    {
        await app.OpenAsync();
        await using var visitor = await app.SignedInAsync(Roles.Analyst);
        var walk = await CommandWalk.BeginAsync(visitor);
        var page = visitor.Page;
        foreach (var command in (string[])["Take out of the queue", "Cancel run", "Train again", "Start anew", "Resume*", "Download", "Show last lines", "@*", "Serve this version",
            "Retrain on the * log", "Reading the log", "Weights, half-life, data set", "Rows of the data set"]) walk.Pressed(command); // a run's page and learning from the log, which have walks of their own
        await walk.GoAsync("/variants");
        await page.GetByRole(AriaRole.Link, new() { Name = "New variant" }).First.ClickAtRestAsync();
        await page.GetByLabel("Family").SelectAtRestAsync("als");
        await Expect(page.GetByLabel("Name", new() { Exact = true })).ToHaveValueAsync(RecLab.Recommenders.Catalog.RecommenderCatalog.Get("als").Name); // the choice names it
        await page.GetByLabel("Name", new() { Exact = true }).FillAtRestAsync("What fits");
        await page.GetByLabel("Factors").FillAtRestAsync("8");
        await page.GetByLabel("Factors").PressAsync("Tab");
        await Expect(page.GetByText("changed", new() { Exact = true })).ToHaveCountAsync(1);
        await walk.PressAsync("Back to the defaults");
        await Expect(page.GetByText("changed", new() { Exact = true })).ToHaveCountAsync(0);
        await page.GetByLabel("Factors").FillAtRestAsync("12");
        await page.GetByLabel("Factors").PressAsync("Tab");
        await walk.PressAsync("Create only");
        await Expect(page).ToHaveURLAsync(new Regex("/variants/what-fits$"));
        Assert.Equal(["What fits als 12 0"], app.AppRows("SELECT Name, Family, json_extract(Options, '$.factors'), (SELECT COUNT(*) FROM training_runs r WHERE r.VariantId = v.Id) FROM variants v WHERE Key = 'what-fits'"));
        await walk.PressAsync("Train");
        await Expect(page).ToHaveURLAsync(new Regex("/training/[0-9]+$"));
        Assert.Equal(["1"], app.AppRows("SELECT r.Version FROM training_runs r JOIN variants v ON v.Id = r.VariantId WHERE v.Key = 'what-fits'"));

        await walk.GoAsync("/variants/new?family=popularity");
        await page.GetByLabel("Name", new() { Exact = true }).FillAtRestAsync("What sells");
        await walk.PressAsync("Create and train");
        await Expect(page).ToHaveURLAsync(new Regex("/training/[0-9]+$"));
        Assert.Equal(["popularity 1"], app.AppRows("SELECT v.Family, r.Version FROM variants v JOIN training_runs r ON r.VariantId = v.Id WHERE v.Key = 'what-sells'"));

        await app.ServeAsync("shop-window", "popularity");
        await walk.GoAsync("/variants/shop-window");
        await page.GetByRole(AriaRole.Link, new() { Name = "Edit", Exact = true }).ClickAtRestAsync();
        await page.GetByLabel("Name", new() { Exact = true }).FillAtRestAsync("Best sellers");
        await page.GetByLabel("Schedule (UTC)").FillAtRestAsync("0 0 3 * * ?");
        await page.GetByLabel("Promotion margin, percent").FillAtRestAsync("2.5");
        await page.GetByLabel("Notes").FillAtRestAsync("The baseline.");
        await walk.PressAsync("A fresh snapshot of the log");
        await Expect(page.GetByLabel("Half-life, days")).ToBeVisibleAsync();
        await walk.PressAsync("The data set");
        await Expect(page.GetByLabel("Half-life, days")).ToHaveCountAsync(0);
        await walk.PressAsync("A fresh snapshot of the log");
        await walk.PressAsync("Simulated visitors");
        await walk.PressAsync("Live people");
        await page.GetByLabel("Purchase").FillAtRestAsync("7");
        await page.GetByLabel("Purchase").PressAsync("Tab");
        await walk.PressAsync("Save");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Best sellers", Exact = true })).ToBeVisibleAsync();
        Assert.Equal(["Best sellers 0 0 3 * * ? 0.025 The baseline. 7 0"], app.AppRows("SELECT Name, Schedule, PromotionMargin, Notes, json_extract(LogRecipe, '$.weights.purchase'), json_extract(LogRecipe, '$.simulated') FROM variants WHERE Key = 'shop-window'"));

        await walk.PressAsync("Delete");
        await walk.PressAsync("Keep");
        Assert.Equal(["1"], app.AppRows("SELECT COUNT(*) FROM variants WHERE Key = 'shop-window'"));
        await walk.PressAsync("Delete");
        await page.GetByLabel("Type shop-window to confirm").FillAtRestAsync("shop-window");
        await walk.PressAsync("Delete Best sellers");
        await Expect(page).ToHaveURLAsync(new Regex("/variants$"));
        await LiveApp.EventuallyAsync([], () => app.AppRows("SELECT v.Id FROM variants v WHERE v.Key = 'shop-window' UNION ALL SELECT r.Id FROM training_runs r WHERE r.VariantId NOT IN (SELECT Id FROM variants)"));
        await LiveApp.EventuallyAsync(["variant.create", "variant.create", "variant.edit", "variant.delete"], () => app.AppRows("SELECT Action FROM audit WHERE Action LIKE 'variant.%' AND Subject IN ('variant what-fits', 'variant what-sells', 'variant shop-window') AND Who LIKE 'analyst %' ORDER BY Id"));
        await walk.EndAsync();
    }

    [Fact]
    public async Task Versions_and_learning_from_the_log()
    {
        await app.OpenAsync();
        var variant = await app.ServeAsync("shelf", "popularity", name: "Shelf");
        var (first, second) = (variant.ServedRunId!.Value, (await app.ServeAsync("shelf", "popularity")).ServedRunId!.Value);
        await app.PlacementAsync("home", p => (p.Exploration, p.DefaultVariantId) = (0, variant.Id));
        for (var user = 0; user < 12; user++)
        {
            var list = await app.ListAsync($"placement=home&user={user}&n=5");
            await app.SendAsync(ShopApp.Event("viewable", list, 1, $"{user}"), ShopApp.Event("click", list, 1, $"{user}"));
        }
        await using var visitor = await app.SignedInAsync(Roles.Analyst);
        var walk = await CommandWalk.BeginAsync(visitor);
        var page = visitor.Page;
        foreach (var command in (string[])["Take out of the queue", "Cancel run", "Download", "Train", "Train again", "@*", "Delete", "Serve this version"]) walk.Pressed(command); // the other walks press them
        await walk.GoAsync("/variants/shelf");
        await walk.PressAsync("Serve");
        await walk.PressAsync("Keep");
        Assert.Equal([$"{second}"], app.AppRows("SELECT ServedRunId FROM variants WHERE Key = 'shelf'"));
        await walk.PressAsync("Serve");
        await walk.PressAsync("Serve version 1");
        await LiveApp.EventuallyAsync([$"{first}"], () => app.AppRows("SELECT ServedRunId FROM variants WHERE Key = 'shelf'"));
        await Expect(page.GetByText("Serves v1")).ToBeVisibleAsync();

        await page.Locator("summary", new() { HasText = "Weights, half-life, data set" }).ClickAtRestAsync();
        walk.Pressed("Weights, half-life, data set");
        await page.GetByLabel("Weight of a click").FillAtRestAsync("4");
        await page.GetByLabel("Weight of a click").PressAsync("Tab");
        await walk.PressAsync("Simulated visitors");
        await walk.PressAsync("Retrain on the simulated log"); // nobody simulated has been here
        await Expect(page.Locator("main [role=alert]")).ToBeVisibleAsync();
        Assert.Equal(["0"], app.AppRows("SELECT COUNT(*) FROM datasets WHERE Origin <> 'Generated'"));
        await walk.PressAsync("Dismiss");
        await Expect(page.Locator("main [role=alert]")).ToHaveCountAsync(0);
        await walk.ChooseAsync("Rows of the data set", "false");
        await walk.PressAsync("Live people");
        await walk.PressAsync("Retrain on the live log");
        await Expect(page).ToHaveURLAsync(new Regex("/training/[0-9]+$"));
        Assert.Equal(["3 LiveLog Ready 4 0"], app.AppRows("SELECT r.Version, d.Origin, d.State, json_extract(d.Log, '$.recipe.weights.click'), json_extract(d.Log, '$.recipe.withBase') FROM training_runs r JOIN datasets d ON d.Id = r.DatasetId WHERE r.VariantId = (SELECT Id FROM variants WHERE Key = 'shelf') AND r.Version = 3"));
        walk.Pressed("Reading the log"); // what the button says while it works
        await walk.EndAsync();
    }

    [Fact]
    public async Task What_a_team_already_has()
    {
        await app.OpenAsync();
        await using var team = await TeamsRecommender.StartAsync("17", "3");
        await using var visitor = await app.SignedInAsync(Roles.Administrator); // who alone may name an address to call
        var walk = await CommandWalk.BeginAsync(visitor);
        var page = visitor.Page;
        walk.Pressed("Delete"); // pressed in the walk over a trained variant
        await walk.GoAsync("/variants/new");
        await page.GetByLabel("Family").SelectAtRestAsync("uploaded-lists");
        foreach (var command in (string[])["Back to the defaults", "Create and train", "Create only"]) walk.Pressed(command); // of the page that was left
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "New variant: Uploaded lists" })).ToBeVisibleAsync();
        await page.GetByLabel("Name", new() { Exact = true }).FillAtRestAsync("Editors' choice");
        await visitor.UploadAsync("File", "lists.csv", "user,item,rank\n1,5,1\n1,9,2\n2,7,1\n");
        await Expect(page.GetByText("lists.csv is here.")).ToBeVisibleAsync();
        await walk.PressAsync("Create");
        await Expect(page.GetByText("Serves v1")).ToBeVisibleAsync();
        Assert.Equal(["editors-choice uploaded-lists 1"], app.AppRows("SELECT v.Key, v.Family, r.Version FROM variants v JOIN training_runs r ON r.Id = v.ServedRunId WHERE v.Name = 'Editors'' choice'"));
        await page.GetByRole(AriaRole.Link, new() { Name = "New lists" }).ClickAtRestAsync();
        await visitor.UploadAsync("File", "newer.csv", "user,item\n1,8\n3,9\n");
        await Expect(page.GetByText("newer.csv is here.")).ToBeVisibleAsync();
        await walk.PressAsync("Serve as the next version");
        await Expect(page.GetByText("2 users with 2 items are served from now on.")).ToBeVisibleAsync();
        Assert.Equal(["2"], app.AppRows("SELECT r.Version FROM variants v JOIN training_runs r ON r.Id = v.ServedRunId WHERE v.Key = 'editors-choice'"));
        await walk.GoAsync("/variants/editors-choice");
        await walk.PressAsync("Serve");
        await walk.PressAsync("Serve version 1");
        walk.Pressed("Keep");
        await LiveApp.EventuallyAsync(["1"], () => app.AppRows("SELECT r.Version FROM variants v JOIN training_runs r ON r.Id = v.ServedRunId WHERE v.Key = 'editors-choice'"));

        await walk.GoAsync("/variants/new/http-endpoint");
        await page.GetByLabel("Name", new() { Exact = true }).FillAtRestAsync("Our service");
        await page.GetByLabel("Address").FillAtRestAsync(team.Url);
        await page.GetByLabel("Secret", new() { Exact = true }).FillAtRestAsync("Bearer let-me-in");
        await page.GetByLabel("Time limit, ms").FillAtRestAsync("2000");
        await walk.PressAsync("Create");
        await Expect(page).ToHaveURLAsync(new Regex("/variants/our-service/source$"));
        Assert.Equal([$"{team.Url} 2000 0"], app.AppRows("SELECT json_extract(Options, '$.url'), json_extract(Options, '$.timeoutMs'), instr(Options, 'let-me-in') FROM variants WHERE Key = 'our-service'"));
        await Expect(page.GetByText("closed: it is asked")).ToBeVisibleAsync();
        await walk.PressAsync("Ask it now");
        await Expect(page.GetByRole(AriaRole.Status).Filter(new() { HasText = "It answered with 2 items: 17, 3" })).ToBeVisibleAsync();
        Assert.Equal((1, "Bearer let-me-in"), (team.Asked, team.Authorization));
        await page.GetByLabel("Time limit, ms").FillAtRestAsync("900");
        await walk.PressAsync("Serve as the next version");
        await walk.SeesAsync("These settings are served from now on, as the next version.");
        await LiveApp.EventuallyAsync(["900 2"], () => app.AppRows("SELECT json_extract(v.Options, '$.timeoutMs'), r.Version FROM variants v JOIN training_runs r ON r.Id = v.ServedRunId WHERE v.Key = 'our-service'"));

        await walk.GoAsync("/variants/new/log-only");
        await page.GetByLabel("Name", new() { Exact = true }).FillAtRestAsync("As today");
        await walk.PressAsync("Create");
        await Expect(page).ToHaveURLAsync(new Regex("/variants/as-today$"));
        Assert.Equal(["log-only 1"], app.AppRows("SELECT v.Family, r.Version FROM variants v JOIN training_runs r ON r.Id = v.ServedRunId WHERE v.Key = 'as-today'"));
        await LiveApp.EventuallyAsync(["variant.create", "variant.edit", "variant.serve", "variant.create", "variant.edit", "variant.create"], () => app.AppRows("SELECT Action FROM audit WHERE Action LIKE 'variant.%' AND Who LIKE 'administrator %' ORDER BY Id"));
        await walk.EndAsync();
    }
}
