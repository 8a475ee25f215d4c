using RecLab.Statistics.Distributions;

namespace RecLab.Statistics.Comparisons;

/// <summary>The belief about a rate: Beta(Alpha, Beta).</summary>
public readonly record struct BetaPosterior(double Alpha, double Beta)
{
    public double Mean => Alpha / (Alpha + Beta);

    public double StandardDeviation => Math.Sqrt(Alpha / (Alpha + Beta) * (Beta / (Alpha + Beta)) / (Alpha + Beta + 1));

    /// <summary>Equal-tailed credible interval.</summary>
    public Interval Interval(double level = 0.95) => new(
        Distributions.Beta.Quantile((1 - level) / 2, Alpha, Beta), Distributions.Beta.UpperQuantile((1 - level) / 2, Alpha, Beta), level);

    // On the logit scale u a beta density is log-concave and smooth, whatever its shapes.
    internal IEnumerable<double> Cuts() => BestArm.Cuts(Math.Log(Alpha / Beta), Math.Sqrt(1 / Alpha + 1 / Beta), Reach(Alpha, Beta), Reach(Beta, Alpha));

    /// <summary>How far the density reaches before it falls below about e^-45 of its peak: Gaussian near the centre, then e^(-shape u).</summary>
    private static double Reach(double shape, double other) => 10 * Math.Sqrt(1 / shape + 1 / other) + 45 / shape;

    internal double Density(double x, double y) => Math.Exp(Distributions.Beta.LogKernel(Alpha, Beta, x, y));

    internal double Below(double x, double y) => Distributions.Beta.Lower(Alpha, Beta, x, y);

    internal double Above(double x, double y) => Distributions.Beta.Lower(Beta, Alpha, y, x);
}

/// <summary>Rates of several arms with beta priors: which is best, and what a wrong choice costs. Exact by quadrature over the logit, not by sampling.</summary>
public static class BetaBinomial
{
    /// <summary>Beta(prior + successes, prior + failures).</summary>
    public static BetaPosterior Posterior(long successes, long units, double priorAlpha = 1, double priorBeta = 1)
    {
        if (successes < 0 || successes > units) throw new ArgumentOutOfRangeException(nameof(successes), successes, $"Of {units} units between 0 and {units} can succeed.");
        if (!(priorAlpha > 0 && priorBeta > 0)) throw new ArgumentOutOfRangeException(nameof(priorAlpha), "The shapes of a beta prior are positive.");
        return new(priorAlpha + successes, priorBeta + (units - successes));
    }

    /// <summary>P(arm has the largest rate; with lowerIsBetter the smallest), for each arm.</summary>
    public static double[] ProbabilityBest(IReadOnlyList<BetaPosterior> arms, bool lowerIsBetter = false)
    {
        var best = new double[arms.Count];
        var beaten = new double[arms.Count];
        foreach (var (node, weight) in Quadrature.Panels(arms.SelectMany(a => a.Cuts())))
        {
            var (x, y) = Beta.Logistic(node);
            for (var i = 0; i < beaten.Length; i++) beaten[i] = lowerIsBetter ? arms[i].Above(x, y) : arms[i].Below(x, y);
            for (var i = 0; i < best.Length; i++)
            {
                var product = weight * arms[i].Density(x, y);
                for (var j = 0; j < beaten.Length && product > 0; j++)
                    if (j != i) product *= beaten[j];
                best[i] += product;
            }
        }
        return best;
    }

    /// <summary>E[best of all rates - this rate] for each arm, 0 or more: what choosing it is expected to cost.</summary>
    public static double[] ExpectedLoss(IReadOnlyList<BetaPosterior> arms, bool lowerIsBetter = false)
    {
        var expected = 0.0;
        foreach (var (node, weight) in Quadrature.Panels(arms.SelectMany(a => a.Cuts())))
        {
            var (x, y) = Beta.Logistic(node);
            for (var i = 0; i < arms.Count; i++)
            {
                var product = weight * (x - arms[0].Mean) * arms[i].Density(x, y);
                for (var j = 0; j < arms.Count && product != 0; j++)
                    if (j != i) product *= lowerIsBetter ? arms[j].Above(x, y) : arms[j].Below(x, y);
                expected += product;
            }
        }
        return [.. arms.Select(a => Math.Max(0, lowerIsBetter ? a.Mean - arms[0].Mean - expected : expected - (a.Mean - arms[0].Mean)))];
    }

    /// <summary>P(treatment > control) and the expected loss of choosing each: E[max(other - chosen, 0)] = integral of F_chosen (1 - F_other).</summary>
    public static (double TreatmentBetter, double LossOfControl, double LossOfTreatment) Compare(BetaPosterior control, BetaPosterior treatment)
    {
        double better = 0, control0 = 0, treatment0 = 0;
        foreach (var (node, weight) in Quadrature.Panels([.. control.Cuts(), .. treatment.Cuts()]))
        {
            var (x, y) = Beta.Logistic(node);
            better += weight * treatment.Density(x, y) * control.Below(x, y);
            control0 += weight * x * y * control.Below(x, y) * treatment.Above(x, y);
            treatment0 += weight * x * y * treatment.Below(x, y) * control.Above(x, y);
        }
        return (better, control0, treatment0);
    }
}
