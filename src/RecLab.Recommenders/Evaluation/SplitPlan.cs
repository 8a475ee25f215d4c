using RecLab.Recommenders.Data;

namespace RecLab.Recommenders.Evaluation;

/// <summary>The ways of <see cref="Splits"/> by name.</summary>
public enum SplitKind
{
    /// <summary>Train, validation, offline test and hidden truth in each user's time; the default.</summary>
    FourSlices,

    /// <summary>Each user's last row tests.</summary>
    LeaveOneOut,

    /// <summary>Shares of each user's rows in time.</summary>
    UserTime,

    /// <summary>One moment for everybody.</summary>
    GlobalTime,

    /// <summary>Shares of each user's rows at random.</summary>
    Random,

    /// <summary>A share of users unknown to training.</summary>
    ColdUsers,

    /// <summary>A share of items unknown to training.</summary>
    ColdItems,

    /// <summary>The newest row of some users, always the same ones.</summary>
    NewestOfSome,

    /// <summary>One part of k-fold cross-validation.</summary>
    Fold,
}

/// <summary>A cut as it is stored with a run: with the data set it gives the same rows again.</summary>
/// <param name="Kind">The way of cutting.</param>
public sealed record SplitPlan(SplitKind Kind = SplitKind.FourSlices)
{
    /// <summary>Share that validates, 0..1.</summary>
    public double Validation { get; init; } = 0.1;

    /// <summary>Share that tests, 0..1.</summary>
    public double Test { get; init; } = 0.1;

    /// <summary>Share of each user's newest rows kept from every model and metric, 0..1; the rest is cut. A tenth in four slices, else none.</summary>
    public double Hidden { get; init; } = Kind == SplitKind.FourSlices ? 0.1 : 0;

    /// <summary>Share of users or items made cold, 0..1.</summary>
    public double Cold { get; init; } = 0.1;

    /// <summary>Parts of a cross-validation (<see cref="SplitKind.Fold"/> only), 2 or more.</summary>
    public int Folds { get; init; } = 5;

    /// <summary>Which part tests, from 0 on.</summary>
    public int Fold { get; init; }

    /// <summary>Of the random cuts.</summary>
    public int Seed { get; init; } = 42;

    /// <summary>Cuts.</summary>
    /// <exception cref="SplitException">This data cannot be cut this way.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The shares are not within 0..1 or add up to more than all rows.</exception>
    public Split Cut(Interactions data)
    {
        if (Kind == SplitKind.FourSlices) return Splits.FourSlices(data, Validation, Test, Hidden);
        if (Hidden == 0) return Rest(data);
        var apart = Splits.FourSlices(data, 0, 0, Hidden);
        var rest = Rest(apart.Train);
        return new(rest.Train, rest.Validation, rest.Test, apart.Hidden, rest.Context);
    }

    private Split Rest(Interactions data) => Kind switch
    {
        SplitKind.LeaveOneOut => Splits.LeaveOneOut(data),
        SplitKind.UserTime => Splits.UserTime(data, Validation, Test),
        SplitKind.GlobalTime => Splits.GlobalTimeShare(data, Validation, Test),
        SplitKind.Random => Splits.AtRandom(data, Validation, Test, Seed),
        SplitKind.ColdUsers => Splits.ColdUsers(data, Cold, Test, Seed),
        SplitKind.ColdItems => Splits.ColdItems(data, Cold, Seed),
        SplitKind.NewestOfSome => Splits.NewestOfSome(data, Validation, Test),
        SplitKind.Fold when data.Count == 0 => new(data, null, data),
        SplitKind.Fold => Splits.Folds(data, Folds, Seed)[Fold],
        _ => throw new ArgumentOutOfRangeException(nameof(data), $"The cut {Kind} is not known."),
    };
}
