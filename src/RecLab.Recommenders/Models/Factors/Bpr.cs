using System.ComponentModel.DataAnnotations;
using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Numerics;

namespace RecLab.Recommenders.Models.Factors;

/// <summary>Options of <see cref="Bpr"/>.</summary>
public sealed record BprOptions : RecommenderOptions
{
    [Display(Name = "Factors", Description = "Length of a user's and an item's vector.", Order = 1), Range(1, 1024), Tunable(16, 256, Log = true)]
    public int Factors { get; init; } = 64;

    [Display(Name = "Epochs", Description = "Passes of as many pairs as there are touches.", Order = 2), Range(1, 10_000), Tunable(20, 200, Log = true), Budget]
    public int Epochs { get; init; } = 60;

    [Display(Name = "Learning rate", Description = "Size of a step; falls in a line to a tenth at the end.", Order = 3), Range(1e-6, 1), Tunable(0.01, 0.2, Log = true)]
    public double LearningRate { get; init; } = 0.05;

    [Display(Name = "Regularisation", Description = "Pull of the vectors towards zero at each step.", Order = 4), Range(0, 1), Tunable(1e-4, 0.1, Log = true)]
    public double Regularization { get; init; } = 0.01;

    [Display(Name = "Negatives", Description = "Untouched items against each touched one; their pairs count together as one. More need larger steps and steady them.", Order = 5), Range(1, 1000), Tunable(1, 50, Log = true)]
    public int Negatives { get; init; } = 1;
}

/// <summary>Matrix factorisation by Bayesian personalised ranking: over triples of a user, a touched item i and an untouched j, maximises
/// <c>sum ln sigma(b_i - b_j + p_u . (q_i - q_j)) - reg |theta|^2 / 2</c> by stochastic gradient ascent. With several
/// untouched items j against one touched the mean of their terms is maximised.</summary>
/// <remarks>Rendle, Freudenthaler, Gantner and Schmidt-Thieme, "BPR: Bayesian Personalized Ranking from Implicit Feedback", UAI 2009, figure 4 and section 4.3.1. One thread, so that a
/// seed decides everything.</remarks>
public sealed class Bpr(BprOptions options) : IRecommender
{
    private const int PairsPerLook = 4096;

    public unsafe IModel Train(Interactions data, TrainingContext context)
    {
        if (data.Count == 0) throw new TrainingException("There are no interactions to learn from.");
        var touched = SparseMatrix.Of(data);
        var random = new Random(context.Seed);
        var deviation = 0.1 / Math.Sqrt(options.Factors);
        FactorMatrix users = FactorMatrix.Normal(touched.Rows, options.Factors, deviation, random), items = FactorMatrix.Normal(touched.Columns, options.Factors, deviation, random);
        var bias = new float[touched.Columns];
        var sampler = new PairSampler(touched, context.Seed);
        var (reg, rate) = ((float)options.Regularization, 0f);
        var (others, scratch) = (new int[options.Negatives], new FactorMatrix(1, options.Factors));
        for (var epoch = 1; epoch <= options.Epochs; epoch++)
        {
            rate = (float)(options.LearningRate * (1 - 0.9 * (epoch - 1) / options.Epochs));
            var loss = 0.0;
            for (var pair = 0; pair < touched.Count; pair++)
            {
                if (pair % PairsPerLook == 0) context.Cancellation.ThrowIfCancellationRequested();
                if (!sampler.Next(out var user, out var item, out var other)) continue;
                loss += options.Negatives == 1 ? One(user, item, other) : Many(user, item, other);
            }
            if (!double.IsFinite(loss)) throw new TrainingException($"The vectors overflowed in epoch {epoch}; lower the learning rate.");
            context.Progress.Report(new((double)epoch / options.Epochs, $"epoch {epoch} of {options.Epochs}") { Epoch = epoch, Curve = new Dictionary<string, double> { ["loss"] = loss / touched.Count } });
        }
        return new PairwiseModel(data.Users, data.Items, users.ToArray(), items, bias, new float[options.Factors], options.LearningRate, options.Regularization);

        double One(int user, int item, int other)
        {
            float* p = users.Row(user), a = items.Row(item), b = items.Row(other);
            var x = bias[item] - bias[other] + PairwiseStep.Difference(p, a, b, users.Stride);
            var g = PairwiseStep.Unsettled(x);
            PairwiseStep.Move(p, a, b, g, rate, reg, users.Stride);
            bias[item] += rate * (g - reg * bias[item]);
            bias[other] += rate * (-g - reg * bias[other]);
            return PairwiseStep.Loss(x);
        }

        double Many(int user, int item, int first)
        {
            var count = sampler.More(user, first, others);
            float* p = users.Row(user), a = items.Row(item), sum = scratch.Row(0);
            new Span<float>(sum, users.Stride).Clear();
            var (own, all, loss, share) = (bias[item] + RowKernels.Dot(p, a, users.Stride), 0f, 0.0, 1f / count);
            for (var n = 0; n < count; n++)
            {
                var b = items.Row(others[n]);
                var x = own - bias[others[n]] - RowKernels.Dot(p, b, users.Stride);
                var g = share * PairwiseStep.Unsettled(x);
                loss += share * PairwiseStep.Loss(x);
                all += g;
                RowKernels.AddScaled(sum, -g, b, users.Stride); // of the old values
                PairwiseStep.Push(b, p, -rate * g, 1 - rate * reg * share, users.Stride);
                bias[others[n]] += rate * (-g - reg * share * bias[others[n]]);
            }
            RowKernels.AddScaled(sum, all, a, users.Stride);
            PairwiseStep.Push(a, p, rate * all, 1 - rate * reg, users.Stride);
            bias[item] += rate * (all - reg * bias[item]);
            PairwiseStep.Push(p, sum, rate, 1 - rate * reg, users.Stride);
            return loss;
        }
    }

    public IModel Load(Stream artifact, Vocabulary users, Vocabulary items) =>
        PairwiseModel.Load(artifact, users, items, options.Factors, options.LearningRate, options.Regularization);
}
