using System.ComponentModel.DataAnnotations;
using RecLab.Recommenders.Catalog;

namespace RecLab.Recommenders.Neural;

/// <summary>How the learning rate moves over a training.</summary>
public enum LearningRateSchedule
{
    /// <summary>Down to a tenth along half a cosine (Loshchilov and Hutter 2017).</summary>
    Cosine,

    /// <summary>The same throughout, after the warm-up.</summary>
    Constant,

    /// <summary>Times the decay after each quarter of the training.</summary>
    Step,

    /// <summary>Times the decay whenever half the patience has passed without a better validation.</summary>
    Plateau,
}

/// <summary>What products are computed in.</summary>
public enum Precision
{
    /// <summary>32-bit floats throughout.</summary>
    Single,

    /// <summary>bfloat16 in the products of the forward pass, 32-bit weights, sums and optimiser; on a CUDA device only.</summary>
    BFloat16,
}

/// <summary>What every neural family can be told about its training.</summary>
public abstract record NeuralOptions : RecommenderOptions
{
    [Display(Name = "Epochs", Description = "Passes over the training data at most; early stopping may end sooner.", Order = 50), Range(1, 2000), Budget]
    public int Epochs { get; init; } = 20;

    [Display(Name = "Batch size", Description = "Users (sequence models) or interactions (others) per step.", Order = 51), Range(1, 1_000_000), Tunable(64, 8192, Log = true)]
    public int BatchSize { get; init; } = 1024;

    [Display(Name = "Learning rate", Description = "Size of a step of Adam.", Order = 52), Range(1e-6, 1), Tunable(1e-4, 1e-2, Log = true)]
    public double LearningRate { get; init; } = 1e-3;

    [Display(Name = "Schedule", Description = "How the learning rate moves over the training.", Order = 53)]
    public LearningRateSchedule Schedule { get; init; } = LearningRateSchedule.Cosine;

    [Display(Name = "Decay", Description = "Factor of the schedules Step and Plateau.", Order = 53), Range(0.01, 0.99)]
    public double Decay { get; init; } = 0.5;

    [Display(Name = "Warm-up", Description = "Share of all steps over which the learning rate rises from zero.", Order = 54), Range(0, 0.5)]
    public double WarmUp { get; init; } = 0.02;

    [Display(Name = "Weight decay", Description = "Above zero trains with AdamW: parameters shrink by this times the learning rate each step.", Order = 55), Range(0, 10), Tunable(1e-6, 0.1, Log = true)]
    public double WeightDecay { get; init; }

    [Display(Name = "Gradient clipping", Description = "Largest norm of all gradients together; 0 switches it off.", Order = 56), Range(0, 1000)]
    public double ClipNorm { get; init; } = 5;

    [Display(Name = "Patience", Description = "Validations without a better NDCG@10 before the training stops; 0 never stops early. The best weights are kept either way.", Order = 57), Range(0, 1000)]
    public int Patience { get; init; } = 4;

    [Display(Name = "Validate every", Description = "Epochs between two validations.", Order = 58), Range(1, 100)]
    public int ValidateEvery { get; init; } = 1;

    [Display(Name = "Precision", Description = "bfloat16 computes products with half the bits, on a CUDA device only.", Order = 59)]
    public Precision Precision { get; init; }

    [Display(Name = "Seeds", Description = "Trainings one after the other, each from another beginning. The one that validates best is kept; the log says how far they lie apart.", Order = 60), Range(1, 20)]
    public int Seeds { get; init; } = 1;

    /// <summary>Finished epochs before which a validation says nothing yet.</summary>
    internal virtual int FirstValidation => 0;
}
