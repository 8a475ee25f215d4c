using System.Net;
using Microsoft.Extensions.DependencyInjection;
using RecLab.Access;
using Xunit;

namespace RecLab.Tests.Access;

public sealed class SignInTests(RecLabApp app) : IClassFixture<RecLabApp>
{
    private PeopleDesk People => app.Services.GetRequiredService<PeopleDesk>();

    [Fact]
    public async Task Twenty_wrong_passwords_lock_the_account_even_for_the_right_one()
    {
        await People.CreateAsync("jon@example.com", "Jon", Browsing.Password, Roles.Viewer);
        using var browser = app.Browser();
        for (var i = 0; i < 20; i++) Assert.Equal(HttpStatusCode.OK, (await browser.SignInAsync("jon@example.com", $"wrong password {i}")).StatusCode);
        using var answer = await browser.SignInAsync("jon@example.com", Browsing.Password);
        Assert.Contains("Too many attempts", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Redirect, (await browser.GetAsync("/", TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task An_unknown_address_and_a_wrong_password_read_the_same()
    {
        await People.CreateAsync("priya@example.com", "Priya", Browsing.Password, Roles.Viewer);
        using var browser = app.Browser();
        var wrong = await (await browser.SignInAsync("priya@example.com", "not the password")).Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var unknown = await (await browser.SignInAsync("nobody@example.com", "not the password")).Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("Address or password is not right.", wrong, StringComparison.Ordinal);
        Assert.Contains("Address or password is not right.", unknown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_session_cookie_is_out_of_reach_of_scripts_and_other_sites()
    {
        await People.CreateAsync("ana@example.com", "Ana", Browsing.Password, Roles.Viewer);
        using var answer = await app.Browser().SignInAsync("ana@example.com", Browsing.Password);
        var cookie = Assert.Single(answer.Headers.GetValues("Set-Cookie"), c => c.StartsWith("reclab=", StringComparison.Ordinal));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Over_https_the_session_cookie_is_secure()
    {
        await People.CreateAsync("eva@example.com", "Eva", Browsing.Password, Roles.Viewer);
        using var browser = app.CreateClient(new() { AllowAutoRedirect = false, BaseAddress = new Uri("https://localhost") });
        using var answer = await browser.SignInAsync("eva@example.com", Browsing.Password);
        Assert.Contains("secure", Assert.Single(answer.Headers.GetValues("Set-Cookie"), c => c.StartsWith("reclab=", StringComparison.Ordinal)), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("/people", "/people")]
    [InlineData("//evil.example", "/")]
    [InlineData("/\\evil.example", "/")]
    [InlineData("https://evil.example", "/")]
    public async Task After_signing_in_one_lands_on_this_server(string wish, string landing)
    {
        var name = Guid.NewGuid().ToString("N");
        await People.CreateAsync($"{name}@example.com", name, Browsing.Password, Roles.Viewer);
        using var answer = await app.Browser().SignInAsync($"{name}@example.com", Browsing.Password, "/sign-in?ReturnUrl=" + Uri.EscapeDataString(wish));
        Assert.Equal(landing, new Uri(new Uri("http://localhost"), answer.Headers.Location!).PathAndQuery);
        Assert.Equal("localhost", new Uri(new Uri("http://localhost"), answer.Headers.Location!).Host);
    }

    [Theory]
    [InlineData("/sign-in")]
    [InlineData("/sign-out")]
    public async Task A_form_without_its_token_is_refused(string path)
    {
        using var viewer = await app.SignedInAsync(Roles.Viewer);
        using var answer = await viewer.PostAsync(path, new FormUrlEncodedContent([new("_handler", "sign-in"), new("Form.Email", "a@example.com"), new("Form.Password", "b")]), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task Sign_in_survives_a_restart()
    {
        using var viewer = await app.SignedInAsync(Roles.Viewer);
        using var page = await viewer.GetAsync("/", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        await People.CreateAsync("leo@example.com", "Leo", Browsing.Password, Roles.Viewer);
        using var signedIn = await app.Browser().SignInAsync("leo@example.com", Browsing.Password);
        var cookie = signedIn.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith("reclab=", StringComparison.Ordinal)).Split(';')[0];

        await using var restarted = app.WithWebHostBuilder(_ => { }); // another host on the same data folder
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Add("Cookie", cookie);
        using var answer = await restarted.CreateClient(new() { AllowAutoRedirect = false, HandleCookies = false }).SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Every_answer_forbids_foreign_scripts_framing_and_sniffing()
    {
        using var answer = await app.Browser().GetAsync("/sign-in", TestContext.Current.CancellationToken);
        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("script-src 'self';", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe-eval", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.DoesNotContain("<script>", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }
}
