using System.Numerics;
using RecLab.Statistics;

namespace RecLab.Recommenders.Evaluation;

/// <summary><see cref="Bootstrap"/> for many series over the same users at once: the users of a resample are drawn once for all of them, so that models and metrics are
/// resampled together and hundreds of intervals cost little more than one (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13).</summary>
public static class UserBootstrap
{
    /// <summary>The means of each resample: row s, column r is series s in resample r; NaN where no drawn user has a value.</summary>
    /// <param name="series">Values of the same users, NaN for a user without.</param>
    /// <param name="resamples">How many.</param>
    /// <param name="threads">0 for all cores; the answer does not depend on it.</param>
    public static double[][] Means(IReadOnlyList<double[]> series, int resamples, int seed, int threads = 0, CancellationToken cancellation = default)
    {
        var users = series.Count == 0 ? 0 : series[0].Length;
        if (series.Any(s => s.Length != users)) throw new ArgumentException("The series are not about the same users.");
        var padded = (users + Vector<double>.Count - 1) / Vector<double>.Count * Vector<double>.Count;
        // A series with gaps needs the weight of its users too; the others share the number of users. Only the users with a value are kept of it, so that a slice of a tenth of the users costs a tenth.
        var (masks, maskOf) = Masks(series);
        var values = series.Select((s, n) => maskOf[n] < 0 ? Padded(s) : Padded([.. masks[maskOf[n]].Select(u => s[u])])).ToArray();
        var means = series.Select(_ => new double[resamples]).ToArray();
        if (users == 0) { foreach (var row in means) Array.Fill(row, double.NaN); return means; }
        Parallel.For(0, resamples, new ParallelOptions { MaxDegreeOfParallelism = threads > 0 ? threads : -1, CancellationToken = cancellation },
            () => (All: new double[padded], Some: masks.Select(m => Padded(new double[m.Length])).ToArray()),
            (r, _, own) =>
            {
                var weights = own.All;
                Array.Clear(weights);
                var dice = Dice.Of(seed).For(r);
                for (var n = 0; n < users; n++) weights[dice.Below(users, n)]++;
                var present = new double[masks.Count];
                for (var m = 0; m < masks.Count; m++)
                {
                    double sum = 0;
                    for (var i = 0; i < masks[m].Length; i++) sum += own.Some[m][i] = weights[masks[m][i]];
                    present[m] = sum;
                }
                for (var s = 0; s < values.Length; s++)
                {
                    var weight = maskOf[s] < 0 ? users : present[maskOf[s]];
                    means[s][r] = weight == 0 ? double.NaN : Dot(maskOf[s] < 0 ? weights : own.Some[maskOf[s]], values[s]) / weight;
                }
                return own;
            }, _ => { });
        return means;
    }

    /// <summary>What the bootstrap says of each series' mean, or null where no resample has one (or none was asked for).</summary>
    /// <param name="means">The mean of each series itself.</param>
    public static BootstrapResult?[] Results(IReadOnlyList<double[]> series, IReadOnlyList<double> means, int resamples, int seed, double level, int threads = 0, CancellationToken cancellation = default) =>
        resamples == 0 ? new BootstrapResult?[series.Count] : [.. Means(series, resamples, seed, threads, cancellation).Select((drawn, s) =>
        {
            double[] usable = [.. drawn.Where(m => !double.IsNaN(m))];
            return usable.Length == 0 ? null : BootstrapResult.From(means[s], usable, 1 - level);
        })];

    /// <summary>Which users have a value, once for all series that lack the same users; -1 for a series without gaps.</summary>
    private static (List<int[]> Masks, int[] MaskOf) Masks(IReadOnlyList<double[]> series)
    {
        List<int[]> masks = [];
        var maskOf = new int[series.Count];
        for (var s = 0; s < maskOf.Length; s++)
        {
            maskOf[s] = -1;
            var values = series[s];
            if (!values.Any(double.IsNaN)) continue;
            int[] mask = [.. Enumerable.Range(0, values.Length).Where(u => !double.IsNaN(values[u]))];
            maskOf[s] = masks.FindIndex(m => m.AsSpan().SequenceEqual(mask));
            if (maskOf[s] >= 0) continue;
            maskOf[s] = masks.Count;
            masks.Add(mask);
        }
        return (masks, maskOf);
    }

    private static double Dot(double[] a, double[] b)
    {
        Vector<double> x = default, y = default;
        var i = 0;
        for (; i + 2 * Vector<double>.Count <= a.Length; i += 2 * Vector<double>.Count)
        {
            x += new Vector<double>(a, i) * new Vector<double>(b, i);
            y += new Vector<double>(a, i + Vector<double>.Count) * new Vector<double>(b, i + Vector<double>.Count);
        }
        for (; i < a.Length; i += Vector<double>.Count) x += new Vector<double>(a, i) * new Vector<double>(b, i);
        return Vector.Sum(x + y);
    }

    /// <summary>With zeros up to whole vectors.</summary>
    private static double[] Padded(double[] values)
    {
        var result = new double[(values.Length + Vector<double>.Count - 1) / Vector<double>.Count * Vector<double>.Count];
        values.CopyTo(result, 0);
        return result;
    }
}
