namespace RecLab.Recommenders.Evaluation.Metrics;

/// <summary>calibration@k = mean over users of sum_g p(g) ln(p(g) / q~(g)), the divergence of the list's categories q from the history's p, with
/// q~ = 0.99 q + 0.01 p so that it stays finite; each item spreads one unit evenly over its categories. 0 = the list mirrors the user's tastes,
/// lower is better (Steck, "Calibrated recommendations", RecSys 2018, eq. 2 to 4). Users whose history or list names no category are left out.</summary>
public sealed class Calibration : IRunMetric
{
    private const double Alpha = 0.01;

    public string Key => "calibration";
    public string Name => "Miscalibration";
    public string Summary => "How far the categories of the list are from those of the user's history (divergence; 0 is best).";

    public double? At(RunLists run, int k) => RunLists.Mean(PerUser(run, k));

    public double[]? PerUser(RunLists run, int k)
    {
        if (run.History is not { } history) return null;
        var categories = run.Items.Features.Select(f => f.Length == 0 ? 0 : f[^1] + 1).DefaultIfEmpty(0).Max();
        if (categories == 0) return null;
        double[] p = new double[categories], q = new double[categories];
        return run.EachUser(k, (list, user) =>
        {
            if (!Spread(history(user), run.Items.Features, p) || !Spread(list, run.Items.Features, q)) return double.NaN;
            double divergence = 0;
            for (var g = 0; g < categories; g++)
                if (p[g] > 0) divergence += p[g] * Math.Log(p[g] / ((1 - Alpha) * q[g] + Alpha * p[g]));
            return divergence;
        });
    }

    private static bool Spread(ReadOnlySpan<int> items, int[][] features, double[] into)
    {
        Array.Clear(into);
        double sum = 0;
        foreach (var item in items)
        {
            var own = features[item];
            if (own.Length == 0) continue;
            foreach (var g in own) into[g] += 1.0 / own.Length;
            sum++;
        }
        for (var g = 0; g < into.Length && sum > 0; g++) into[g] /= sum;
        return sum > 0;
    }
}
