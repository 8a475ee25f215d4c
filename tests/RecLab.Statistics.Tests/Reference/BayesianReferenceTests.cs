using System.Text.Json;
using RecLab.Statistics.Comparisons;
using Xunit;

namespace RecLab.Statistics.Tests.Reference;

public sealed class BayesianReferenceTests
{
    public static TheoryData<string> Bayesian => ReferenceCase.Ids("bayesian");
    public static TheoryData<string> BetaBinomialCases => ReferenceCase.Ids("beta_binomial");
    public static TheoryData<string> GaussianBandit => ReferenceCase.Ids("gaussian_bandit");

    [Theory, MemberData(nameof(Bayesian))]
    public void The_posterior_of_a_lift_agrees_with_the_published_case(string id)
    {
        var one = ReferenceCase.Get(id);
        var given = one.Parameters.GetProperty("prior_on_relative_lift");
        LiftPrior? prior = given.GetProperty("proper").GetBoolean() ? new(given.GetProperty("mean").GetDouble(), given.GetProperty("stddev").GetDouble()) : null;
        var lower = one.Parameters.GetProperty("lower_is_better").GetBoolean();
        foreach (var (method, scale) in new[] { ("bayesian_relative", EffectScale.Relative), ("bayesian_absolute", EffectScale.Absolute) })
            one.Check(method, () => BayesianLift.Of(one.Arm("control"), one.Arm("treatment"), one.Alpha, scale, prior, lower), lift => new
            {
                posterior_mean = lift.Mean,
                posterior_stddev = lift.StandardDeviation,
                chance_to_win = lift.ChanceToWin,
                ci_lower = lift.Interval.Lower,
                ci_upper = lift.Interval.Upper,
                risk_choose_control = lift.RiskOfControl,
                risk_choose_treatment = lift.RiskOfTreatment,
            });
    }

    [Theory, MemberData(nameof(BetaBinomialCases))]
    public void Beta_binomial_arms_agree_with_the_published_case(string id)
    {
        var one = ReferenceCase.Get(id);
        double Given(string name) => one.Parameters.GetProperty(name).GetDouble();
        BetaPosterior[] arms = [.. one.Inputs.GetProperty("arms").EnumerateArray()
            .Select(a => BetaBinomial.Posterior(a.GetProperty("successes").GetInt64(), a.GetProperty("n").GetInt64(), Given("prior_alpha"), Given("prior_beta")))];
        one.Check("posterior", () => arms.Select(arm => new
        {
            alpha = arm.Alpha,
            beta = arm.Beta,
            mean = arm.Mean,
            stddev = arm.StandardDeviation,
            ci_lower = arm.Interval(Given("credible_level")).Lower,
            ci_upper = arm.Interval(Given("credible_level")).Upper,
        }));
        one.Check("probability_best", () => BetaBinomial.ProbabilityBest(arms));
        one.Check("floored_weights", () => BestArm.FlooredWeights(BetaBinomial.ProbabilityBest(arms), Given("min_weight_floor")));
        one.Check("two_arm", () =>
        {
            var (better, lossOfControl, lossOfTreatment) = BetaBinomial.Compare(arms[0], arms[1]);
            return new { probability_treatment_better = better, expected_loss_choose_control = lossOfControl, expected_loss_choose_treatment = lossOfTreatment };
        });
    }

    [Theory, MemberData(nameof(GaussianBandit))]
    public void Gaussian_arms_agree_with_the_published_case(string id)
    {
        var one = ReferenceCase.Get(id);
        var given = one.Parameters.GetProperty("prior");
        NormalPosterior? prior = given.GetProperty("proper").GetBoolean() ? new(given.GetProperty("mean").GetDouble(), given.GetProperty("stddev").GetDouble()) : null;
        Moments[] arms = [.. one.Inputs.GetProperty("arms").EnumerateArray()
            .Select(a => Moments.Mean(a.GetProperty("n").GetInt64(), a.GetProperty("sum").GetDouble(), a.GetProperty("sum_squares").GetDouble()))];
        NormalPosterior[] posteriors = [.. arms.Select(arm => GaussianBestArm.Posterior(arm, prior).Value)];
        var best = GaussianBestArm.ProbabilityBest(posteriors, one.Parameters.GetProperty("lower_is_better").GetBoolean());
        var weights = BestArm.FlooredWeights(best, one.Parameters.GetProperty("min_weight_floor").GetDouble());
        one.Check("posterior", () => posteriors.Select(p => new { mean = p.Mean, stddev = p.StandardDeviation }));
        one.Check("probability_best", () => best);
        one.Check("floored_weights", () => weights);
        one.Check("gbstats_monte_carlo", () => new
        {
            gbstats_best_arm_probabilities = best,
            gbstats_weights = weights,
            enough_units = GaussianBestArm.EnoughUnits(arms, one.Parameters.GetProperty("min_units_per_arm").GetInt32()),
        });
    }
}
