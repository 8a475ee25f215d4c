using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using RecLab.Access;
using RecLab.Controls;
using RecLab.Experiments;
using RecLab.Laboratory;
using Xunit;

namespace RecLab.Tests.Laboratory;

/// <summary>Simulations asked for on a page: through the doors, apart from live traffic, cancellable, and honest about what became of them.</summary>
public sealed class SimulationQueueTests(SimulationApp app) : IClassFixture<SimulationApp>, IAsyncLifetime
{
    private SimulationDesk Desk => app.Get<SimulationDesk>();
    private SimulationQueue Queue => app.Get<SimulationQueue>();

    public async ValueTask InitializeAsync() => await app.OpenAsync();
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<Experiment> ExperimentAsync(string key)
    {
        var (popular, neighbours) = (await app.ServeAsync("popularity", "popularity"), await app.ServeAsync("knn", "item-knn"));
        await app.PlacementAsync(key, p => p.Exploration = 0);
        return await app.ExperimentAsync(key, key, popular, neighbours);
    }

    private SimulationRequest Request(string experiment) => new() { Experiment = experiment, DatasetId = app.DatasetId, People = 80, Days = 5, SessionsEach = 8, Seed = 3 };

    [Fact]
    public async Task Visitors_come_through_the_doors_enter_only_the_simulated_reading_and_show_the_planted_effect()
    {
        var experiment = await ExperimentAsync("planted");
        // without structure in their tastes the variants are alike, and only the planted factor of three is left
        var asked = await Queue.StartAsync(Request("planted") with { World = "structureless", PlantedArm = 1, PlantedLift = 2 }, "Ada", TestContext.Current.CancellationToken);
        var run = await app.WhenAsync(asked.Id, r => r.State is not (SimulationState.Queued or SimulationState.Running));
        Assert.Equal((SimulationState.Finished, 1.0, 1), (run.State, run.Fraction, run.Phase));
        Assert.Equal("0", Assert.Single(app.Rows("SELECT count(*) FROM recommendation WHERE placement = 'planted' AND simulated = 0")));
        Assert.Equal($"{run.Visits}", Assert.Single(app.Rows("SELECT count(*) FROM recommendation WHERE placement = 'planted' AND simulated = 1")));
        var arms = app.Rows($"SELECT sum(viewable), sum(clicked) FROM unit_day WHERE experiment = {experiment.Id} AND simulated = 1 GROUP BY arm ORDER BY arm")
            .Select(r => r.Split(' ').Select(n => long.Parse(n, CultureInfo.InvariantCulture)).ToArray()).ToArray();
        Assert.Equal((run.Viewable, run.Clicked), (arms.Sum(a => a[0]), arms.Sum(a => a[1])));
        var (control, planted) = ((double)arms[0][1] / arms[0][0], (double)arms[1][1] / arms[1][0]);
        // the clicks of an arm are at most Poisson: three standard errors of the log ratio around ln 3
        var slack = 3 * Math.Sqrt(1.0 / arms[0][1] + 1.0 / arms[1][1]);
        Assert.InRange(Math.Log(planted / control), Math.Log(3) - slack, Math.Log(3) + slack);
        Assert.True(planted > control, $"{planted} against {control}");
        Assert.All(await app.Get<KeyDesk>().ListAsync(TestContext.Current.CancellationToken), k => Assert.True(k.Name != $"Simulation {run.Id}" || k.RevokedAt is not null));
    }

