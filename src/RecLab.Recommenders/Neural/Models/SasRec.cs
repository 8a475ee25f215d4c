using System.ComponentModel.DataAnnotations;
using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Neural.Batches;
using RecLab.Recommenders.Neural.Frozen;

namespace RecLab.Recommenders.Neural.Models;

/// <summary>What a sequence model is punished for.</summary>
public enum SequenceLoss
{
    /// <summary>-log softmax over all items (Klenitskiy and Vasilev, RecSys 2023): best where items are few.</summary>
    FullSoftmax,

    /// <summary>-log softmax over the next item and the sampled ones: nearly as good, cheaper where items are many.</summary>
    SampledSoftmax,

    /// <summary>Binary cross-entropy of the next item against the sampled ones (Kang and McAuley 2018).</summary>
    BinaryCrossEntropy,

    /// <summary>gBCE: binary cross-entropy whose positive term is raised to a power that undoes the overconfidence of sampling (Petrov and Macdonald, RecSys 2023).</summary>
    GeneralizedBinaryCrossEntropy,
}

/// <summary>Options of <see cref="SasRec"/>.</summary>
public sealed record SasRecOptions : NeuralOptions
{
    public SasRecOptions() => (Epochs, BatchSize) = (30, 64);

    [Display(Name = "Sequence length", Description = "Newest items of a user the model looks at.", Order = 1), Range(2, 1000), Tunable(20, 200)]
    public int MaxLength { get; init; } = 50;

    [Display(Name = "Width", Description = "Length of the vectors inside the model; divisible by the heads.", Order = 2), Range(4, 1024), Tunable(36, 252, Log = true, Multiple = 12)]
    public int Width { get; init; } = 64;

    [Display(Name = "Layers", Description = "Attention blocks one after the other.", Order = 3), Range(1, 16), Tunable(1, 4)]
    public int Layers { get; init; } = 2;

    [Display(Name = "Heads", Description = "Attention heads per block.", Order = 4), Range(1, 16), Tunable(1, 4)]
    public int Heads { get; init; } = 1;

    [Display(Name = "Dropout", Description = "Share of values zeroed while training.", Order = 5), Range(0, 0.9), Tunable(0.1, 0.5)]
    public double Dropout { get; init; } = 0.2;

    [Display(Name = "Loss", Description = "What the model is punished for.", Order = 6)]
    public SequenceLoss Loss { get; init; }

    [Display(Name = "Negatives", Description = "Random items for the sampled losses: of a batch under the softmax, of each place under the binary ones.", Order = 7), Range(1, 100_000), Tunable(64, 1024, Log = true)]
    public int Negatives { get; init; } = 256;

    [Display(Name = "Calibration", Description = "gBCE only: 0 is plain binary cross-entropy, 1 undoes the overconfidence fully.", Order = 8), Range(0, 1)]
    public double Calibration { get; init; } = 0.75;

    [Display(Name = "Contrast beforehand", Description = "Epochs at the beginning in which the model only learns to tell changed views of one history from those of others.", Order = 9), Range(0, 1000)]
    public int ContrastEpochs { get; init; }

    [Display(Name = "Contrast beside", Description = "Weight of that task beside the next item afterwards; 0 leaves it out.", Order = 10), Range(0, 10), Tunable(0.01, 1, Log = true)]
    public double ContrastWeight { get; init; }

    [Display(Name = "Kinds of touch", Description = "Tells touches apart by their value: views, clicks and purchases, or stars. At most 16 different values.", Order = 11)]
    public bool Kinds { get; init; }

    internal override int FirstValidation => ContrastEpochs;
}

/// <summary>SASRec: a causal Transformer reads a user's newest items and at every place predicts the next. With e the item table and p the places,
/// <c>h = Block_n(...Block_1(sqrt(d) e(s_t) + p_t))</c>, each block <c>x + Attention(LN x)</c> then <c>x + W2 relu(W1 LN x)</c> with dropout, and the
/// score of item i after place t is <c>LN(h_t) . e(i)</c>. Where kinds of touch are told apart, each place carries its kind's vector as well.</summary>
/// <remarks>Kang and McAuley, "Self-Attentive Sequential Recommendation", ICDM 2018, section III; the contrast of changed views: <see cref="ViewContrast"/>; the loss over all items and over sampled ones:
/// Klenitskiy and Vasilev, "Turning Dross Into Gold Loss", RecSys 2023. Sequences lie packed without padding and places count from a
/// sequence's beginning, so that short histories meet places that were trained.</remarks>
public sealed class SasRec(SasRecOptions options) : NeuralRecommender<SasRecOptions, SequenceBatch>(options)
{
    protected override (Network<SequenceBatch> Network, IBatches<SequenceBatch> Batches) Prepare(SasRecOptions options, Interactions train, int seed)
    {
        if (options.Width % options.Heads != 0) throw new TrainingException($"The width {options.Width} cannot be divided among {options.Heads} heads.");
        var negatives = options.Loss == SequenceLoss.FullSoftmax ? 0 : options.Negatives;
        var (kinds, ofRow) = options.Kinds ? TouchKinds.Of(train) : (null, null);
        var batches = new SequenceBatches(train, options.BatchSize, options.MaxLength, negatives, seed, new(options.ContrastEpochs, options.ContrastWeight > 0), ofRow);
        return (new SasRecNetwork(options, train.Items.Count, kinds), batches);
    }

    public override IModel Load(Stream artifact, Vocabulary users, Vocabulary items) => SasRecModel.Load(artifact, users, items, masked: false);
}
