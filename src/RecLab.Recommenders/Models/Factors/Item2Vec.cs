using System.ComponentModel.DataAnnotations;
using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Models.Content;
using RecLab.Recommenders.Models.Neighbours;
using RecLab.Recommenders.Numerics;

namespace RecLab.Recommenders.Models.Factors;

/// <summary>Options of <see cref="Item2Vec"/>.</summary>
public sealed record Item2VecOptions : RecommenderOptions
{
    [Display(Name = "Factors", Description = "Length of an item's vector.", Order = 1), Range(1, 1024), Tunable(16, 256, Log = true)]
    public int Factors { get; init; } = 64;

    [Display(Name = "Epochs", Description = "Passes over all histories.", Order = 2), Range(1, 1000), Tunable(5, 50, Log = true)]
    public int Epochs { get; init; } = 20;

    [Display(Name = "Window", Description = "Items of a history this near to one another are company; 0 for the whole history, without order.", Order = 3), Range(0, 1000), Tunable(1, 50, Log = true)]
    public int Window { get; init; } = 10;

    [Display(Name = "Company", Description = "Company drawn per item and epoch.", Order = 4), Range(1, 100)]
    public int Company { get; init; } = 3;

    [Display(Name = "Negatives", Description = "Chance items against each company, drawn by popularity to the power 0.75.", Order = 5), Range(1, 100), Tunable(3, 20)]
    public int Negatives { get; init; } = 5;

    [Display(Name = "Learning rate", Description = "Size of a step; falls in a line to a hundredth at the end.", Order = 6), Range(1e-6, 1), Tunable(0.01, 0.1, Log = true)]
    public double LearningRate { get; init; } = 0.05;

    [Display(Name = "Memory", Description = "Touches after which an item counts half in a profile; 0 counts all alike.", Order = 7), Range(0, 100_000), Tunable(5, 500, Log = true)]
    public double HalfLife { get; init; }
}

/// <summary>Item2Vec: skip-gram with negative sampling on histories instead of sentences. For an item i and company j it maximises
/// <c>ln sigma(u_i . v_j) + sum over negatives k of ln sigma(-u_i . v_k)</c>; a person is the mean of the unit vectors u of the items touched, the score is the cosine.</summary>
/// <remarks>Barkan and Koenigstein, "Item2Vec: Neural Item Embedding for Collaborative Filtering", MLSP 2016; Mikolov et al., NIPS 2013 (negatives, the power 0.75).
/// One thread, so that a seed decides everything.</remarks>
public sealed class Item2Vec(Item2VecOptions options) : IRecommender
{
    private HistoryWeights Memory => new(options.HalfLife == 0 ? 1 : Math.Pow(0.5, 1 / options.HalfLife));

    public IModel Train(Interactions data, TrainingContext context)
    {
        if (data.Count == 0) throw new TrainingException("There are no interactions to learn from.");
        var inner = FactorMatrix.Normal(data.Items.Count, options.Factors, 0.5 / options.Factors, new Random(context.Seed));
        var outer = new FactorMatrix(data.Items.Count, options.Factors);
        var random = new FastRandom((ulong)context.Seed);
        var chance = ByPopularity(data);
        for (var epoch = 1; epoch <= options.Epochs; epoch++)
        {
            var rate = (float)(options.LearningRate * (1 - 0.99 * (epoch - 1) / options.Epochs));
            double loss = 0;
            long pairs = 0;
            for (var user = 0; user < data.Users.Count; user++)
            {
                context.Cancellation.ThrowIfCancellationRequested();
                var rows = data.ByUser[user];
                for (var at = 0; at < rows.Length && rows.Length > 1; at++)
                    for (var c = 0; c < options.Company; c++)
                    {
                        var item = data.Item[rows[at]];
                        var company = data.Item[rows[Near(at, rows.Length, ref random)]];
                        if (company == item) continue;
                        loss += Step(inner, outer, item, company, chance, ref random, rate);
                        pairs++;
                    }
            }
            if (!double.IsFinite(loss)) throw new TrainingException($"The vectors overflowed in epoch {epoch}; lower the learning rate.");
            context.Progress.Report(new((double)epoch / options.Epochs, $"epoch {epoch} of {options.Epochs}") { Epoch = epoch, Curve = new Dictionary<string, double> { ["loss"] = loss / Math.Max(1, pairs) } });
        }
        for (var item = 0; item < data.Items.Count; item++)
            if (data.ByItem.Size(item) == 0) inner[item].Clear(); // never seen: no vector rather than a random one
        return new VectorProfileModel(data.Users, data.Items, inner.ToArray(), options.Factors, Memory);
    }

    public IModel Load(Stream artifact, Vocabulary users, Vocabulary items) =>
        new VectorProfileModel(users, items, SafeTensors.Read(artifact).Floats("vectors", (long)items.Count * options.Factors), options.Factors, Memory);

    /// <summary>Another place of the history, within the window.</summary>
    private int Near(int at, int length, ref FastRandom random)
    {
        var (low, high) = options.Window == 0 ? (0, length - 1) : (Math.Max(0, at - options.Window), Math.Min(length - 1, at + options.Window));
        var place = low + random.Below(high - low);
        return place < at ? place : place + 1;
    }

    private unsafe double Step(FactorMatrix inner, FactorMatrix outer, int item, int company, int[] chance, ref FastRandom random, float rate)
    {
        var u = inner.Row(item);
        var length = inner.Stride;
        var pull = stackalloc float[length];
        new Span<float>(pull, length).Clear();
        var loss = 0.0;
        for (var k = 0; k <= options.Negatives; k++)
        {
            var target = k == 0 ? company : chance[random.Below(chance.Length)];
            if (k > 0 && (target == company || target == item)) continue;
            var v = outer.Row(target);
            var x = RowKernels.Dot(u, v, length);
            var g = k == 0 ? PairwiseStep.Unsettled(x) : -PairwiseStep.Unsettled(-x);
            loss += PairwiseStep.Loss(k == 0 ? x : -x);
            RowKernels.AddScaled(pull, rate * g, v, length);
            RowKernels.AddScaled(v, rate * g, u, length);
        }
        RowKernels.AddScaled(u, 1, pull, length);
        return loss;
    }

    /// <summary>A table in which an item stands as often as its count to the power 0.75 asks.</summary>
    private static int[] ByPopularity(Interactions data)
    {
        const int Length = 1 << 20;
        var weight = Enumerable.Range(0, data.Items.Count).Select(i => Math.Pow(data.ByItem.Size(i), 0.75)).ToArray();
        var total = weight.Sum();
        var table = new int[Length];
        int at = 0, item = 0;
        for (var sum = 0.0; item < weight.Length; item++)
            for (sum += weight[item]; at < Length && at < sum / total * Length; at++) table[at] = item;
        table.AsSpan(at).Fill(Array.FindLastIndex(weight, w => w > 0));
        return table;
    }
}
