using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RecLab.Events;
using RecLab.Experiments;
using RecLab.Tests.Experiments;

namespace RecLab.Tests.Results;

/// <summary>Sends lists and what happened to them through the event log, as the doors do.</summary>
public static class EventSeeds
{
    private static readonly string[] Items = [.. Enumerable.Range(1, 10).Select(i => $"i{i}")];

    /// <summary>Shows one list of ten items to a user in an arm: the first <paramref name="viewable"/> are seen, of these the first <paramref name="clicked"/> clicked.</summary>
    public static async Task ShowAsync(this RecLabApp app, Experiment experiment, int arm, string user, DateTimeOffset at, int viewable, int clicked,
        bool simulated = false, long? purchase = null, string? fallback = null, params (string Type, double? Value)[] also)
    {
        var log = app.Services.GetRequiredService<EventLog>();
        var list = new Exposure
        {
            Id = Guid.CreateVersion7(at), ServedAt = at.ToUnixTimeMilliseconds(), Placement = experiment.Placement, Experiment = experiment.Id, Phase = experiment.Phase, Arm = arm,
            Variant = experiment.Arms.Single(a => a.Position == arm).VariantId, Unit = user, Session = "s", Simulated = simulated, Items = Items,
            Propensities = [.. Items.Select(_ => 0.5)], Fallback = fallback, Reason = fallback is null ? "assigned" : "fallback",
        };
        await log.AppendAsync(list);
        var id = new IdSealer(await SealKey.ReadAsync(app.Databases())).Seal(list).ToString();
        ReceivedEvent Happened(string type, string? item, TimeSpan later, double? value = null) => new()
        {
            Id = Guid.CreateVersion7(at), Type = type, Recommendation = id, Item = item, Unit = user, Session = "s",
            OccurredAt = (at + later).ToUnixTimeMilliseconds(), ReceivedAt = (at + later).ToUnixTimeMilliseconds(), Value = value, Simulated = simulated,
        };
        List<ReceivedEvent> events = [Happened(EventTypes.Rendered, null, TimeSpan.FromSeconds(1))];
        events.AddRange(Items.Take(viewable).Select(i => Happened(EventTypes.Viewable, i, TimeSpan.FromSeconds(2))));
        events.AddRange(Items.Take(clicked).Select(i => Happened(EventTypes.Click, i, TimeSpan.FromSeconds(3))));
        events.AddRange(also.Select(a => Happened(a.Type, Items[0], TimeSpan.FromSeconds(60), a.Value)));
        if (purchase is { } money) events.Add(Happened(EventTypes.Purchase, Items[0], TimeSpan.FromSeconds(60), money));
        await log.AppendAsync(events);
    }

    /// <summary>A list outside any experiment with as many clicks, as the placement's past.</summary>
    public static Task PastAsync(this RecLabApp app, string placement, string user, DateTimeOffset at, int clicked, bool simulated = false, long? purchase = null, params (string Type, double? Value)[] also) =>
        app.ShowAsync(new Experiment { Key = "none", Name = "none", Placement = placement, Phase = 0, Arms = [new() { Name = "none" }] }, 0, user, at, Math.Max(clicked, 1), clicked, simulated, purchase, null, also);

    /// <summary>Sends users to the arms the assignment gives them, over some days before <paramref name="end"/>; who clicks is drawn from a seed.</summary>
    /// <param name="rates">Chance of a click per viewable item, by arm.</param>
    public static async Task CrowdAsync(this RecLabApp app, Experiment experiment, int users, int days, DateTimeOffset end, double[] rates, bool simulated = false, int seed = 1)
    {
        var live = app.Services.GetRequiredService<LiveExperiments>();
        await live.RefreshAsync();
        var random = new Random(seed);
        List<Task> sent = [];
        for (var u = 0; u < users; u++)
        {
            var user = $"{(simulated ? "sim" : "user")}-{u}";
            if (live.Assign(experiment.Placement, user) is not { Counted: true } assigned) continue;
            var taste = rates[assigned.ArmPosition] * (0.5 + random.NextDouble());
            for (var visit = 0; visit <= random.Next(3); visit++)
            {
                var viewable = random.Next(3, 11);
                var clicked = Enumerable.Range(0, viewable).Count(_ => random.NextDouble() < taste);
                var at = end.AddDays(-random.Next(days)).AddSeconds(-random.Next(3600));
                sent.Add(app.ShowAsync(experiment, assigned.ArmPosition, user, at, viewable, clicked, simulated, random.NextDouble() < 0.05 ? random.Next(500, 5000) : null));
            }
            if (sent.Count >= 500)
            {
                await Task.WhenAll(sent);
                sent.Clear();
            }
        }
        await Task.WhenAll(sent);
    }

    /// <summary>Moves the start of the present phase into the past.</summary>
    public static async Task StartedAsync(this RecLabApp app, string key, DateTimeOffset at)
    {
        await using var db = await app.Databases().CreateDbContextAsync();
        var experiment = await db.Set<Experiment>().SingleAsync(e => e.Key == key);
        experiment.StartedAt = at;
        (await db.Set<ExperimentPhase>().SingleAsync(p => p.ExperimentId == experiment.Id && p.Number == experiment.Phase)).StartedAt = at;
        await db.SaveChangesAsync();
    }
}
