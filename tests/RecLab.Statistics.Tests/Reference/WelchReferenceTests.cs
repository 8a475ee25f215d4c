using RecLab.Statistics.Comparisons;
using Xunit;

namespace RecLab.Statistics.Tests.Reference;

public sealed class WelchReferenceTests
{
    public static TheoryData<string> WelchMean => ReferenceCase.Ids("welch_mean");
    public static TheoryData<string> RatioDelta => ReferenceCase.Ids("ratio_delta");

    [Theory, MemberData(nameof(WelchMean))]
    public void Means_agree_with_the_published_case(string id)
    {
        var one = ReferenceCase.Get(id);
        var (control, treatment) = (one.Arm("control"), one.Arm("treatment"));
        one.Check("gb_absolute", () => WelchTest.Test(control, treatment, one.Alpha, EffectScale.Absolute), ReferenceInputs.Fields);
        one.Check("gb_relative", () => WelchTest.Test(control, treatment, one.Alpha, EffectScale.Relative), ReferenceInputs.Fields);
        one.Check("scipy_welch", () => WelchTest.Classic(control, treatment, one.Alpha), test => new
        {
            mean_control = control.Value,
            mean_treatment = treatment.Value,
            stddev_control = Math.Sqrt(control.UnitVariance),
            stddev_treatment = Math.Sqrt(treatment.UnitVariance),
            difference = test.Effect.Value,
            standard_error = test.Effect.StandardError,
            test_statistic = test.Statistic,
            degrees_of_freedom = test.Effect.Degrees,
            p_value_two_sided = test.PValue,
            ci_lower = test.Interval.Lower,
            ci_upper = test.Interval.Upper,
        });
    }

    [Theory, MemberData(nameof(RatioDelta))]
    public void Ratios_agree_with_the_published_case(string id)
    {
        var one = ReferenceCase.Get(id);
        var (control, treatment) = (one.Arm("control"), one.Arm("treatment"));
        one.Check("gb_absolute", () => WelchTest.Test(control, treatment, one.Alpha, EffectScale.Absolute), ReferenceInputs.Fields);
        one.Check("gb_relative", () => WelchTest.Test(control, treatment, one.Alpha, EffectScale.Relative), ReferenceInputs.Fields);
        one.Check("arm", () => new { control = Arm(control), treatment = Arm(treatment) });
        one.Check("naive_binomial", () => NaiveBinomial.Contrast(control, treatment),
            naive => new { standard_error = naive.StandardError, design_effect = naive.DesignEffect });

        static object Arm(Moments arm) => new { ratio = arm.Value, per_user_variance = arm.UnitVariance, standard_error = Math.Sqrt(arm.UnitVariance / arm.Units) };
    }
}
