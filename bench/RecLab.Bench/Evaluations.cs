using RecLab.Recommenders;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Evaluation;
using RecLab.Recommenders.Models.Als;
using RecLab.Recommenders.Models.Linear;

namespace RecLab.Bench;

/// <summary>Scoring, ranking and judging: 50,000 items of 64 dimensions for one user, and everything the evaluator says of ALS on MovieLens 1M.</summary>
internal static class Evaluations
{
    private const int Items = 50_000, Width = 64, Repeats = 200;

    public static void Run(Stopper stopper)
    {
        var random = new Random(1);
        float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() - 0.5))];
        var scoring = new DenseScoring(Numbers(Items * Width), Items, Width);
        var (user, scores, best) = (Numbers(Width), new float[Items], new int[20]);
        stopper.Time($"{Repeats} x one user against {Items:N0} items of {Width}", 0, 5, () => { for (var i = 0; i < Repeats; i++) scoring.Score(user, scores); });
        stopper.Time($"{Repeats} x the top 20 of them", 0, 5, () => { for (var i = 0; i < Repeats; i++) Ranker.Top(scores, best); });
        if (Split80.Of("ml-1m") is not { } cut) return;
        var split = new Split(cut.Train, cut.Valid, cut.Test);
        var model = new ImplicitAls(new()).Train(split.Train, new());
        var ease = new Ease(new() { Regularization = 250 }).Train(split.Train, new());
        stopper.Time("EASE: all metrics at 5, 10, 20, 50, slices, intervals", 3.51, 3, () => Evaluator.Evaluate(ease, split, new() { Threads = 2 })); // RecBole: five ranking metrics at 10, 20
        stopper.Time("EASE: the ranking metrics alone, no intervals", 3.51, 3, () => Evaluator.Evaluate(ease, split, new() { Threads = 2, Resamples = 0, WithRunMetrics = false, WithSlices = false }));
        stopper.Time("all metrics at 5, 10, 20, 50 with slices and intervals", 0, 5, () => Evaluator.Evaluate(model, split, new() { Threads = 2 }));
        stopper.Time("the ranking metrics alone, no intervals", 0.236, 5, () => Evaluator.Evaluate(model, split, new() { Threads = 2, Resamples = 0, WithRunMetrics = false, WithSlices = false }));
    }
}
