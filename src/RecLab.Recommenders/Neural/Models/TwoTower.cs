using System.ComponentModel.DataAnnotations;
using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Neural.Batches;
using RecLab.Recommenders.Neural.Frozen;

namespace RecLab.Recommenders.Neural.Models;

/// <summary>Options of <see cref="TwoTower"/>.</summary>
public record TwoTowerOptions : NeuralOptions
{
    public TwoTowerOptions() => (Epochs, BatchSize, LearningRate, WeightDecay, Patience) = (5, 1024, 2e-3, 0.1, 3);

    [Display(Name = "Width", Description = "Length of the vectors that meet, and of those the towers begin with.", Order = 1), Range(4, 1024), Tunable(32, 256, Log = true)]
    public int Width { get; init; } = 64;

    [Display(Name = "Hidden width", Description = "Units of the towers' hidden layer.", Order = 2), Range(4, 4096), Tunable(64, 512, Log = true)]
    public int HiddenWidth { get; init; } = 128;

    [Display(Name = "History", Description = "Items of a user that are looked at per step of training; serving looks at all.", Order = 3), Range(1, 1000), Tunable(10, 100)]
    public int History { get; init; } = 30;

    [Display(Name = "Temperature", Description = "The cosine is divided by this.", Order = 4), Range(0.01, 10), Tunable(0.03, 0.3, Log = true)]
    public double Temperature { get; init; } = 0.2;

    [Display(Name = "Strangers", Description = "Share of the rows of training whose user is known by history alone.", Order = 5), Range(0, 1), Tunable(0, 0.5)]
    public double Strangers { get; init; } = 0.5;

    [Display(Name = "Frequency correction", Description = "Strength of the correction for popular items being drawn as negatives more often: 1 is the paper's, 0 none.", Order = 6), Range(0, 1)]
    public double Correction { get; init; } = 1;
}

/// <summary>Two towers: <c>u = normalise(W2 relu(W1 [a_user, mean of h(items touched)]))</c> and <c>v = normalise(V2 relu(V1 [b_item, mean of c(categories)]))</c>, score
/// <c>u . v / T</c>. Loss: -log softmax of a touched pair among the items of its batch, each lowered by the log of the share with which it is drawn.</summary>
/// <remarks>Yi et al., "Sampling-Bias-Corrected Neural Modeling for Large Corpus Item Recommendations", RecSys 2019, eq. 4 to 7 (in-batch negatives, log q correction; q is counted here, not
/// estimated from a stream); the tower over a mean of history: Covington, Adams and Sargin, RecSys 2016, section 3. Items of the batch that the user touched are no negatives.</remarks>
public sealed class TwoTower(TwoTowerOptions options) : NeuralRecommender<TwoTowerOptions, TowerBatch>(options)
{
    protected override (Network<TowerBatch> Network, IBatches<TowerBatch> Batches) Prepare(TwoTowerOptions options, Interactions train, int seed) =>
        (new TwoTowerNetwork(options, train), new TowerBatches(train, options.BatchSize, options.History, options.Strangers, seed));

    public override IModel Load(Stream artifact, Vocabulary users, Vocabulary items) => TwoTowerModel.Load(artifact, users, items);
}
