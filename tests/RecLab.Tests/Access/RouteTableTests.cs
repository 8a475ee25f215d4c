using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.StaticAssets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RecLab.Access;
using RecLab.Tests.Doors;
using Xunit;

namespace RecLab.Tests.Access;

/// <summary>Walks the route table: what is public is named here, everything else turns a stranger away.</summary>
public sealed partial class RouteTableTests(ShopApp app) : IClassFixture<ShopApp>
{
    /// <summary>What manages; each checks a secret key itself.</summary>
    private static readonly string[] Management =
    [
        "/api/v1/items", "/api/v1/items/{id}", "/api/v1/placements", "/api/v1/placements/{key}", "/api/v1/variants", "/api/v1/variants/{key}",
        "/api/v1/trainings", "/api/v1/trainings/{id}", "/api/v1/trainings/{id}:cancel", "/api/v1/trainings/{id}/metrics", "/api/v1/trainings/{id}/log",
        "/api/v1/experiments", "/api/v1/experiments/{key}", "/api/v1/experiments/{key}:start", "/api/v1/experiments/{key}:pause", "/api/v1/experiments/{key}:resume", "/api/v1/experiments/{key}:stop", "/api/v1/experiments/{key}:reweight", "/api/v1/experiments/{key}:rollout",
        "/api/v1/experiments/{key}/results", "/api/v1/experiments/{key}/assignments", "/api/v1/experiments/{key}/exposures", "/api/v1/datasets", "/api/v1/datasets:upload", "/api/v1/datasets:validate", "/api/v1/datasets/{id}", "/api/v1/datasets/{id}:cancel",
        "/api/v1/users/{id}", "/api/v1/users/{id}/export", "/api/v1/audit", "/api/v1/quarantine", "/api/v1/keys", "/api/v1/keys/{id}", "/api/v1/keys/{id}:rotate",
    ];

    /// <summary>Every public endpoint beside static files. Whoever adds one adds it here and says why it may be public.</summary>
    private static readonly string[] Public =
    [
        "/health/live", "/health/ready", // whoever starts and watches the process
        "/covers/{id}.svg", "/demo", "/demo/cart", "/demo/item/{id}", "/demo/data/bestsellers", "/demo/data/items/{id}", // the demo shop where it is open, for its visitors
        "/api/v1/events", "/api/v1/recommendations", "/api/v1/recommendations:batch", "/api/v1/exposures", "/api/v1/variants/{key}/lists", .. Management, "/openapi/{documentName}.json", // each checks a key itself; the description holds no data
        "/widget/v1/reclab.js", "/widget/v{version}/reclab.js", // the widget's script, for any page that embeds it
        "/denied", "/invitation/{Token}", "/reset/{Token}", "/setup/{Token}", "/sign-in", "/sign-out", "/status/{Code:int}", // how one gets in and out
    ];

    /// <summary>Pages that ask for more than the viewer's role, with the least role that opens them. All others open for every role.</summary>
    private static readonly Dictionary<string, string> Restricted = new()
    {
        ["/people"] = Roles.Administrator,
        ["/settings"] = Roles.Administrator,
        ["/notifications/webhooks"] = Roles.Administrator,
        ["/data/import"] = Roles.Analyst,
        ["/data/snapshot"] = Roles.Analyst,
        ["/variants/new"] = Roles.Analyst,
        ["/variants/{Key}/edit"] = Roles.Analyst,
        ["/variants/{Key}/source"] = Roles.Analyst,
        ["/variants/new/{FamilyKey}"] = Roles.Analyst,
        ["/searches/new"] = Roles.Analyst,
        ["/experiments/new"] = Roles.Analyst,
        ["/simulations/new"] = Roles.Analyst,
        ["/placements/new"] = Roles.Analyst,
        ["/placements/{Key}/edit"] = Roles.Analyst,
    };

    private RouteEndpoint[] Endpoints
    {
        get
        {
            app.CreateClient().Dispose(); // starts the server
            return [.. app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()];
        }
    }

