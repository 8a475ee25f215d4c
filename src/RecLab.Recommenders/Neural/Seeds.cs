using System.Globalization;

namespace RecLab.Recommenders.Neural;

/// <summary>Several trainings from different beginnings as one: the one that validates best is kept, and how far they lie apart is said.</summary>
internal static class Seeds
{
    /// <param name="train">A training under a context of its own, and its best validation (not a number where nothing was held out).</param>
    public static IModel Run<TOptions>(TOptions options, TrainingContext context, Func<TOptions, TrainingContext, (IModel Model, double Best)> train) where TOptions : NeuralOptions
    {
        if (options.Seeds <= 1) return train(options, context).Model;
        var found = new List<(IModel Model, double Best, int Seed)>();
        for (var s = 0; s < options.Seeds; s++)
        {
            var seed = context.Seed + s;
            // Finished ones keep their checkpoint, from which a resumed training has them again at once.
            var path = context.CheckpointPath is { } given && s > 0 ? $"{given}.seed{seed.ToString(CultureInfo.InvariantCulture)}" : context.CheckpointPath;
            var (model, best) = train(options, context with { Seed = seed, CheckpointPath = path, Progress = new OneOfSeveral(context.Progress, s, options.Seeds, seed) });
            found.Add((model, best, seed));
        }
        var kept = found.Any(f => double.IsFinite(f.Best)) ? found.MaxBy(f => f.Best) : found[0];
        context.Progress.Report(new(1, "trained") { Left = TimeSpan.Zero, Log = Spread(found, kept.Seed) });
        for (var s = 1; s < options.Seeds && context.CheckpointPath is { } path; s++) File.Delete($"{path}.seed{(context.Seed + s).ToString(CultureInfo.InvariantCulture)}");
        return kept.Model;
    }

    private static string Spread(List<(IModel, double Best, int Seed)> found, int kept)
    {
        string Text(double value) => value.ToString("0.0000", CultureInfo.InvariantCulture);
        var values = found.Select(f => f.Best).ToArray();
        var mean = values.Average();
        var deviation = Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1));
        return double.IsFinite(mean)
            ? $"Seeds {string.Join(", ", found.Select(f => $"{f.Seed}: {Text(f.Best)}"))}; validation NDCG@10 {Text(mean)} on average, standard deviation {Text(deviation)}. Kept seed {kept}."
            : $"Nothing could be held out to choose among {found.Count} seeds: kept seed {kept}.";
    }

    /// <summary>The progress of one training among several: its share of the whole, and curves under its own name.</summary>
    private sealed class OneOfSeveral(IProgress<TrainingProgress> inner, int which, int of, int seed) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => inner.Report(value with
        {
            // The whole is finished by the report that tells the spread.
            Fraction = 0.999 * (which + value.Fraction) / of,
            Phase = $"seed {which + 1} of {of}, {value.Phase}",
            Curve = value.Curve?.ToDictionary(c => $"{c.Key} (seed {seed.ToString(CultureInfo.InvariantCulture)})", c => c.Value),
            Left = value.Left is { } left && value.Fraction > 0 ? left + left / Math.Max(0.01, 1 - value.Fraction) * (of - 1 - which) : value.Left,
            Expected = value.Expected is { } expected ? expected with { Time = expected.Time * (of - which) } : null,
        });
    }
}
