using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RecLab.Access;
using RecLab.Storage;
using Xunit;

namespace RecLab.Tests.Access;

public sealed class SetupTests : IAsyncDisposable
{
    private readonly RecLabApp _app = new();
    private readonly HttpClient _browser;

    public SetupTests() => _browser = _app.Browser();

    private string Link => new Uri(_app.Services.GetRequiredService<SetupDesk>().PendingLink("http://localhost")!).AbsolutePath;

    [Fact]
    public async Task The_first_link_makes_the_administrator_and_is_then_closed_for_good()
    {
        var link = Link;
        using var made = await _browser.SubmitAsync(link, ("Form.Name", "Mara"), ("Form.Email", "mara@example.com"), ("Form.Password", Browsing.Password));
        Assert.Equal(HttpStatusCode.Redirect, made.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await _browser.GetAsync("/people", TestContext.Current.CancellationToken)).StatusCode);

        Assert.Equal(HttpStatusCode.NotFound, (await _app.Browser().GetAsync(link, TestContext.Current.CancellationToken)).StatusCode);
        var desk = _app.Services.GetRequiredService<SetupDesk>();
        Assert.Null(desk.PendingLink("http://localhost"));
        await desk.PrepareAsync(); // the next start
        Assert.Null(desk.PendingLink("http://localhost"));
        var person = Assert.Single(await _app.Services.GetRequiredService<PeopleDesk>().ListAsync(TestContext.Current.CancellationToken));
        Assert.Equal(("Mara", Roles.Administrator), (person.Name, person.Role));
    }

    [Fact]
    public async Task Two_people_with_the_same_link_at_the_same_moment_make_one_administrator()
    {
        var (link, people) = (Link.Split('/')[^1], _app.Services.GetRequiredService<PeopleDesk>());
        var attempts = Enumerable.Range(0, 4).Select(i => Task.Run(async () =>
        {
            try { await people.OpenAsync(LinkPurpose.Setup, link, $"p{i}@example.com", $"P{i}", Browsing.Password); return true; }
            catch (RecLab.Controls.Refusal) { return false; }
        }));
        Assert.Single(await Task.WhenAll(attempts), done => done);
        Assert.Single(await people.ListAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_wrong_token_is_404() =>
        Assert.Equal(HttpStatusCode.NotFound, (await _browser.GetAsync("/setup/" + new string('0', 64), TestContext.Current.CancellationToken)).StatusCode);

    [Fact]
    public async Task A_password_that_is_too_short_is_refused_with_a_sentence_and_the_link_still_works()
    {
        using var refused = await _browser.SubmitAsync(Link, ("Form.Name", "Mara"), ("Form.Email", "mara@example.com"), ("Form.Password", "short"));
        Assert.Contains("at least 12 characters", await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        using var made = await _browser.SubmitAsync(Link, ("Form.Name", "Mara"), ("Form.Email", "mara@example.com"), ("Form.Password", Browsing.Password));
        Assert.Equal(HttpStatusCode.Redirect, made.StatusCode);
    }

    [Fact]
    public async Task The_database_holds_no_token()
    {
        var token = Link.Split('/')[^1];
        await using var db = await _app.Services.GetRequiredService<IDbContextFactory<RecLabDb>>().CreateDbContextAsync(TestContext.Current.CancellationToken);
        var stored = await db.Set<AccessLink>().SingleAsync(TestContext.Current.CancellationToken);
        Assert.NotEqual(token, stored.TokenHash);
        Assert.Equal(64, stored.TokenHash.Length);
    }

    public async ValueTask DisposeAsync()
    {
        _browser.Dispose();
        await _app.DisposeAsync();
    }
}
