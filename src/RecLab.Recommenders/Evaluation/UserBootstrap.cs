using System.Numerics;
using RecLab.Statistics;

namespace RecLab.Recommenders.Evaluation;

/// <summary>Percentile intervals of means over users: users are drawn with replacement, the same draws for every series, so that models and
/// metrics on the same users are resampled together (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13).</summary>
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
        // A series with gaps needs the weight of its users too; the others share the number of users.
        var values = series.Select(s => Padded(s, padded, v => double.IsNaN(v) ? 0 : v)).ToArray();
        var present = series.Select(s => s.Any(double.IsNaN) ? Padded(s, padded, v => double.IsNaN(v) ? 0 : 1) : null).ToArray();
        var means = series.Select(_ => new double[resamples]).ToArray();
        if (users == 0) { foreach (var row in means) Array.Fill(row, double.NaN); return means; }
        Parallel.For(0, resamples, new ParallelOptions { MaxDegreeOfParallelism = threads > 0 ? threads : -1, CancellationToken = cancellation },
            () => new double[padded],
            (r, _, weights) =>
            {
                Array.Clear(weights);
                var dice = Dice.Of(seed).For(r);
                for (var n = 0; n < users; n++) weights[dice.Below(users, n)]++;
                for (var s = 0; s < values.Length; s++)
                {
                    var weight = present[s] is { } mask ? Dot(weights, mask) : users;
                    means[s][r] = weight == 0 ? double.NaN : Dot(weights, values[s]) / weight;
                }
                return weights;
            }, _ => { });
        return means;
    }

    /// <summary>The interval of each series' mean, or null ends where it has none.</summary>
    public static (double? Low, double? High)[] Intervals(IReadOnlyList<double[]> series, int resamples, int seed, double level, int threads = 0, CancellationToken cancellation = default)
    {
        if (resamples == 0) return [.. series.Select(_ => ((double?)null, (double?)null))];
        return [.. Means(series, resamples, seed, threads, cancellation).Select(means =>
        {
            double[] sorted = [.. means.Where(m => !double.IsNaN(m)).Order()];
            return sorted.Length == 0 ? ((double?)null, (double?)null) : (Quantile(sorted, (1 - level) / 2), Quantile(sorted, (1 + level) / 2));
        })];
    }

    /// <summary>Linear interpolation between order statistics (Hyndman and Fan 1996, definition 7).</summary>
    private static double Quantile(double[] sorted, double p)
    {
        var at = p * (sorted.Length - 1);
        var below = (int)at;
        return below + 1 < sorted.Length ? sorted[below] + (at - below) * (sorted[below + 1] - sorted[below]) : sorted[below];
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

    private static double[] Padded(double[] values, int length, Func<double, double> map)
    {
        var result = new double[length];
        for (var i = 0; i < values.Length; i++) result[i] = map(values[i]);
        return result;
    }
}
