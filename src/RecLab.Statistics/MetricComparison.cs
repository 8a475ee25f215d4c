using RecLab.Statistics.Comparisons;

namespace RecLab.Statistics;

/// <summary>How a results page judges a metric. Fixed before an experiment starts.</summary>
public sealed record ComparisonSettings
{
    /// <summary>Two-sided error, 0 to 1.</summary>
    public double Alpha { get; init; } = 0.05;

    /// <summary>The scale that decides.</summary>
    public EffectScale Scale { get; init; } = EffectScale.Relative;

    /// <summary>True while people look whenever they like; false for the one look at the planned end.</summary>
    public bool AlwaysValid { get; init; } = true;

    /// <summary>N* of the always-valid interval: the number of users at which it is tightest.</summary>
    public double Tuning { get; init; } = Comparisons.AlwaysValid.DefaultTuning;

    /// <summary>Take out what users did before exposure, where that is known.</summary>
    public bool Cuped { get; init; }

    public bool LowerIsBetter { get; init; }

    /// <summary>Belief for the chance to win; flat when null.</summary>
    public LiftPrior? Prior { get; init; }
}

/// <summary>What is known about the direction of a difference. Never shown by colour alone.</summary>
public enum Direction { Unknown, NotSignificant, Better, Worse }

/// <summary>Everything one row of a scorecard shows about a treatment, from the two arms' sums alone.</summary>
public sealed record MetricReading
{
    /// <summary>The control's own value, unadjusted, with its standard error.</summary>
    public required Answer<Estimate> Control { get; init; }

    /// <summary>The treatment's own value, unadjusted, with its standard error.</summary>
    public required Answer<Estimate> Treatment { get; init; }

    /// <summary>treatment - control, adjusted where CUPED is on.</summary>
    public required Answer<Estimate> Difference { get; init; }

    /// <summary>(treatment - control)/|control|, adjusted where CUPED is on.</summary>
    public required Answer<Estimate> Lift { get; init; }

    /// <summary>The answer that counts, on the settings' scale: <see cref="AlwaysValid"/> while running, <see cref="FixedHorizon"/> at the planned end.</summary>
    public required Verdict Verdict { get; init; }

    /// <summary>The interval that may be looked at any number of times.</summary>
    public required Verdict AlwaysValid { get; init; }

    /// <summary>Welch's t test, valid at one look.</summary>
    public required Verdict FixedHorizon { get; init; }

    /// <summary>Posterior of the effect on the settings' scale, chance to win and risks.</summary>
    public required Answer<BayesianLift> Posterior { get; init; }

    /// <summary>Better, worse, not significant, or unknown; follows <see cref="Verdict"/>.</summary>
    public required Direction Direction { get; init; }

    /// <summary>Theta and variance reduction, where CUPED is on.</summary>
    public CupedReading? Cuped { get; init; }

    /// <summary>For a proportion in which an arm has no success or no failure: Newcombe's interval and Fisher's test of the absolute difference, which still answer.</summary>
    public Verdict? Exact { get; init; }

    /// <summary>Probability that the treatment is better; null where it is not computable.</summary>
    public double? ChanceToWin => Posterior.TryGet(out var posterior, out _) ? posterior.ChanceToWin : null;
}

/// <summary>What CUPED changed.</summary>
/// <param name="VarianceReduction">Share of the variance explained away, absolute scale.</param>
/// <param name="Unadjusted">The same verdict without the adjustment, shown beside it.</param>
public sealed record CupedReading(double Theta, Answer<double> VarianceReduction, Verdict Unadjusted, AdjustedArm Control, AdjustedArm Treatment);

/// <summary>Compares a treatment with control for one metric: the one call of a results page.</summary>
public static class MetricComparison
{
    /// <param name="control">Moments of the control arm, with its sums from before exposure where CUPED shall use them.</param>
    /// <exception cref="ArgumentException">The arms carry different kinds of metric.</exception>
    public static MetricReading Of(Moments control, Moments treatment, ComparisonSettings? settings = null)
    {
        settings ??= new();
        var cuped = settings.Cuped && control.HasHistory && treatment.HasHistory ? new Cuped(control, treatment) : null;
        Answer<Estimate> Estimated(EffectScale scale, bool adjusted) => adjusted && cuped is not null ? cuped.Effect(scale) : Effect.Between(control, treatment, scale);
        var effect = Estimated(settings.Scale, true);
        var units = control.Units + treatment.Units;
        var (always, horizon) = (Always(effect, units, settings), Horizon(effect, settings));
        var verdict = settings.AlwaysValid ? always : horizon;
        var plain = Estimated(settings.Scale, false);
        return new()
        {
            Control = control.Estimate(),
            Treatment = treatment.Estimate(),
            Difference = Estimated(EffectScale.Absolute, true),
            Lift = Estimated(EffectScale.Relative, true),
            Verdict = verdict,
            AlwaysValid = always,
            FixedHorizon = horizon,
            Posterior = effect.Then<BayesianLift>(e => BayesianLift.Of(e, settings.Alpha, settings.Prior?.On(settings.Scale, control.Value), settings.LowerIsBetter)),
            Direction = DirectionOf(verdict, settings.LowerIsBetter),
            Cuped = cuped is null ? null : new(cuped.Theta, cuped.VarianceReduction(), settings.AlwaysValid ? Always(plain, units, settings) : Horizon(plain, settings), cuped.Control, cuped.Treatment),
            Exact = control.Kind == MetricKind.Proportion && effect.Reason == NotComputable.ZeroVariance ? new ExactTest(settings.Alpha).Compare(control, treatment) : null,
        };
    }

    private static Verdict Always(Answer<Estimate> effect, long units, ComparisonSettings s) =>
        effect.TryGet(out var e, out var reason) ? new AlwaysValid(s.Alpha, s.Scale, s.Tuning).Judge(e, units) : new Undecided(reason);

    private static Verdict Horizon(Answer<Estimate> effect, ComparisonSettings s)
    {
        if (!effect.TryGet(out var e, out var reason)) return new Undecided(reason);
        var test = TTest.Of(e, s.Alpha);
        return new Difference(e, test.Interval, test.PValue, s.Scale, test.PValue < s.Alpha);
    }

    private static Direction DirectionOf(Verdict verdict, bool lowerIsBetter) => verdict switch
    {
        Difference { Significant: true } found => found.Effect.Value > 0 != lowerIsBetter ? Direction.Better : Direction.Worse,
        Difference => Direction.NotSignificant,
        _ => Direction.Unknown,
    };
}
