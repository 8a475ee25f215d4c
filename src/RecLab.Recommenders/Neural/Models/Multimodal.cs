using System.ComponentModel.DataAnnotations;
using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Neural.Batches;
using RecLab.Recommenders.Neural.Frozen;

namespace RecLab.Recommenders.Neural.Models;

/// <summary>Options of <see cref="Multimodal"/>.</summary>
public sealed record MultimodalOptions : TwoTowerOptions
{
    public MultimodalOptions() => (Epochs, Patience) = (8, 4);

    [Display(Name = "Without id", Description = "Share of the rows of training whose item is known by what is given of it alone.", Order = 7), Range(0, 1), Tunable(0.1, 0.9)]
    public double WithoutId { get; init; } = 0.5;

    [Display(Name = "Words", Description = "Length of the vector that titles, categories, attributes and descriptions become; 0 leaves the given vectors alone.", Order = 8), Range(0, 4096), Tunable(64, 512, Log = true)]
    public int Words { get; init; } = 256;
}

/// <summary>Two towers whose items are fused from what is known of them: <c>v = normalise(V2 relu(V1 [b_item, mean of c(categories), W x]))</c>, x the given text or image vector beside the projected words. In a share
/// of the rows of training b_item is left out, so that an item nobody touched yet is placed by its content.</summary>
/// <remarks>The towers and their loss: <see cref="TwoTower"/>; the id left out at random: Volkovs, Yu and Poutanen, "DropoutNet: Addressing Cold Start in Recommender Systems", NIPS 2017.</remarks>
public sealed class Multimodal(MultimodalOptions options) : NeuralRecommender<MultimodalOptions, TowerBatch>(options)
{
    private const string Key = "multimodal";

    protected override (Network<TowerBatch> Network, IBatches<TowerBatch> Batches) Prepare(MultimodalOptions options, Interactions train, int seed) =>
        (new TwoTowerNetwork(options, train, ItemContent.Of(train, options.Words, default), options.WithoutId, Key), new TowerBatches(train, options.BatchSize, options.History, options.Strangers, seed));

    public override IModel Load(Stream artifact, Vocabulary users, Vocabulary items) => TwoTowerModel.Load(artifact, users, items, Key);
}
