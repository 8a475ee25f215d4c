using RecLab.Controls.Charts;
using RecLab.Events;
using RecLab.Experiments;
using RecLab.Results.Metrics;
using RecLab.Statistics;
using RecLab.Statistics.Comparisons;
using Direction = RecLab.Controls.Charts.Direction;

namespace RecLab.Results;

/// <summary>Sums over an arm's users who had one value of an attribute.</summary>
public sealed record SliceSums(string Name, string Value, int Arm, UnitSums Sums);

/// <summary>One arm against control among the users with one value.</summary>
/// <param name="Value">Empty where the attribute did not come with the user's first list.</param>
/// <param name="Users">Of this arm with this value.</param>
/// <param name="Effect">The relative change with its always-valid interval: slices are looked at on any day, before the planned end and after it.</param>
/// <param name="P">Benjamini-Hochberg over every comparison of all slices of the metric; null without a comparison.</param>
public sealed record SliceRow(string Name, string Value, int Arm, long Users, Answer<Difference> Effect, double? P, bool Declared)
{
    /// <summary>Better or worse where the corrected p value is at most alpha.</summary>
    public Direction Look(IOutcomeMetric metric, double alpha) => P is not { } p || p > alpha ? Direction.Neutral : Effect.Value.Effect.Value > 0 == metric.HigherIsBetter ? Direction.Better : Direction.Worse;
}

/// <summary>A metric split by what users were at their first list.</summary>
/// <param name="Rows">Those with the strongest evidence first.</param>
/// <param name="Asked">How many comparisons were corrected for.</param>
public sealed record SliceTable(IReadOnlyList<SliceRow> Rows, int Asked, EffectAxis Axis)
{
    /// <summary>Values of an attribute that are shown; the rarer ones are put together.</summary>
    public const int MostValues = 8;

    /// <summary>Users of an arm below which a value is not compared.</summary>
    public const int FewestUsers = 20;

    /// <summary>The name under which rarer values are put together.</summary>
    public const string Others = "all others";

    /// <param name="cells">Sums by attribute, value and arm.</param>
    /// <param name="arms">How many arms there are.</param>
    /// <param name="alpha">Share of false ones among the slices called different.</param>
    public static SliceTable Of(IOutcomeMetric metric, IReadOnlyCollection<SliceSums> cells, int arms, ExperimentSettings settings, double alpha)
    {
        Difference Judge(Estimate effect, long users, JudgementRules rules) => new AlwaysValid(rules.Alpha, EffectScale.Relative, rules.TightestAt).Judge(effect, users);
        var rules = new JudgementRules(alpha, settings.Tuning, AtPlannedEnd: false);
        List<SliceRow> rows = [];
        Dictionary<(string, string, int), long> clocks = [];
        foreach (var slice in cells.GroupBy(c => c.Name, StringComparer.Ordinal))
        {
            var most = slice.GroupBy(c => c.Value).OrderByDescending(g => g.Sum(c => c.Sums.Units)).Take(MostValues).Select(g => g.Key).ToHashSet(StringComparer.Ordinal);
            foreach (var value in slice.GroupBy(c => most.Contains(c.Value) ? c.Value : Others))
            {
                UnitSums At(int arm) => value.Where(c => c.Arm == arm).Aggregate(default(UnitSums), (sum, c) => sum + c.Sums);
                for (var arm = 1; arm < arms; arm++)
                {
                    var (c, t) = (At(0), At(arm));
                    Answer<Difference> effect = Math.Min(c.Units, t.Units) < FewestUsers ? NotComputable.TooFewUnits
                        : Effect.Between(Moments.Of(metric.Kind, c), Moments.Of(metric.Kind, t), EffectScale.Relative).Then<Difference>(e => Judge(e, c.Units + t.Units, rules));
                    clocks.Add((slice.Key, value.Key, arm), c.Units + t.Units);
                    rows.Add(new(slice.Key, value.Key, arm, t.Units, effect, null, settings.Slices.Contains(slice.Key)));
                }
            }
        }
        var tested = rows.Where(r => r.Effect.IsKnown).ToArray();
        var adjusted = MultipleTesting.BenjaminiHochberg([.. tested.Select(r => r.Effect.Value.PValue!.Value)]);
        // intervals leave 0 out exactly where a slice is called different (Benjamini, Yekutieli, JASA 2005)
        var level = tested.Length == 0 ? rules : rules.At(alpha * Math.Max(1, adjusted.Count(p => p <= alpha)) / tested.Length);
        tested = [.. tested.Select((r, i) => r with { P = adjusted[i], Effect = Judge(r.Effect.Value.Effect, clocks[(r.Name, r.Value, r.Arm)], level) })];
        var corrected = tested.OrderBy(r => r.P).ThenByDescending(r => r.Users);
        return new([.. corrected, .. rows.Where(r => !r.Effect.IsKnown).OrderByDescending(r => r.Users)], tested.Length,
            EffectAxis.Fit(tested.Select(r => (r.Effect.Value.Interval.Lower, r.Effect.Value.Interval.Upper))));
    }
}

/// <summary>Reads slices: from the log while it runs, from the snapshot of a decided experiment.</summary>
public sealed class SliceReader(ExperimentReader experiments, UnitSlices slices)
{
    /// <summary>Every attribute of a phase with the sums of one metric.</summary>
    /// <returns>Null where there is no such experiment.</returns>
    public async Task<SliceTable?> ReadAsync(ResultsInput input, IOutcomeMetric metric, CancellationToken cancellation = default)
    {
        if (await experiments.ReadAsync(input.Key, cancellation) is not { } file) return null;
        var frozen = input.Phase == file.Experiment.Phase && file.Experiment.Snapshot is { Length: > 2 } json ? ResultsSnapshot.FromJson(json).Depth(input.Simulated) : null;
        if (frozen is not null) return SliceTable.Of(metric, frozen.Slices?.GetValueOrDefault(metric.Key) ?? [], input.Arms.Count, input.Settings, input.Alpha);
        var scope = new UnitScope(file.Experiment.Id, input.Phase, input.Simulated);
        var cells = await Task.Run(() => slices.Names(scope).SelectMany(n => slices.Read(scope, n, [AskedMetric.Of(metric, input.Settings, input.Simulated).Measure]).Select(c => new SliceSums(n, c.Key.Value, c.Key.Arm, c.Value[0]))).ToArray(), cancellation);
        return SliceTable.Of(metric, cells, input.Arms.Count, file.Settings, input.Alpha);
    }
}