    [Fact]
    public async Task A_running_simulation_stops_between_two_visits_and_a_waiting_one_never_begins()
    {
        await ExperimentAsync("cancelled");
        var waiting = await Desk.RequestAsync(Request("cancelled"), "Ada", TestContext.Current.CancellationToken);
        var long_ = await Queue.StartAsync(Request("cancelled") with { SessionsEach = 100 }, "Ada", TestContext.Current.CancellationToken);
        await app.WhenAsync(long_.Id, r => r.State == SimulationState.Running);
        await Desk.CancelAsync(long_.Id, "Ada", TestContext.Current.CancellationToken);
        var stopped = await app.WhenAsync(long_.Id, r => r.State != SimulationState.Running);
        Assert.Equal(SimulationState.Cancelled, stopped.State);
        Assert.True(stopped.Fraction < 1);
        await Desk.CancelAsync(waiting.Id, "Ada", TestContext.Current.CancellationToken);
        using var http = app.CreateClient();
        var never = await app.Get<SimulationRunner>().RunAsync(waiting.Id, http, 1, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal((SimulationState.Cancelled, 0), (never.State, never.Visits));
        await Assert.ThrowsAsync<Refusal>(() => Desk.CancelAsync(waiting.Id, "Ada", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_list_that_could_not_be_recorded_is_asked_for_again_and_nothing_is_done_on_it()
    {
        var experiment = await ExperimentAsync("unrecorded");
        var run = await Desk.RequestAsync(Request("unrecorded") with { People = 5 }, "Ada", TestContext.Current.CancellationToken);
        using var http = new HttpClient(new Forgetful(3) { InnerHandler = app.Server.CreateHandler() }) { BaseAddress = app.Server.BaseAddress };
        run = await app.Get<SimulationRunner>().RunAsync(run.Id, http, 1, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal((SimulationState.Finished, null), (run.State, run.Error));
        Assert.Equal("0", Assert.Single(app.Rows("SELECT count(*) FROM event WHERE simulated = 1 AND recommendation IS NULL")));
        Assert.Equal($"{run.Viewable} {run.Clicked}", Assert.Single(app.Rows($"SELECT sum(viewable), sum(clicked) FROM unit_day WHERE experiment = {experiment.Id} AND simulated = 1")));
    }

    /// <summary>Takes the id out of the first lists, as a server does whose log is slow.</summary>
    private sealed class Forgetful(int lists) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var answer = await base.SendAsync(request, cancellationToken);
            if (request.Method != HttpMethod.Get || lists-- <= 0) return answer;
            var list = JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancellationToken))!;
            list["recommendationId"] = null;
            answer.Content = new StringContent(list.ToJsonString(), Encoding.UTF8, "application/json");
            return answer;
        }
    }

    [Fact]
    public async Task What_a_process_left_behind_is_marked_and_what_this_one_does_is_not()
    {
        await ExperimentAsync("left");
        var (gone, own) = (await Desk.RequestAsync(Request("left"), "Ada", TestContext.Current.CancellationToken), await Desk.RequestAsync(Request("left"), "Ada", TestContext.Current.CancellationToken));
        await using (var db = await app.DbAsync())
            await db.Set<SimulationRun>().Where(s => s.Id == gone.Id).ExecuteUpdateAsync(s => s.SetProperty(r => r.Process, $"{Environment.ProcessId}:1").SetProperty(r => r.State, SimulationState.Running), TestContext.Current.CancellationToken);
        await Desk.RecoverAsync(TestContext.Current.CancellationToken);
        var failed = (await Desk.FindAsync(gone.Id, TestContext.Current.CancellationToken))!;
        Assert.Equal(SimulationState.Failed, failed.State);
        Assert.StartsWith("The process that carried it out ended", failed.Error, StringComparison.Ordinal);
        Assert.Equal(SimulationState.Queued, (await Desk.FindAsync(own.Id, TestContext.Current.CancellationToken))!.State);
    }

    [Fact]
    public async Task The_key_of_a_process_that_was_killed_opens_nothing_after_the_next_start_and_those_in_use_stay()
    {
        await ExperimentAsync("keys");
        var (gone, own) = (await Desk.RequestAsync(Request("keys"), "Ada", TestContext.Current.CancellationToken), await Desk.RequestAsync(Request("keys"), "Ada", TestContext.Current.CancellationToken));
        await using (var db = await app.DbAsync())
            await db.Set<SimulationRun>().Where(s => s.Id == gone.Id || s.Id == own.Id).ExecuteUpdateAsync(s => s.SetProperty(r => r.State, SimulationState.Running).SetProperty(r => r.Process, r => r.Id == gone.Id ? $"{Environment.ProcessId}:1" : r.Process), TestContext.Current.CancellationToken);
        var keys = app.Get<KeyDesk>();
        var (_, left) = await keys.CreateAsync("simulation", $"Simulation {gone.Id}", ApiKeyKind.Secret, []);
        var (_, held) = await keys.CreateAsync("simulation", $"Simulation {own.Id}", ApiKeyKind.Secret, []);
        await Desk.RecoverAsync(TestContext.Current.CancellationToken);
        Assert.Equal((KeyFault.Revoked, KeyFault.None), (keys.Check(left).Fault, keys.Check(held).Fault));
        Assert.Equal(KeyFault.None, keys.Check(app.SecretKey).Fault);
        await using (var db = await app.DbAsync())
            await db.Set<SimulationRun>().Where(s => s.Id == own.Id).ExecuteUpdateAsync(s => s.SetProperty(r => r.State, SimulationState.Failed), TestContext.Current.CancellationToken);
    }

    // Two applications of their own with the same experiment: the lists, and so the clicks and who comes back, are the same in both.
    [Fact]
    public async Task Visitors_who_were_cut_off_go_on_where_they_were_and_end_like_those_who_were_not()
    {
        using SimulationApp whole = new(), broken = new();
        var request = Request("visits") with { FirstDay = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero), People = 30 };
        await OpenAsync(whole);
        using var http = whole.CreateClient();
        var uncut = await RunAsync(whole, http, 2);

        await OpenAsync(broken);
        using var stop = new CancellationTokenSource();
        using var few = new HttpClient(new CutOff(stop, 40) { InnerHandler = broken.Server.CreateHandler() }) { BaseAddress = broken.Server.BaseAddress };
        Assert.Equal(SimulationState.Cancelled, (await RunAsync(broken, few, 1, stop: stop.Token)).State);
        using var other = broken.CreateClient();
        var rest = await RunAsync(broken, other, 2, goOn: true);
        Assert.Equal(SimulationState.Finished, rest.State);
        Assert.True(rest.Visits > 0 && rest.Visits < uncut.Visits);
        // the same people at the same moments, each once; 40 requests are 20 visits with a list and its events
        Assert.Equal(Visits(whole), Visits(broken));
        Assert.Equal(uncut.Visits, Visits(broken).Length);
        Assert.Equal("0", Assert.Single(broken.Rows("SELECT count(*) FROM (SELECT 1 FROM recommendation GROUP BY unit, session HAVING count(*) > 1)")));

        static async Task OpenAsync(SimulationApp app)
        {
            await app.OpenAsync();
            var (popular, neighbours) = (await app.ServeAsync("popularity", "popularity"), await app.ServeAsync("knn", "item-knn"));
            await app.PlacementAsync("visits", p => p.Exploration = 0);
            await app.ExperimentAsync("visits", "visits", popular, neighbours);
        }
        async Task<SimulationRun> RunAsync(SimulationApp app, HttpClient http, int parallel, bool goOn = false, CancellationToken stop = default) =>
            await app.Get<SimulationRunner>().RunAsync((await app.Get<SimulationDesk>().RequestAsync(request with { DatasetId = app.DatasetId }, "Ada", TestContext.Current.CancellationToken)).Id, http, parallel, goOn: goOn, cancellation: stop);
        static string[] Visits(SimulationApp app) => app.Rows("SELECT unit, session, served_at FROM recommendation ORDER BY unit, served_at");
    }

