using RecLab.Controls;
using RecLab.Controls.Charts;
using RecLab.Experiments;
using RecLab.Recommenders.Evaluation;

namespace RecLab.Results;

/// <summary>The offline evaluation of the model behind an arm.</summary>
/// <param name="Arm">Position.</param>
/// <param name="RunId">The run whose model served when the phase began.</param>
/// <param name="Version">Version of the variant's model.</param>
/// <param name="DatasetId">The data it was trained and tested on.</param>
/// <param name="Result">What was found; null while it was not evaluated.</param>
public sealed record OfflineArm(int Arm, int RunId, int Version, int DatasetId, EvaluationResult? Result);

/// <summary>One ranking metric of one arm.</summary>
/// <param name="Value">The mean over users; null where it has no meaning.</param>
/// <param name="Low">Lower end of the arm's own bootstrap interval over users; null where the metric is no mean over users.</param>
/// <param name="Change">Value relative to control's, minus 1; null without both.</param>
/// <param name="ChangeLow">The interval's lower end on the scale of <paramref name="Change"/>.</param>
public sealed record OfflineCell(int Arm, double? Value, double? Low, double? High, int Users, double? Change, double? ChangeLow, double? ChangeHigh);

/// <summary>One ranking metric over all arms, control first.</summary>
public sealed record OfflineRow(string Key, int K, string Name, string Summary, int Decimals, IReadOnlyList<OfflineCell> Cells);

/// <summary>Ranking quality side by side: NDCG, recall, MRR, hit rate and coverage of the arms' models on the offline test (temporal hold-out, all items ranked).</summary>
public sealed record OfflineBoard(IReadOnlyList<OfflineRow> Rows, EffectAxis Axis, string? Caution)
{
    private const int K = 10;
    private static readonly string[] Keys = ["ndcg", "recall", "mrr", "hit", "coverage"];

    public static OfflineBoard Of(IReadOnlyList<OfflineArm> models, IReadOnlyList<PhaseArm> arms)
    {
        var evaluated = models.Where(m => m.Result is not null).ToDictionary(m => m.Arm);
        if (evaluated.Count == 0) return new([], new(0.1, 0.05, 0.01), null);
        List<OfflineRow> rows = [];
        foreach (var key in Keys)
        {
            var control = evaluated.GetValueOrDefault(0)?.Result![key, K]?.Mean;
            rows.Add(new(key, K, Name(key), Summary(key), 4, [.. arms.Select(a => Cell(a.Position, evaluated.GetValueOrDefault(a.Position)?.Result![key, K], control))]));
        }
        var boxes = rows.SelectMany(r => r.Cells).Where(c => c.ChangeLow is not null).Select(c => (c.ChangeLow!.Value, c.ChangeHigh!.Value))
            .Concat(rows.SelectMany(r => r.Cells).Where(c => c.Change is not null).Select(c => (c.Change!.Value, c.Change.Value)));
        return new(rows, EffectAxis.Fit(boxes, limit: 2), CautionOf(models, arms));
    }

    private static OfflineCell Cell(int arm, MetricValue? value, double? control)
    {
        double? Relative(double? v) => v is { } x && control is { } c and not 0 ? x / c - 1 : null;
        return new(arm, value?.Mean, value?.Low, value?.High, value?.Users ?? 0, Relative(value?.Mean), Relative(value?.Low), Relative(value?.High));
    }

    private static string? CautionOf(IReadOnlyList<OfflineArm> models, IReadOnlyList<PhaseArm> arms)
    {
        var missing = arms.Where(a => models.All(m => m.Arm != a.Position || m.Result is null)).Select(a => a.Name).ToArray();
        if (missing.Length > 0) return $"No offline evaluation of {string.Join(", ", missing)}.";
        return models.Select(m => m.DatasetId).Distinct().Count() > 1 ? "The arms were tested on different data sets, so these numbers cannot be compared with each other." : null;
    }

    private static string Name(string key) => key == "coverage" ? $"Coverage@{K}" : $"{RankingMetricCatalog.Get(key).Name}@{K}".Replace($"@{K}@{K}", $"@{K}", StringComparison.Ordinal);

    private static string Summary(string key) => key == "coverage" ? "share of the catalogue that is shown to anybody" : RankingMetricCatalog.Get(key).Summary;
}
