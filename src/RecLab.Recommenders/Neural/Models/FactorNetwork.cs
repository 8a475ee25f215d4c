using System.ComponentModel.DataAnnotations;
using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Neural.Batches;
using RecLab.Recommenders.Neural.Frozen;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace RecLab.Recommenders.Neural.Models;

/// <summary>What a dot-product model is punished for.</summary>
public enum FactorLoss
{
    /// <summary>-log softmax over all items of every touched one (the multinomial likelihood of Liang et al., WWW 2018), a user's row at once.</summary>
    Softmax,

    /// <summary>-log sigma(score of a touched item - score of an untouched one) (Rendle et al., UAI 2009).</summary>
    Bpr,

    /// <summary>Binary cross-entropy of touched items against sampled untouched ones (Rendle et al., RecSys 2020).</summary>
    Logistic,
}

/// <summary>Options of models that score by a dot product.</summary>
public abstract record FactorOptions : NeuralOptions
{
    [Display(Name = "Factors", Description = "Length of a user's and an item's vector.", Order = 1), Range(1, 1024), Tunable(16, 256, Log = true)]
    public int Factors { get; init; } = 64;

    [Display(Name = "Loss", Description = "What the model is punished for. With softmax a batch counts users, otherwise interactions.", Order = 2)]
    public FactorLoss Loss { get; init; }

    [Display(Name = "Negatives", Description = "Untouched items per touched one; not for softmax, which looks at all.", Order = 3), Range(1, 100), Tunable(1, 16)]
    public int Negatives { get; init; } = 1;

    [Display(Name = "Regularisation", Description = "Pull of the vectors of every pair in the loss towards zero.", Order = 4), Range(0, 10), Tunable(1e-6, 0.1, Log = true)]
    public double Regularization { get; init; }
}

/// <summary>Tables of user and item vectors and the losses over them; what the tables are made of is the subclass's.</summary>
internal abstract class FactorNetwork(string name, string family, FactorOptions options, Interactions data) : Network<Touches>(name)
{
    private readonly int _items = data.Items.Count;

    /// <summary>The vectors that are scored with: users x factors, items x factors.</summary>
    protected abstract (Tensor Users, Tensor Items) Vectors();

    /// <summary>The learnt vectors that regularisation pulls at.</summary>
    protected abstract (Tensor Users, Tensor Items) Learnt { get; }

    /// <summary>One number an item added to its score, or null for none.</summary>
    protected virtual Tensor? Bias => null;

    /// <summary>The batches a loss asks for.</summary>
    public static IBatches<Touches> Batches(FactorOptions options, Interactions train, int seed) => options.Loss == FactorLoss.Softmax
        ? new RowBatches(train, options.BatchSize, seed)
        : new PairBatches(train, options.BatchSize, options.Negatives, seed);

    public override Tensor Loss(Touches batch) => batch is RowBatch rows ? Softmax(rows) : Pairwise((PairBatch)batch);

    private Tensor Softmax(RowBatch batch)
    {
        var (users, items) = Vectors();
        var own = tensor(batch.Users, device: Device);
        var logits = F.linear(Kernels.Rows(users, own), items, Bias);
        var loss = -F.log_softmax(logits, 1).view(-1).index_select(0, tensor(batch.Places(_items), device: Device)).mean();
        if (options.Regularization == 0) return loss;
        // A user counts as often as they touched something, an item as often as it was touched.
        var touches = Array.ConvertAll(batch.Users, _ => 0f);
        for (var r = 0; r < touches.Length; r++) touches[r] = batch.Starts[r + 1] - batch.Starts[r];
        var touched = new float[_items];
        foreach (var item in batch.Items) touched[item]++;
        var size = (Kernels.Rows(Learnt.Users, own).pow(2).sum(1) * tensor(touches, device: Device)).sum() + (Learnt.Items.pow(2).sum(1) * tensor(touched, device: Device)).sum();
        return loss + size * (options.Regularization / (2 * batch.Items.Length));
    }

    private Tensor Pairwise(PairBatch batch)
    {
        var (users, items) = Vectors();
        var (rows, wide) = (batch.Users.Length, batch.Items.Length / batch.Users.Length);
        int[] positives = new int[rows], negatives = new int[rows * (wide - 1)];
        for (var r = 0; r < rows; r++)
        {
            positives[r] = batch.Items[r * wide];
            batch.Items.AsSpan(r * wide + 1, wide - 1).CopyTo(negatives.AsSpan(r * (wide - 1)));
        }
        Tensor own = tensor(batch.Users, device: Device), touched = tensor(positives, device: Device), other = tensor(negatives, device: Device);
        var p = Kernels.Rows(users, own);
        var liked = (p * Kernels.Rows(items, touched)).sum(-1, keepdim: true);
        var rest = (p.unsqueeze(1) * Kernels.Rows(items, other).view(rows, wide - 1, -1)).sum(-1);
        if (Bias is { } bias)
        {
            liked = liked + bias.index_select(0, touched).unsqueeze(1);
            rest = rest + bias.index_select(0, other).view(rows, wide - 1);
        }
        var loss = options.Loss == FactorLoss.Bpr
            ? -F.logsigmoid(liked - rest).mean()
            : -(F.logsigmoid(liked).sum() + F.logsigmoid(-rest).sum()) / ((double)rows * wide);
        if (options.Regularization == 0) return loss;
        var size = Kernels.Rows(Learnt.Users, own).pow(2).sum() + Kernels.Rows(Learnt.Items, touched).pow(2).sum() + Kernels.Rows(Learnt.Items, other).pow(2).sum();
        return loss + size * (options.Regularization / (2.0 * rows));
    }

    public override IModel Freeze(Vocabulary users, Vocabulary items)
    {
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        var (p, q) = Vectors();
        var vectors = p.Copied();
        for (var u = 0; u < users.Count; u++)
            if (data.ByUser.Size(u) == 0) vectors.AsSpan(u * options.Factors, options.Factors).Clear(); // never trained: zero marks "unknown"
        return new VectorModel(users, items, new(vectors, Audience.Of(data, vectors, options.Factors), q.Copied(), Bias?.Copied() ?? new float[_items], options.Factors), family);
    }
}
