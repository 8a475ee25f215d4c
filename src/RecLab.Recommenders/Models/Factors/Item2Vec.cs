using System.ComponentModel.DataAnnotations;
using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Models.Content;
using RecLab.Recommenders.Models.Neighbours;
using RecLab.Recommenders.Numerics;

namespace RecLab.Recommenders.Models.Factors;

/// <summary>What makes an item the next of a history.</summary>
public enum Item2VecScore
{
    /// <summary>The mean of u_j . v_i over the history's items j: how often i keeps their company, as training asked.</summary>
    Company,

    /// <summary>The cosine of u_i and the mean of the unit vectors u_j: items alike, which says nothing about how often either is touched.</summary>
    Likeness,
}

/// <summary>Options of <see cref="Item2Vec"/>.</summary>
public sealed record Item2VecOptions : RecommenderOptions
{
    [Display(Name = "Factors", Description = "Length of an item's vector.", Order = 1), Range(1, 1024), Tunable(16, 256, Log = true)]
    public int Factors { get; init; } = 64;

    [Display(Name = "Epochs", Description = "Passes over all histories.", Order = 2), Range(1, 1000), Tunable(5, 50, Log = true), Budget]
    public int Epochs { get; init; } = 20;

    [Display(Name = "Window", Description = "Items of a history this near to one another are company; 0 for the whole history, without order.", Order = 3), Range(0, 1000), Tunable(1, 50, Log = true)]
    public int Window { get; init; } = 10;

    [Display(Name = "Company", Description = "Company drawn per item and epoch.", Order = 4), Range(1, 100)]
    public int Company { get; init; } = 3;

    [Display(Name = "Negatives", Description = "Chance items against each company, drawn by a power of their popularity.", Order = 5), Range(1, 100), Tunable(3, 20)]
    public int Negatives { get; init; } = 5;

    [Display(Name = "Learning rate", Description = "Size of a step; falls in a line to a hundredth at the end.", Order = 6), Range(1e-6, 1), Tunable(0.01, 0.1, Log = true)]
    public double LearningRate { get; init; } = 0.05;

    /// <summary>0.75 in the original for words; 0 draws all alike (Caselles-Dupre, Lesaint and Royo-Letelier, "Word2vec applied to recommendation: hyperparameters matter", RecSys 2018).</summary>
    [Display(Name = "Power of popularity", Description = "Chance items are drawn by popularity to this power: the higher, the more popular items are held back.", Order = 7), Range(-1, 1), Tunable(-0.5, 1)]
    public double NegativePower { get; init; }

    [Display(Name = "Score", Description = "By the company items keep, or by how alike they are.", Order = 8)]
    public Item2VecScore Score { get; init; }

    [Display(Name = "Memory", Description = "Touches after which an item counts half in a profile; 0 counts all alike.", Order = 9), Range(0, 100_000), Tunable(5, 500, Log = true)]
    public double HalfLife { get; init; }
}

/// <summary>Item2Vec: skip-gram with negative sampling on histories instead of sentences. For an item i and company j it maximises
/// <c>ln sigma(u_i . v_j) + sum over negatives k of ln sigma(-u_i . v_k)</c>; an item is scored by the mean of
/// <c>u_j . v_i</c> over the items j touched, what training asked, or by the cosine of the vectors u.</summary>
/// <remarks>Barkan and Koenigstein, "Item2Vec: Neural Item Embedding for Collaborative Filtering", MLSP 2016 (whose score is the cosine: on MovieLens that finds
/// look-alikes that hardly anybody touches and is as good as chance); Mikolov et al., NIPS 2013 (negatives); with chance items all alike u_j . v_i follows ln P(i | j) (Levy and Goldberg, NIPS 2014).
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
        var chance = ByPopularity(data, options.NegativePower);
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
        return options.Score == Item2VecScore.Likeness
            ? new VectorProfileModel(data.Users, data.Items, inner.ToArray(), options.Factors, Memory)
            : new CompanyModel(data.Users, data.Items, inner.ToArray(), outer.ToArray(), options.Factors, Memory);
    }

    public IModel Load(Stream artifact, Vocabulary users, Vocabulary items)
    {
        var arrays = SafeTensors.Read(artifact);
        var vectors = arrays.Floats("vectors", (long)items.Count * options.Factors);
        return options.Score == Item2VecScore.Likeness
            ? new VectorProfileModel(users, items, vectors, options.Factors, Memory)
            : new CompanyModel(users, items, vectors, arrays.Floats("company", (long)items.Count * options.Factors), options.Factors, Memory);
    }

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

    /// <summary>A table in which an item stands as often as a power of its count asks; one never touched does not.</summary>
    private static int[] ByPopularity(Interactions data, double power)
    {
        const int Length = 1 << 20;
        var weight = Enumerable.Range(0, data.Items.Count).Select(i => data.ByItem.Size(i) is > 0 and var n ? Math.Pow(n, power) : 0).ToArray();
        var total = weight.Sum();
        var table = new int[Length];
        int at = 0, item = 0;
        for (var sum = 0.0; item < weight.Length; item++)
            for (sum += weight[item]; at < Length && at < sum / total * Length; at++) table[at] = item;
        table.AsSpan(at).Fill(Array.FindLastIndex(weight, w => w > 0));
        return table;
    }
}

/// <summary>Two vectors per item; an item is scored by its company vector against the mean of the history's own vectors. Items never seen have no score.</summary>
internal sealed class CompanyModel : IModel
{
    private readonly float[] _own, _company;
    private readonly int _width;
    private readonly HistoryWeights _memory;
    private readonly DenseScoring _scoring;

    /// <param name="own">Items x width; a zero row for an item never seen.</param>
    public CompanyModel(Vocabulary users, Vocabulary items, float[] own, float[] company, int width, HistoryWeights memory)
    {
        (Users, Items, _own, _company, _width, _memory) = (users, items, own, company, width, memory);
        _scoring = new DenseScoring(company, items.Count, width);
    }

    public Vocabulary Users { get; }
    public Vocabulary Items { get; }

    public bool Score(Query query, Span<float> scores)
    {
        var profile = new float[_width];
        var weights = 0f;
        foreach (var (item, weight) in _memory.Of(query))
        {
            if (!Known(item)) continue;
            System.Numerics.Tensors.TensorPrimitives.MultiplyAdd(_own.AsSpan(item * _width, _width), weight, profile, profile);
            weights += weight;
        }
        if (weights == 0) return false;
        System.Numerics.Tensors.TensorPrimitives.Divide(profile, weights, profile);
        _scoring.Score(profile, scores);
        for (var i = 0; i < scores.Length; i++)
            if (!Known(i)) scores[i] = float.NaN;
        return true;
    }

    public void Save(Stream stream) => new SafeTensors
    {
        ["vectors"] = NamedArray.Of(_own, Items.Count, _width), ["company"] = NamedArray.Of(_company, Items.Count, _width),
    }.Write(stream);

    private bool Known(int item) => _own.AsSpan(item * _width, _width).IndexOfAnyExcept(0f) >= 0;
}