    private static bool IsPage(RouteEndpoint e) => e.Metadata.GetMetadata<ComponentTypeMetadata>() is not null;
    private static bool IsPublic(RouteEndpoint e) => e.Metadata.GetMetadata<IAllowAnonymous>() is not null;
    private static bool IsFile(RouteEndpoint e) => e.Metadata.GetMetadata<StaticAssetDescriptor>() is not null;
    private static string Path(RouteEndpoint e) => "/" + e.RoutePattern.RawText!.TrimStart('/');
    private static string Filled(RouteEndpoint e) => Parameter().Replace(Path(e), "1");

    [Fact]
    public void Only_the_named_endpoints_are_public()
    {
        var open = Endpoints.Where(e => IsPublic(e) && !IsFile(e)).Select(e => Version().Replace(Path(e), "{version}")).Distinct().ToArray();
        Assert.Empty(open.Except(Public)); // public, and nobody said why
        Assert.Empty(Public.Except(open)); // named here, but gone
    }

    [Fact]
    public async Task Every_other_page_and_endpoint_turns_a_stranger_away()
    {
        using var stranger = app.Browser();
        var closed = Endpoints.Where(e => !IsPublic(e)).ToArray();
        Assert.Contains(closed, e => Path(e) == "/people");
        foreach (var endpoint in closed)
        {
            var method = endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods is [var first, ..] ? first : "GET";
            using var request = new HttpRequestMessage(new HttpMethod(method), Filled(endpoint));
            using var answer = await stranger.SendAsync(request, TestContext.Current.CancellationToken);
            var turnedAway = answer.StatusCode == HttpStatusCode.Unauthorized || (answer.StatusCode == HttpStatusCode.Redirect && answer.Headers.Location!.ToString().Contains("/sign-in?ReturnUrl=", StringComparison.Ordinal));
            Assert.True(turnedAway, $"{method} {Path(endpoint)} answered a stranger with {(int)answer.StatusCode}");
        }
    }

    [Theory]
    [InlineData(Roles.Viewer)]
    [InlineData(Roles.Operator)]
    [InlineData(Roles.Analyst)]
    [InlineData(Roles.Administrator)]
    public async Task Every_page_opens_for_exactly_the_roles_it_names(string role)
    {
        using var client = await app.SignedInAsync(role);
        foreach (var page in Endpoints.Where(e => IsPage(e) && !IsPublic(e)))
        {
            var opens = !Restricted.TryGetValue(Path(page), out var least) || Roles.All.ToList().IndexOf(role) >= Roles.All.ToList().IndexOf(least);
            using var answer = await client.GetAsync(Filled(page), TestContext.Current.CancellationToken);
            var seen = $"{Path(page)} answered a {role} with {(int)answer.StatusCode} {answer.Headers.Location}";
            if (opens) Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.NotFound, seen);
            else Assert.True(answer.StatusCode == HttpStatusCode.Redirect && answer.Headers.Location!.AbsolutePath == "/denied", seen);
        }
    }

    [Fact]
    public void A_circuit_takes_no_large_message_and_few_lost_ones_are_kept()
    {
        app.CreateClient().Dispose();
        Assert.InRange(app.Services.GetRequiredService<IOptions<HubOptions>>().Value.MaximumReceiveMessageSize ?? long.MaxValue, 1, 64 << 10);
        Assert.InRange(app.Services.GetRequiredService<IOptions<CircuitOptions>>().Value.DisconnectedCircuitMaxRetained, 0, 100);
    }

    [Fact]
    public async Task A_route_nobody_knows_asks_a_stranger_to_sign_in_and_shows_others_a_page()
    {
        using var stranger = app.Browser();
        Assert.Equal(HttpStatusCode.Redirect, (await stranger.GetAsync("/no-such-place", TestContext.Current.CancellationToken)).StatusCode);
        using var viewer = await app.SignedInAsync(Roles.Viewer);
        using var answer = await viewer.GetAsync("/no-such-place", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains("Nothing here", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_gets_a_status_instead_of_a_sign_in_page()
    {
        using var stranger = app.Browser();
        using var answer = await stranger.GetAsync("/api/no-such-thing", TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.Unauthorized, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
    }

    [GeneratedRegex(@"(?<=/widget/v)\d+\.\d+\.\d+")]
    private static partial Regex Version();

    [GeneratedRegex(@"\{[^}]+\}")]
    private static partial Regex Parameter();
}
