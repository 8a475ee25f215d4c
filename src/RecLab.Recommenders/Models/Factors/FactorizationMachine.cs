using System.ComponentModel.DataAnnotations;
using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;

namespace RecLab.Recommenders.Models.Factors;

/// <summary>What a factorisation machine is fitted to.</summary>
public enum FmTarget
{
    /// <summary>Touched items before untouched ones (pairwise, as BPR).</summary>
    Ranking,

    /// <summary>The values of the rows (squared error).</summary>
    Rating,
}

/// <summary>Options of <see cref="FactorizationMachine"/>.</summary>
public sealed record FactorizationMachineOptions : RecommenderOptions
{
    [Display(Name = "Fitted to", Description = "The order of touched before untouched items, or the ratings themselves.", Order = 1)]
    public FmTarget Target { get; init; }

    [Display(Name = "Factors", Description = "Length of a feature's vector.", Order = 2), Range(1, 1024), Tunable(8, 128, Log = true)]
    public int Factors { get; init; } = 32;

    [Display(Name = "Epochs", Description = "Passes over the rows.", Order = 3), Range(1, 10_000), Tunable(10, 100, Log = true), Budget]
    public int Epochs { get; init; } = 30;

    [Display(Name = "Learning rate", Description = "Size of a step; falls in a line to a tenth at the end.", Order = 4), Range(1e-6, 1), Tunable(0.005, 0.1, Log = true)]
    public double LearningRate { get; init; } = 0.03;

    [Display(Name = "Regularisation", Description = "Pull of weights and vectors towards zero at each step.", Order = 5), Range(0, 1), Tunable(1e-4, 0.1, Log = true)]
    public double Regularization { get; init; } = 0.01;

    [Display(Name = "Use attributes", Description = "Features for users' attributes and items' categories and attributes, besides the ids.", Order = 6)]
    public bool UseAttributes { get; init; } = true;
}

/// <summary>Factorisation machine of the second order: <c>y(x) = w_0 + sum w_f x_f + sum over f &lt; g of v_f . v_g x_f x_g</c> with features for the ids and the
/// attributes of user and item.</summary>
/// <remarks>Rendle, "Factorization Machines", ICDM 2010, eq. 1 and lemma 3.1. With S_u and S_i the summed vectors of the user's and the item's features,
/// y = (user's part) + (item's part) + S_u . S_i, so that all items are scored by one product. Fitted to ranking, data that name scenarios (placements) give a feature for each beside the user's.</remarks>
public sealed class FactorizationMachine(FactorizationMachineOptions options) : IRecommender
{
    public IModel Train(Interactions data, TrainingContext context)
    {
        if (data.Count == 0) throw new TrainingException("There are no interactions to learn from.");
        var training = new FmTraining(options, data, context);
        if (options.Target == FmTarget.Rating) training.FitRatings(); else training.FitOrder();
        var (mean, ofUser, ofItem, users, items) = training.Folded();
        return options.Target == FmTarget.Rating
            ? new BiasedMfModel(data.Users, data.Items, mean, ofUser, ofItem, users.ToArray(), items.ToArray(), options.Factors)
            : new PairwiseModel(data.Users, data.Items, users.ToArray(), items, ofItem, new float[options.Factors], options.LearningRate, options.Regularization, training.Scenarios());
    }

    public IModel Load(Stream artifact, Vocabulary users, Vocabulary items) => options.Target == FmTarget.Rating
        ? new BiasedMf(new() { Factors = options.Factors }).Load(artifact, users, items)
        : PairwiseModel.Load(artifact, users, items, options.Factors, options.LearningRate, options.Regularization);
}
