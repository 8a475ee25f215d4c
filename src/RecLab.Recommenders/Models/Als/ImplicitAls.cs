using System.ComponentModel.DataAnnotations;
using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;

namespace RecLab.Recommenders.Models.Als;

/// <summary>How the weight of a touched pair is found.</summary>
public enum AlsWeight
{
    /// <summary>Every touched pair weighs 1.</summary>
    Touched,

    /// <summary>A pair weighs as often as it was touched.</summary>
    Count,

    /// <summary>A pair weighs the sum of its values (ratings, play counts).</summary>
    Value,
}

/// <summary>How the least-squares problem of one row is solved.</summary>
public enum AlsSolver
{
    /// <summary>A few steps of conjugate gradient from the last solution (Takacs, Pilaszy and Tikk, RecSys 2011): fast.</summary>
    ConjugateGradient,

    /// <summary>Exactly, by Cholesky factorisation.</summary>
    Cholesky,
}

/// <summary>Options of <see cref="ImplicitAls"/>.</summary>
public sealed record ImplicitAlsOptions : RecommenderOptions
{
    [Display(Name = "Factors", Description = "Length of a user's and an item's vector.", Order = 1), Range(1, 1024), Tunable(16, 256, Log = true)]
    public int Factors { get; init; } = 64;

    [Display(Name = "Iterations", Description = "Times both sides are solved.", Order = 2), Range(1, 500), Tunable(5, 30), Budget]
    public int Iterations { get; init; } = 15;

    /// <summary>lambda.</summary>
    [Display(Name = "Regularisation", Description = "Pull of the vectors towards zero, scaled by how often a user or item occurs.", Order = 3), Range(1e-6, 1e4), Tunable(1e-3, 0.1, Log = true)]
    public double Regularization { get; init; } = 0.01;

    /// <summary>alpha0.</summary>
    [Display(Name = "Weight of the untouched", Description = "Weight of a pair nobody touched, against 1 for a touched one.", Order = 4), Range(1e-6, 10), Tunable(0.02, 1, Log = true)]
    public double UnobservedWeight { get; init; } = 0.2;

    /// <summary>nu.</summary>
    [Display(Name = "Frequency exponent", Description = "1 regularises frequent users and items in proportion, 0 all alike.", Order = 5), Range(0, 1)]
    public double FrequencyExponent { get; init; } = 1;

    [Display(Name = "Weight of the touched", Description = "What a touched pair weighs.", Order = 6)]
    public AlsWeight Weight { get; init; }

    [Display(Name = "Solver", Description = "Conjugate gradient is faster, Cholesky exact.", Order = 7)]
    public AlsSolver Solver { get; init; }

    [Display(Name = "Gradient steps", Description = "Conjugate-gradient steps per row.", Order = 8), Range(1, 100)]
    public int ConjugateSteps { get; init; } = 3;

    /// <summary>What each pair weighs.</summary>
    /// <exception cref="TrainingException">A weight is negative.</exception>
    internal SparseMatrix Cells(Interactions data) =>
        SparseMatrix.Of(data, Weight switch { AlsWeight.Touched => CellValue.Touched, AlsWeight.Count => CellValue.Count, _ => CellValue.Sum }).Weights("ALS");
}

/// <summary>Matrix factorisation for implicit feedback by alternating least squares. With S the touched pairs, w their weights, U users and
/// I items, the loss is <c>sum_S w (x_u . y_i - 1)^2 + alpha0 sum_{U x I} (x_u . y_i)^2 + lambda (sum_u f_u |x_u|^2 + sum_i f_i |y_i|^2)</c>
/// with <c>f_u = (sum of u's weights + alpha0 |I|)^nu</c> and likewise f_i. Fixing one side, each row of the other is a ridge regression:
/// <c>(alpha0 Y'Y + sum w y y' + lambda f_u) x_u = sum w y</c>.</summary>
/// <remarks>Hu, Koren and Volinsky, "Collaborative Filtering for Implicit Feedback Datasets", ICDM 2008 (nu = 0); the weighting of the untouched and
/// the frequency-scaled regularisation follow Rendle, Krichene, Zhang and Koren, "Revisiting the Performance of iALS on Item Recommendation
/// Benchmarks", RecSys 2022, eq. 1, 4 and 8. Relative to Hu et al., a confidence 1 + alpha r is here w = r with alpha0 = 1 / alpha.</remarks>
public sealed class ImplicitAls(ImplicitAlsOptions options) : IRecommender
{
    public IModel Train(Interactions data, TrainingContext context)
    {
        if (data.Count == 0) throw new TrainingException("There are no interactions to learn from.");
        var touched = options.Cells(data);
        var factors = new AlsTraining(options, context, touched).Run();
        return new ImplicitAlsModel(options, data.Users, data.Items, factors);
    }

    public IModel Load(Stream artifact, Vocabulary users, Vocabulary items) => ImplicitAlsModel.Load(artifact, options, users, items);
}