    /// <summary>After so many requests somebody stops it all.</summary>
    private sealed class CutOff(CancellationTokenSource stop, int requests) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (requests-- == 0) stop.Cancel();
            return base.SendAsync(request, cancellationToken);
        }
    }

    public static TheoryData<string, Func<SimulationRequest, SimulationRequest>> Wrong => new()
    {
        { "Visitors must be", r => r with { People = 0 } },
        { "Days must be", r => r with { Days = 366 } },
        { "Visits each", r => r with { SessionsEach = double.NaN } },
        { "no world 'flat'", r => r with { World = "flat" } },
        { "no click model 'lazy'", r => r with { Clicks = "lazy" } },
        { "no experiment 'nothing'", r => r with { Experiment = "nothing" } },
        { "no data set 999", r => r with { DatasetId = 999 } },
        { "other than control", r => r with { PlantedArm = 0 } },
        { "other than control", r => r with { PlantedArm = 2 } },
        { "between −90 % and +200 %", r => r with { PlantedArm = 1, PlantedLift = 2.5 } },
        { "position-based", r => r with { PlantedArm = 1, PlantedLift = 0.1, Clicks = "cascade" } },
        { "no placement 'nowhere'", r => r with { Experiment = null, Placement = "nowhere" } },
    };

    [Theory]
    [MemberData(nameof(Wrong), DisableDiscoveryEnumeration = true)]
    public async Task A_wrong_request_gets_one_sentence_and_leaves_no_record(string says, Func<SimulationRequest, SimulationRequest> spoil)
    {
        if (await app.Get<ExperimentReader>().ReadAsync("wrong", TestContext.Current.CancellationToken) is null) await ExperimentAsync("wrong");
        var before = (await Desk.ListAsync(TestContext.Current.CancellationToken)).Count;
        Assert.Contains(says, (await Assert.ThrowsAsync<Refusal>(() => Queue.StartAsync(spoil(Request("wrong")), "Ada", TestContext.Current.CancellationToken))).Message);
        Assert.Equal(before, (await Desk.ListAsync(TestContext.Current.CancellationToken)).Count);
    }

    [Fact]
    public async Task The_planted_arms_chance_is_one_plus_lift_times_the_others_and_never_above_what_it_was()
    {
        var experiment = await ExperimentAsync("appeal");
        var route = new RunningExperiment(experiment);
        foreach (var lift in (double[])[0.25, -0.4])
        {
            var appeal = SimulationRunner.Appeal(experiment, 1, lift);
            var byArm = Enumerable.Range(0, 200).Select(u => $"{u}").GroupBy(u => route.Route(u, null).Assignment!.ArmPosition).ToDictionary(g => g.Key, g => g.Select(appeal).Distinct().Single());
            Assert.Equal(1 + lift, byArm[1] / byArm[0], 12);
            Assert.Equal(1, byArm.Values.Max());
        }
    }
}
