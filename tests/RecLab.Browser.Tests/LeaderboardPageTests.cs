using Microsoft.Playwright;
using RecLab.Access;
using RecLab.Tests.Training;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace RecLab.Browser.Tests;

public sealed class LeaderboardPageTests(LiveApp app) : IClassFixture<LiveApp>
{
    [Fact]
    public async Task The_leaderboard_and_a_data_set_fit_their_window_in_both_themes_and_filters_live_in_the_address()
    {
        var (dataset, _) = await app.JudgedAsync("made", "random", "popularity", "item-knn", "user-knn", "ease", "als");
        foreach (var (width, dark) in new[] { (1440, false), (1440, true), (390, false), (390, true) })
        {
            await using var visitor = await app.SignedInAsync(Roles.Analyst, width, width < 600 ? 844 : 900);
            var page = visitor.Page;
            await page.EmulateMediaAsync(new() { ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light, ReducedMotion = ReducedMotion.Reduce });
            foreach (var (path, text, name) in new[] { ("/leaderboard", "Holm over 6 pairs", "leaderboard"), ($"/data/{dataset.Id}", "How it is cut", "dataset") })
            {
                await visitor.GoAsync(path);
                await Expect(page.GetByText(text).First).ToBeAttachedAsync();
                await visitor.PictureAsync($"{name}-{width}-{(dark ? "dark" : "light")}");
                Assert.Empty(await page.FindingsAsync());
            }
            Assert.Empty(visitor.Complaints);
        }

        await using var reader = await app.SignedInAsync(Roles.Viewer);
        await reader.GoAsync("/leaderboard?metric=recall&k=20&sort=name");
        await Expect(reader.Page.Locator("table.board tbody tr").First).ToContainTextAsync("als v1");
        await reader.Page.GetByLabel("Search").FillAtRestAsync("knn");
        await reader.Page.GetByLabel("Search").PressAsync("Enter");
        await Expect(reader.Page.Locator("table.board tbody tr")).ToHaveCountAsync(2);
        await Expect(reader.Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("metric=recall.*k=20.*search=knn"));
        await reader.Page.ReloadAsync();
        await Expect(reader.Page.Locator("table.board tbody tr")).ToHaveCountAsync(2);
        Assert.Empty(reader.Complaints);
    }
}
