using RecLab.Events;
using RecLab.Experiments;
using RecLab.Results.Metrics;
using RecLab.Statistics;
using RecLab.Statistics.Comparisons;

namespace RecLab.Results;

/// <summary>Whether an arm's effect depends on which arm of another experiment the users are in.</summary>
/// <param name="Own">Position of the arm here, from 1.</param>
/// <param name="Other">Position of the arm there, from 1.</param>
/// <param name="Difference">Effect on the goal among users of the other's arm less the effect among users of the other's control, absolute scale; or why there is none.</param>
/// <param name="P">Holm over all pairs of arms; null without a difference.</param>
public sealed record Interaction(int Own, int Other, Answer<Estimate> Difference, double? P);

/// <summary>Another live experiment beside one's own: do both divide the same users independently, and do their effects simply add up?</summary>
/// <param name="Users">Users counted in both.</param>
/// <param name="Split">Chi-square test of the cross table of arms.</param>
public sealed record SharedExperiment(string Key, string Name, long Users, Answer<Dependence> Split, IReadOnlyList<Interaction> Interactions)
{
    /// <summary>A p value of the split below this is no chance.</summary>
    public const double SplitAlarm = 0.001;

    public bool SplitDepends => Split.TryGet(out var split, out _) && split.PValue < SplitAlarm;

    /// <summary>The interaction least likely to be chance.</summary>
    public Interaction? Strongest => Interactions.Where(i => i.P is not null).MinBy(i => i.P);

    /// <param name="cells">Sums of the goal by arm here and arm there.</param>
    /// <param name="own">Number of arms here.</param>
    /// <param name="other">Number of arms there.</param>
    public static SharedExperiment Of(string key, string name, IOutcomeMetric goal, IReadOnlyDictionary<(int Own, int Other), UnitSums> cells, int own, int other)
    {
        var table = new long[own, other];
        foreach (var ((a, b), sums) in cells)
            if (a < own && b < other) table[a, b] = sums.Units;
        Moments At(int a, int b) => Moments.Of(goal.Kind, cells.GetValueOrDefault((a, b)));
        Answer<Estimate> Here(int a, int b) => Effect.Between(At(0, b), At(a, b), EffectScale.Absolute);
        var found = (from a in Enumerable.Range(1, own - 1) from b in Enumerable.Range(1, other - 1) select (a, b, Difference: Here(a, b).Then(there => Here(a, 0).Then<Estimate>(plain => Less(there, plain))))).ToArray();
        var adjusted = MultipleTesting.Holm([.. found.Select(f => f.Difference.IsKnown ? TTest.Of(f.Difference.Value, 0.05).PValue : 1)]);
        return new(key, name, cells.Values.Sum(s => s.Units), Dependence.Test(table), [.. found.Select((f, i) => new Interaction(f.a, f.b, f.Difference, f.Difference.IsKnown ? adjusted[i] : null))]);
    }

    /// <summary>Two independent estimates' difference; degrees of freedom by Welch and Satterthwaite.</summary>
    private static Estimate Less(Estimate a, Estimate b)
    {
        var variance = a.Variance + b.Variance;
        return new(a.Value - b.Value, variance, variance * variance / (a.Variance * a.Variance / a.Degrees + b.Variance * b.Variance / b.Degrees));
    }
}

/// <summary>Reads how an experiment stands to the other ones that run.</summary>
public sealed class SharedExperimentReader(ExperimentReader experiments, SharedUsers users)
{
    /// <returns>One per other running experiment that shares a user; empty where none does or the experiment itself does not run; null where there is no such experiment.</returns>
    public async Task<IReadOnlyList<SharedExperiment>?> ReadAsync(string key, bool simulated, CancellationToken cancellation = default)
    {
        var all = await experiments.ListAsync(cancellation);
        if (all.FirstOrDefault(e => e.Key == key) is not { } own) return null;
        if (own.State != ExperimentState.Running) return [];
        var goal = AskedMetric.Of(OutcomeMetricCatalog.Get(own.GoalMetric), ExperimentSettings.FromJson(own.Settings), simulated);
        return await Task.Run(() => Read(own, goal, all.Where(e => e.State == ExperimentState.Running && e.Id != own.Id), simulated), cancellation);
    }

    private IReadOnlyList<SharedExperiment> Read(Experiment own, AskedMetric goal, IEnumerable<Experiment> others, bool simulated) =>
    [
        .. others.Select(o => SharedExperiment.Of(o.Key, o.Name, goal.Metric, users.Read(new(own.Id, own.Phase, simulated), o.Id, o.Phase, goal.Measure), own.Arms.Count, o.Arms.Count)).Where(s => s.Users > 0),
    ];
}
