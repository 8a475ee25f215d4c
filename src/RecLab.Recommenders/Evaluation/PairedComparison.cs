using RecLab.Statistics;
using RecLab.Statistics.Comparisons;

namespace RecLab.Recommenders.Evaluation;

/// <summary>Model against model on the same users: by how much b exceeds a in one metric at one k.</summary>
/// <param name="A">Name of the first model.</param>
/// <param name="B">Name of the second.</param>
/// <param name="Users">Users for whom both have a value.</param>
/// <param name="Difference">Mean of b - a over those users.</param>
/// <param name="Low">Lower end of the paired percentile bootstrap interval.</param>
/// <param name="High">Upper end.</param>
/// <param name="PValue">Two-sided, of Student's paired t test; null where the differences do not vary.</param>
/// <param name="Adjusted">The p value adjusted over all pairs compared together (Holm); null where there is none.</param>
public sealed record PairedComparison(string A, string B, string Metric, int K, int Users, double Difference, double Low, double High, double? PValue, double? Adjusted)
{
    /// <summary>Every pair of models, in the order given. Only users with a value under both count, and each resample of users serves all pairs.</summary>
    /// <param name="models">Names and values per user.</param>
    /// <param name="level">Of the intervals, between 0 and 1.</param>
    /// <exception cref="KeyNotFoundException">A model was not evaluated with this metric at this k.</exception>
    public static IReadOnlyList<PairedComparison> AllPairs(IReadOnlyList<(string Name, UserValues Values)> models, string metric, int k, int resamples = Bootstrap.DefaultResamples, int seed = 42, double level = 0.95, CancellationToken cancellation = default)
    {
        if (models.Count < 2) return [];
        var users = models.SelectMany(m => m.Values.Users).Distinct(StringComparer.Ordinal).ToArray();
        var values = models.Select(m => Aligned(m.Values, metric, k, users)).ToArray();
        (int A, int B)[] pairs = [.. from a in Enumerable.Range(0, models.Count) from b in Enumerable.Range(a + 1, models.Count - a - 1) select (a, b)];
        double[][] differences = [.. pairs.Select(p => Paired.Differences(values[p.A], values[p.B]))];
        double[] means = [.. differences.Select(d => RunLists.Mean(d) ?? double.NaN)];
        var drawn = UserBootstrap.Results(differences, means, resamples, seed, level, cancellation: cancellation);
        double?[] p = [.. differences.Select(d => Paired.OneSample([.. d.Where(x => !double.IsNaN(x))]).TryGet(out var test, out _) ? test.PValue : (double?)null)];
        var adjusted = Adjust(p);
        return [.. pairs.Select((pair, i) => new PairedComparison(models[pair.A].Name, models[pair.B].Name, metric, k, differences[i].Count(x => !double.IsNaN(x)), means[i],
            drawn[i]?.Interval.Lower ?? double.NaN, drawn[i]?.Interval.Upper ?? double.NaN, p[i], adjusted[i]))];
    }

    private static double[] Aligned(UserValues values, string metric, int k, string[] users)
    {
        var own = values[metric, k];
        var at = new Dictionary<string, double>(own.Length, StringComparer.Ordinal);
        for (var u = 0; u < own.Length; u++) at[values.Users[u]] = own[u];
        return [.. users.Select(u => at.GetValueOrDefault(u, double.NaN))];
    }

    private static double?[] Adjust(double?[] p)
    {
        int[] known = [.. Enumerable.Range(0, p.Length).Where(i => p[i] is not null)];
        var holm = MultipleTesting.Holm([.. known.Select(i => p[i]!.Value)]);
        var adjusted = new double?[p.Length];
        for (var i = 0; i < known.Length; i++) adjusted[known[i]] = holm[i];
        return adjusted;
    }
}
