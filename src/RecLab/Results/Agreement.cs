using RecLab.Experiments;
using RecLab.Results.Metrics;
using RecLab.Statistics;

namespace RecLab.Results;

/// <summary>An arm of an experiment with what its model promised offline and what its lists did online, each against the control of the same experiment.</summary>
/// <param name="Offline">Relative change of NDCG@10 on the offline test.</param>
/// <param name="Online">Relative change of click-through.</param>
public sealed record AgreementPoint(string Key, string Experiment, int Arm, string Name, double Offline, double Online)
{
    public string Label => $"{Experiment}, {Name}";
}

/// <summary>Whether what a model promises offline is what its lists do online: over experiments, how alike the two order the arms.</summary>
/// <param name="Experiments">Experiments that have a point.</param>
/// <param name="Correlation">Over points; cannot be said for fewer than three experiments.</param>
public sealed record Agreement(IReadOnlyList<AgreementPoint> Points, int Experiments, Answer<RankCorrelation> Correlation)
{
    public const string OfflineMetric = "ndcg";
    public const int K = 10;

    /// <summary>Arms of one experiment have their control in common, so that one lucky control moves all their points: an interval as from independent points would be too narrow.</summary>
    public static readonly NotComputable Shared = new("shared_control", "Some points share a control, so no interval is given.");

    public static Agreement Of(IReadOnlyList<AgreementPoint> points, double alpha = 0.05)
    {
        var experiments = points.Select(p => p.Key).Distinct().Count();
        Answer<RankCorrelation> correlation = experiments == 0 ? NotComputable.NoUnits : experiments < RankCorrelation.Fewest ? NotComputable.TooFewUnits
            : RankCorrelation.Of([.. points.Select(p => p.Offline)], [.. points.Select(p => p.Online)], alpha);
        if (points.Count > experiments && correlation.TryGet(out var both, out _)) correlation = both with { SpearmanInterval = Shared, KendallInterval = Shared };
        return new(points, experiments, correlation);
    }

    /// <summary>The arms of one reading that have both numbers and enough users.</summary>
    public static IEnumerable<AgreementPoint> PointsOf(ResultsInput input)
    {
        var clicks = new ClickThrough();
        double? Value(int arm) => input.Offline.FirstOrDefault(o => o.Arm == arm)?.Result?[OfflineMetric, K]?.Mean;
        // tested on different data, two numbers say nothing about each other
        if (input.Offline.Select(o => o.DatasetId).Distinct().Count() > 1 || Value(0) is not { } control || control == 0) yield break;
        foreach (var arm in input.Arms.Skip(1))
        {
            if (Math.Min(input.Totals.Arms[0].Units, input.Totals.Arms[arm.Position].Units) < input.Settings.MinimumUsers || Value(arm.Position) is not { } offline) continue;
            if (Effect.Between(input.Totals.Arms[0].Of(clicks), input.Totals.Arms[arm.Position].Of(clicks), EffectScale.Relative).TryGet(out var online, out _))
                yield return new(input.Key, input.Name, arm.Position, arm.Name, offline / control - 1, online.Value);
        }
    }
}

/// <summary>Gathers that over every experiment that was started, of one reading: live and simulated never mix.</summary>
public sealed class AgreementReader(ExperimentReader experiments, ResultsReader results, TotalsReader totals)
{
    public async Task<Agreement> ReadAsync(bool simulated, CancellationToken cancellation = default)
    {
        List<AgreementPoint> points = [];
        foreach (var experiment in (await experiments.ListAsync(cancellation)).Where(e => e.StartedAt is not null && totals.Any(e.Id, simulated)))
            if (await results.ReadAsync(experiment.Key, simulated, cancellation: cancellation) is { } input) points.AddRange(Agreement.PointsOf(input));
        return Agreement.Of(points);
    }
}
