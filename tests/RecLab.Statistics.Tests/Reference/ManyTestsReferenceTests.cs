using RecLab.Statistics.Comparisons;
using Xunit;

namespace RecLab.Statistics.Tests.Reference;

public sealed class ManyTestsReferenceTests
{
    public static TheoryData<string> MultipleTestingCases => ReferenceCase.Ids("multiple_testing");
    public static TheoryData<string> NonInferiorityCases => ReferenceCase.Ids("non_inferiority");
    public static TheoryData<string> Interleaving => ReferenceCase.Ids("interleaving_preference");
    public static TheoryData<string> GroupSequentialCases => ReferenceCase.Ids("group_sequential");

    [Theory, MemberData(nameof(MultipleTestingCases))]
    public void Adjusted_p_values_agree_with_the_published_case(string id)
    {
        var one = ReferenceCase.Get(id);
        var p = one.Inputs.GetProperty("p_values").Doubles();
        Check("holm", MultipleTesting.Holm);
        Check("benjamini_hochberg", MultipleTesting.BenjaminiHochberg);
        Check("benjamini_yekutieli", MultipleTesting.BenjaminiYekutieli);
        Check("bonferroni", MultipleTesting.Bonferroni);

        void Check(string method, Func<IReadOnlyList<double>, double[]> adjust) =>
            one.Check(method, () => new { adjusted = adjust(p), rejected = adjust(p).Select(a => a <= one.Alpha) });
    }

    [Theory, MemberData(nameof(NonInferiorityCases))]
    public void Guardrails_agree_with_the_published_case(string id)
    {
        var one = ReferenceCase.Get(id);
        var test = NonInferiority.Test(one.Arm("control"), one.Arm("treatment"), one.Parameters.GetProperty("margin").GetDouble(),
            one.Parameters.GetProperty("alpha_one_sided").GetDouble(), one.Parameters.GetProperty("lower_is_better").GetBoolean()).Value;
        one.Check("non_inferiority", () => new
        {
            estimate = test.Effect.Value,
            standard_error = test.Effect.StandardError,
            degrees_of_freedom = test.Effect.Degrees,
            test_statistic = test.Statistic,
            p_value = test.PValue,
            one_sided_bound = test.Bound,
            passes = test.Outcome == GuardrailOutcome.Holds,
        });
        one.Check("inferiority_alarm", () => new { ci_lower = test.Interval.Lower, ci_upper = test.Interval.Upper, breached = test.Outcome == GuardrailOutcome.Breached });
    }

    [Theory, MemberData(nameof(Interleaving))]
    public void Interleaving_agrees_with_the_published_case(string id)
    {
        var one = ReferenceCase.Get(id);
        one.Check("preference", () => Preference.Of(Count("wins_a"), Count("wins_b"), Count("ties"), one.Alpha), preference => preference.WinRate.TryGet(out var rate, out _)
            ? new
            {
                delta = preference.Delta,
                p_value_two_sided = (double?)rate.PValue,
                win_rate_excluding_ties = (double?)rate.Rate,
                win_rate_wilson_lower = (double?)rate.Interval.Lower,
                win_rate_wilson_upper = (double?)rate.Interval.Upper,
            }
            : new
            {
                delta = preference.Delta,
                p_value_two_sided = (double?)null,
                win_rate_excluding_ties = (double?)null,
                win_rate_wilson_lower = (double?)null,
                win_rate_wilson_upper = (double?)null,
            });
        if (!one.Has("per_user")) return;
        var (a, b) = (one.Inputs.GetProperty("credit_a").Doubles(), one.Inputs.GetProperty("credit_b").Doubles());
        one.Check("per_user", () => Preference.PerUser(a, b, one.Alpha), test => new
        {
            users_with_credit = Preference.Scores(a, b).Length,
            mean_score = test.Effect.Value,
            test_statistic = test.Statistic,
            p_value_two_sided = test.PValue,
            ci_lower = test.Interval.Lower,
            ci_upper = test.Interval.Upper,
        });

        long Count(string name) => one.Inputs.GetProperty(name).GetInt64();
    }

    [Theory, MemberData(nameof(GroupSequentialCases))]
    public void Bounds_of_planned_looks_agree_with_the_published_case(string id)
    {
        var one = ReferenceCase.Get(id);
        var sides = one.Parameters.GetProperty("sides").GetInt32();
        one.Check("bounds", () => GroupSequential.Bounds(one.Inputs.GetProperty("information_fractions").Doubles(), one.Alpha, sides, one.Parameters.GetProperty("phi").GetDouble()));
        one.Check("fixed_horizon_z", () => new { fixed_horizon_z = RecLab.Statistics.Distributions.Normal.UpperQuantile(one.Alpha / sides) });
    }
}
