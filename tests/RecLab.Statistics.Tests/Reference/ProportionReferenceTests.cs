using RecLab.Statistics.Comparisons;
using Xunit;

namespace RecLab.Statistics.Tests.Reference;

public sealed class ProportionReferenceTests
{
    public static TheoryData<string> TwoProportion => ReferenceCase.Ids("two_proportion");
    public static TheoryData<string> ProportionCi => ReferenceCase.Ids("proportion_ci");

    [Theory, MemberData(nameof(TwoProportion))]
    public void Two_proportions_agree_with_the_published_case(string id)
    {
        var one = ReferenceCase.Get(id);
        var (control, treatment) = (one.Arm("control"), one.Arm("treatment"));
        one.Check("gb_absolute", () => WelchTest.Test(control, treatment, one.Alpha, EffectScale.Absolute), ReferenceInputs.Fields);
        one.Check("gb_relative", () => WelchTest.Test(control, treatment, one.Alpha, EffectScale.Relative), ReferenceInputs.Fields);
        var two = TwoProportions.Of(control, treatment);
        one.Check("pooled_z", two.PooledZ, test => new { z = test.Z, p_value_two_sided = test.PValue });
        one.Check("wald_ci", () => two.Wald(one.Alpha), Bounds);
        one.Check("newcombe_ci", () => two.Newcombe(one.Alpha), Bounds);
        one.Check("agresti_caffo_ci", () => two.AgrestiCaffo(one.Alpha), Bounds);
        one.Check("log_ratio_ci", () => two.LogRatio(one.Alpha), ratio => new { lift = ratio.Lift, lower = ratio.Interval.Lower, upper = ratio.Interval.Upper });
        one.Check("fisher_exact", two.Fisher, p => new { fisher_p = p });
    }

    [Theory, MemberData(nameof(ProportionCi))]
    public void Intervals_of_one_proportion_agree_with_the_published_case(string id)
    {
        var one = ReferenceCase.Get(id);
        var (x, n) = (one.Inputs.GetProperty("successes").GetInt64(), one.Inputs.GetProperty("n").GetInt64());
        one.Check("wilson", () => ProportionIntervals.Wilson(x, n, one.Alpha), Bounds);
        one.Check("agresti_coull", () => ProportionIntervals.AgrestiCoull(x, n, one.Alpha), Bounds);
        one.Check("clopper_pearson", () => ProportionIntervals.ClopperPearson(x, n, one.Alpha), Bounds);
        one.Check("jeffreys", () => ProportionIntervals.Jeffreys(x, n, one.Alpha), Bounds);
        one.Check("normal", () => ProportionIntervals.Wald(x, n, one.Alpha), Bounds);
    }

    private static object Bounds(Interval interval) => new { lower = interval.Lower, upper = interval.Upper };
}
