using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using RecLab.Access;
using RecLab.Tests.Faults;
using Xunit;

namespace RecLab.Tests.Access;

/// <summary>Pages that stay open cost memory, so that there is an end to them: per person, and per message.</summary>
public sealed class CircuitLimitTests
{
    private static WebApplicationFactory<Program> With(RecLabApp app, int circuits) => app.WithWebHostBuilder(host => host.UseSetting("RecLab:Circuits:PerPerson", $"{circuits}").UseSetting("RecLab:RunJobs", "false"));

    [Fact]
    public async Task A_person_has_so_many_open_pages_and_no_more_and_nobody_else_is_affected()
    {
        await using var app = new RecLabApp();
        await using var server = With(app, 3);
        var (mine, others) = (await OpenCircuit.SessionAsync(server, Roles.Viewer), await OpenCircuit.SessionAsync(server, Roles.Viewer));
        List<OpenCircuit> open = [];
        for (var n = 0; n < 3; n++) open.Add((await OpenCircuit.TryOpenAsync(server.Server, mine))!);
        Assert.All(open, Assert.NotNull);
        Assert.Null(await OpenCircuit.TryOpenAsync(server.Server, mine));
        await using (var other = await OpenCircuit.TryOpenAsync(server.Server, others)) Assert.NotNull(other);
        await open[0].DisposeAsync();
        open[0] = await AgainAsync(server, mine);
        Assert.Null(await OpenCircuit.TryOpenAsync(server.Server, mine));
        foreach (var circuit in open) await circuit.DisposeAsync();
    }

    [Fact]
    public async Task Beside_hundreds_of_idle_circuits_pages_are_answered_and_a_message_of_ten_megabytes_ends_its_own_alone()
    {
        var most = Sizes.Of(suite: 100, nightly: 500);
        await using var app = new RecLabApp();
        await using var server = With(app, most);
        var session = await OpenCircuit.SessionAsync(server, Roles.Viewer);
        List<OpenCircuit> open = [];
        for (var n = 0; n < most; n++) open.Add((await OpenCircuit.TryOpenAsync(server.Server, session))!);
        Assert.All(open, c => Assert.Equal(WebSocketState.Open, c.State));
        Assert.Null(await OpenCircuit.TryOpenAsync(server.Server, session));

        using var client = server.CreateClient();
        client.DefaultRequestHeaders.Add("Cookie", session);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/operations")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/health/live")).StatusCode);

        var sending = open[0].SendAsync(new byte[10 << 20]);
        await open[0].EndedAsync();
        Assert.NotEqual(WebSocketState.Open, open[0].State);
        Assert.All(open.Skip(1), c => Assert.Equal(WebSocketState.Open, c.State));
        open[0] = await AgainAsync(server, session); // its place is free
        Assert.IsNotType<OutOfMemoryException>(await Record.ExceptionAsync(() => sending));
        foreach (var circuit in open) await circuit.DisposeAsync();
    }

    /// <summary>Opens one as soon as the server has noticed that another has gone.</summary>
    private static async Task<OpenCircuit> AgainAsync(WebApplicationFactory<Program> server, string session)
    {
        while (true)
        {
            if (await OpenCircuit.TryOpenAsync(server.Server, session) is { } circuit) return circuit;
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
