using RecLab.Events;
using RecLab.Experiments;
using RecLab.Laboratory;
using RecLab.Recommenders.Data;
using RecLab.Results;
using RecLab.Simulation;
using RecLab.Simulation.Catalogues;
using RecLab.Tests.Doors;
using RecLab.Tests.Faults;
using Xunit;

namespace RecLab.Tests.Laboratory;

/// <summary>Simulated visitors through real doors: the loop is tried where its answer is known beforehand.</summary>
public sealed class HonestyTests(ITestOutputHelper output)
{
    /// <summary>An arm: the name people read, and the family behind it.</summary>
    private sealed record Arm(string Name, string Family);

    /// <summary>What a simulation left: every list and event as the database has it, and the page's reading.</summary>
    private sealed record Outcome(string[] Trace, ResultsView View, SimulationRun Run);

    private static readonly Arm[] Three = [new("one", "popularity"), new("two", "als"), new("three", "item-knn")];

    private static Interactions Books(int seed) => GeneratedShop.Create(new(Seed: seed, Books: 250, Readers: Sizes.Of(500, 4000), MeanHistory: 24));

    [Fact]
    public async Task Same_seed_and_models_give_the_same_trace_at_any_number_of_threads()
    {
        var seed = Sizes.DrawnSeed();
        output.WriteLine($"Seed {seed}; repeat with RECLAB_SEED={seed}.");
        var people = Sizes.Of(80, 1500);
        var one = await SimulateAsync(Books(4), "neighbours", seed, people, threads: 1, Three, exploration: 0.2);
        var four = await SimulateAsync(Books(4), "neighbours", seed, people, threads: 4, Three, exploration: 0.2);
        Assert.True(one.Trace.Length > 5 * people, $"With seed {seed} only {one.Trace.Length} lines.");
        Assert.True(one.Trace.AsSpan().SequenceEqual(four.Trace), $"With seed {seed} the traces differ: {one.Trace.Zip(four.Trace).FirstOrDefault(p => p.First != p.Second)}");
        Assert.Equal((one.Run.Visits, one.Run.Viewable, one.Run.Clicked), (four.Run.Visits, four.Run.Viewable, four.Run.Clicked));
    }

    [Fact]
    public async Task Swapping_what_is_behind_two_names_swaps_the_verdict()
    {
        var people = Sizes.Of(500, 3000);
        var first = await SimulateAsync(Books(4), "content", 9, people, 4, [new("A", "popularity"), new("B", "item-knn")]);
        var swapped = await SimulateAsync(Books(4), "content", 9, people, 4, [new("A", "item-knn"), new("B", "popularity")]);
        Assert.Equal((VerdictKind.Better, 1), (first.View.Verdict.Kind, first.View.Verdict.Arm));
        Assert.StartsWith("B is better", first.View.Verdict.Sentence, StringComparison.Ordinal);
        Assert.Equal((VerdictKind.Worse, 1), (swapped.View.Verdict.Kind, swapped.View.Verdict.Arm));
        Assert.StartsWith("B is worse", swapped.View.Verdict.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_shuffled_interactions_and_tastes_without_structure_no_variant_differs_from_popularity()
    {
        var seed = Sizes.DrawnSeed();
        output.WriteLine($"Seed {seed}; repeat with RECLAB_SEED={seed}.");
        var outcome = await SimulateAsync(Expectation.Shuffled(Books(seed), seed), "structureless", seed, Sizes.Of(500, 4000), 4, Three);
        Assert.True(outcome.Run.Clicked > 50, $"With seed {seed} only {outcome.Run.Clicked} clicks.");
        foreach (var judgement in outcome.View.Scorecard.Goal.Judgements)
        {
            Assert.True(judgement.Always!.Interval.Contains(0), $"With seed {seed} {Three[judgement.Arm].Family} differs from popularity: {judgement.Always.Interval}");
        }
        Assert.True(outcome.View.Verdict.Kind == VerdictKind.NoDifferenceYet, $"With seed {seed}: {outcome.View.Verdict.Sentence}");
    }

    /// <summary>A shop of its own on a real port: models trained here, an experiment over them, the laboratory's visitors through HTTP, and what they left.</summary>
    private async Task<Outcome> SimulateAsync(Interactions data, string world, int seed, int people, int threads, Arm[] arms, double exploration = 0)
    {
        await using var app = new ShopApp();
        app.UseKestrel(0);
        app.StartServer();
        await app.OpenAsync(data);
        await app.PlacementAsync("home", p => p.Exploration = exploration);
        List<RecLab.Training.Variant> variants = [];
        foreach (var arm in arms) variants.Add(await app.ServeAsync(arm.Name.ToLowerInvariant(), arm.Family, name: arm.Name));
        await app.ExperimentAsync("honest", "home", ExperimentSettings.Default with { TightestAt = Math.Max(100, people) }, [.. variants]);
        var run = await app.Get<SimulationDesk>().RequestAsync(new SimulationRequest
        {
            DatasetId = app.DatasetId, World = world, Seed = seed, People = people, Days = 7, SessionsEach = 3, FirstDay = new DateTimeOffset(2026, 3, 2, 0, 0, 0, TimeSpan.Zero),
        }, "test");
        using var http = new HttpClient { BaseAddress = app.ClientOptions.BaseAddress };
        run = await app.Get<SimulationRunner>().RunAsync(run.Id, http, threads, cancellation: TestContext.Current.CancellationToken);
        Assert.True(run.State == SimulationState.Finished, run.Error);
        var view = ResultsView.Of((await app.Get<ResultsReader>().ReadAsync("honest", simulated: true))!);
        output.WriteLine($"{run.Visits} visits, {run.Clicked} clicks, {string.Join(", ", view.Scorecard.Goal.Judgements.Select(j => $"{arms[j.Arm].Family} {j.Value:P2} against {j.Baseline:P2} ({j.Always?.Interval.Lower:P0} to {j.Always?.Interval.Upper:P0})"))}: {view.Verdict.Sentence}");
        Assert.Equal(["0"], app.Rows("SELECT (SELECT count(*) FROM event WHERE simulated = 0) + (SELECT count(*) FROM recommendation WHERE simulated = 0) + (SELECT count(*) FROM quarantine)"));
        Assert.Empty(app.Get<FoldProof>().Check());
        return new(
        [
            .. app.Rows("SELECT unit, session, position, item, type, occurred_at, experiment, phase, arm FROM event ORDER BY unit, session, occurred_at, position, type"),
            .. app.Rows("SELECT unit, session, served_at, experiment, phase, arm, variant, items, propensities, fallback, reason FROM recommendation ORDER BY unit, session, served_at"),
        ], view, run);
    }
}
