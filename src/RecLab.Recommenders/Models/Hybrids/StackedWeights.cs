using System.Numerics.Tensors;
using RecLab.Recommenders.Data;

namespace RecLab.Recommenders.Models.Hybrids;

/// <summary>Weights of the parts of a stacked hybrid: those, at or above zero, that give the best mean NDCG@10 on rows kept aside. Found by
/// coordinate ascent from the even blend and from each part alone, so that the blend is never worse there than its best part.</summary>
/// <remarks>Stacking: Wolpert, Neural Networks 1992, with the non-negativity of Breiman, Machine Learning 1996. Coordinate ascent on the metric itself: Metzler and Croft,
/// "Linear feature-based models for information retrieval", Information Retrieval 2007. Only the heads of the parts' lists are ranked anew, which is where the places are decided.</remarks>
internal sealed class StackedWeights
{
    private const int MostUsers = 2000, UsersAtOnce = 64, Head = 50, Places = 10, MostRounds = 20;
    private static readonly double[] Moves = [0, 0.5, 0.8, 0.9, 1.1, 1.25, 2, 4];

    private readonly List<Case> _cases = [];
    private readonly int _parts;

    private StackedWeights(int parts) => _parts = parts;

    /// <param name="models">The parts, trained without the rows of <paramref name="kept"/>.</param>
    /// <param name="known">What the users touched before.</param>
    /// <returns>One weight per part; their sum is 1.</returns>
    public static double[] Learn(IModel[] models, Interactions known, Interactions kept, TrainingContext context)
    {
        var learning = new StackedWeights(models.Length);
        learning.Gather(models, known, kept, context);
        var even = Enumerable.Repeat(1.0 / models.Length, models.Length).ToArray();
        if (learning._cases.Count == 0) return even;
        var starts = Enumerable.Range(0, models.Length).Select(p => even.Select((_, q) => q == p ? 1.0 : 0).ToArray()).Append(even);
        return starts.Select(s => learning.Climb(s, context)).MaxBy(r => r.Quality).Weights;
    }

    private (double[] Weights, double Quality) Climb(double[] weights, TrainingContext context)
    {
        var quality = Quality(weights, context);
        for (var round = 0; round < MostRounds; round++)
        {
            var before = quality;
            for (var p = 0; p < _parts; p++)
                foreach (var move in Moves)
                {
                    var tried = (double[])weights.Clone();
                    tried[p] = weights[p] > 0 ? weights[p] * move : move / _parts;
                    var sum = tried.Sum();
                    if (sum <= 0) continue;
                    for (var q = 0; q < _parts; q++) tried[q] /= sum;
                    var now = Quality(tried, context);
                    if (now > quality + 1e-6) (weights, quality) = (tried, now);
                }
            if (quality <= before + 1e-5) break;
        }
        return (weights, quality);
    }

    /// <summary>Mean NDCG@10 of the blend over the users kept aside.</summary>
    private double Quality(double[] weights, TrainingContext context)
    {
        context.Cancellation.ThrowIfCancellationRequested();
        var sum = 0.0;
        Span<int> best = stackalloc int[Places];
        foreach (var one in _cases)
        {
            one.Blend.AsSpan().Clear();
            for (var p = 0; p < _parts; p++)
                if (weights[p] > 0) TensorPrimitives.MultiplyAdd(one.Scores[p], (float)weights[p], one.Blend, one.Blend);
            var found = Ranker.Top(one.Blend, best);
            for (var place = 0; place < found; place++)
                if (one.IsPositive[best[place]]) sum += 1 / Math.Log2(place + 2) / one.Ideal;
        }
        return sum / _cases.Count;
    }

    private void Gather(IModel[] models, Interactions known, Interactions kept, TrainingContext context)
    {
        var users = Enumerable.Range(0, kept.Users.Count).Where(u => kept.ByUser.Size(u) > 0).ToArray();
        new Random(context.Seed).Shuffle(users);
        users = users[..Math.Min(MostUsers, users.Length)];
        var n = kept.Items.Count;
        var scores = models.Select(_ => new float[UsersAtOnce * n]).ToArray();
        var can = new bool[UsersAtOnce];
        for (var start = 0; start < users.Length; start += UsersAtOnce)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            var block = users[start..Math.Min(users.Length, start + UsersAtOnce)];
            var queries = block.Select(u => Query.Of(u, known.History(u))).ToArray();
            foreach (var (model, own) in models.Zip(scores))
            {
                model.ScoreMany(queries, own.AsSpan(0, block.Length * n), can.AsSpan(0, block.Length));
                for (var q = 0; q < block.Length; q++)
                    if (!can[q] || !Standard.Scale(own.AsSpan(q * n, n))) own.AsSpan(q * n, n).Clear();
            }
            for (var q = 0; q < block.Length; q++) Add(q, queries[q].History.Span, kept.History(block[q]), scores, n);
        }
    }

    private void Add(int q, ReadOnlySpan<int> history, int[] then, float[][] scores, int n)
    {
        var touched = new bool[n];
        foreach (var item in history) touched[item] = true;
        int[] positives = [.. then.Where(i => !touched[i]).Distinct()];
        if (positives.Length == 0) return;
        var isPositive = positives.ToHashSet();
        int[] items = [.. scores.SelectMany(own => Ranker.Top(own.AsSpan(q * n, n), Head, touched)).Concat(positives).Distinct().Order()]; // by index, as ties are broken
        var ideal = 0.0;
        for (var place = 0; place < Math.Min(Places, positives.Length); place++) ideal += 1 / Math.Log2(place + 2);
        _cases.Add(new([.. scores.Select(own => Array.ConvertAll(items, i => own[q * n + i]))], new float[items.Length], Array.ConvertAll(items, isPositive.Contains), ideal));
    }

    /// <summary>One user: candidates, each part's standardised scores of them, and which of them were touched then.</summary>
    private sealed record Case(float[][] Scores, float[] Blend, bool[] IsPositive, double Ideal);
}
