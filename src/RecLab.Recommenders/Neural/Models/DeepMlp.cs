using System.ComponentModel.DataAnnotations;
using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Neural.Batches;
using RecLab.Recommenders.Neural.Frozen;

namespace RecLab.Recommenders.Neural.Models;

/// <summary>Options of <see cref="DeepMlp"/>.</summary>
public sealed record DeepMlpOptions : NeuralOptions
{
    public DeepMlpOptions() => (Epochs, BatchSize, LearningRate) = (20, 2048, 3e-3);

    [Display(Name = "Embedding", Description = "Length of a user's and an item's vector.", Order = 1), Range(2, 1024), Tunable(16, 128, Log = true)]
    public int Width { get; init; } = 32;

    [Display(Name = "Hidden width", Description = "Units of the first hidden layer; each further one has half as many.", Order = 2), Range(2, 4096), Tunable(32, 256, Log = true)]
    public int HiddenWidth { get; init; } = 64;

    [Display(Name = "Hidden layers", Description = "Dense layers between the vectors and the score.", Order = 3), Range(1, 6), Tunable(1, 4)]
    public int HiddenLayers { get; init; } = 2;

    [Display(Name = "Activation", Description = "What each hidden layer's outputs go through.", Order = 3), Tunable(0, 2)]
    public Activation Activation { get; init; }

    [Display(Name = "Dropout", Description = "Share of hidden units zeroed while training.", Order = 4), Range(0, 0.9), Tunable(0, 0.5)]
    public double Dropout { get; init; } = 0.1;

    [Display(Name = "Negatives", Description = "Untouched items per touched one.", Order = 5), Range(1, 100), Tunable(2, 16)]
    public int Negatives { get; init; } = 4;
}

/// <summary>A deep multi-layer perceptron: with p the users' and q the items' vectors, <c>h_1 = a(W_u p_u + W_i q_i + b_1)</c>,
/// <c>h_l = a(W_l h_{l-1} + b_l)</c> with the activation a, ReLU in the paper, score <c>w . h_L + b</c>, trained as the log-odds of "touched" by binary cross-entropy against
/// sampled untouched items.</summary>
/// <remarks>The MLP of He, Liao, Zhang, Nie, Hu and Chua, "Neural Collaborative Filtering", WWW 2017, section 3.3 (the first layer of the
/// concatenated vectors written as a sum), with dropout. A stranger's vector is the mean over their items of the mean vector of those who
/// touched the item, stretched by the factor that fits known users best in least squares. Where rows name a scenario (a placement), a
/// vector of the scenario is added within the first layer: one more feature beside user and item.</remarks>
public sealed class DeepMlp(DeepMlpOptions options) : NeuralRecommender<DeepMlpOptions, PairBatch>(options)
{
    protected override (Network<PairBatch> Network, IBatches<PairBatch> Batches) Prepare(DeepMlpOptions options, Interactions train, int seed) =>
        (new DeepMlpNetwork(options, train), new PairBatches(train, options.BatchSize, options.Negatives, seed));

    public override IModel Load(Stream artifact, Vocabulary users, Vocabulary items) => DeepMlpModel.Load(artifact, users, items);
}
