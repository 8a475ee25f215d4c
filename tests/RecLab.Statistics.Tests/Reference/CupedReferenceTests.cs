using System.Text.Json;
using RecLab.Statistics.Comparisons;
using Xunit;

namespace RecLab.Statistics.Tests.Reference;

public sealed class CupedReferenceTests
{
    public static TheoryData<string> Cases => ReferenceCase.Ids("cuped");

    [Theory, MemberData(nameof(Cases))]
    public void Agrees_with_the_published_case(string id)
    {
        var one = ReferenceCase.Get(id);
        var metric = one.Inputs.GetProperty("metric").GetString();
        var (control, treatment) = (Arm(one.Inputs.GetProperty("control"), metric), Arm(one.Inputs.GetProperty("treatment"), metric));
        var cuped = new Cuped(control, treatment);
        one.Check("theta", () => new { theta = cuped.Theta });
        one.Check("adjusted_arms", () => new { control = Fields(cuped.Control), treatment = Fields(cuped.Treatment) });
        one.Check("gb_absolute", () => Test(EffectScale.Absolute), ReferenceInputs.Fields);
        one.Check("gb_relative", () => Test(EffectScale.Relative), ReferenceInputs.Fields);
        one.Check("unadjusted_gb_absolute", () => WelchTest.Test(control, treatment, one.Alpha, EffectScale.Absolute), ReferenceInputs.Fields);
        one.Check("unadjusted_gb_relative", () => WelchTest.Test(control, treatment, one.Alpha, EffectScale.Relative), ReferenceInputs.Fields);
        one.Check("variance_reduction", cuped.VarianceReduction, reduction => new { variance_reduction = reduction });

        Answer<TTest> Test(EffectScale scale) => cuped.Effect(scale).Then<TTest>(effect => TTest.Of(effect, one.Alpha));
        static object Fields(AdjustedArm arm) => new
        {
            adjusted_mean = arm.AdjustedValue,
            display_mean = arm.DisplayValue,
            per_user_variance = arm.UnitVariance,
            unadjusted_mean = arm.UnadjustedValue,
        };
    }

    [Theory, MemberData(nameof(Cases))]
    public void Raw_values_give_the_same_moments_as_their_sums(string id)
    {
        var inputs = ReferenceCase.Get(id).Inputs;
        if (!inputs.TryGetProperty("raw", out var raw)) return;
        foreach (var arm in new[] { "control", "treatment" })
        {
            var (post, pre) = (raw.GetProperty($"{arm}_post").Doubles(), raw.GetProperty($"{arm}_pre").Doubles());
            var builder = new MomentsBuilder(MetricKind.Mean);
            for (var i = 0; i < post.Length; i++) builder.Add(post[i], priorNumerator: pre[i]);
            var (fromRaw, fromSums) = (builder.Build(), Arm(inputs.GetProperty(arm), "mean"));
            Assert.Equal(fromSums.Covariance(Quantity.Numerator, Quantity.PriorNumerator), fromRaw.Covariance(Quantity.Numerator, Quantity.PriorNumerator), 1e-10);
            Assert.Equal(fromSums.UnitVariance, fromRaw.UnitVariance, 1e-10);
        }
    }

    private static Moments Arm(JsonElement e, string? metric)
    {
        double Of(string name) => e.GetProperty(name).GetDouble();
        var n = e.GetProperty("n").GetInt64();
        if (metric == "proportion")
            return Moments.Of(MetricKind.Proportion, new()
            {
                Units = n, Y = Of("post_successes"), YY = Of("post_successes"), X = Of("pre_successes"), XX = Of("pre_successes"), YX = Of("post_pre_both"),
            });
        if (metric == "mean")
            return Moments.Of(MetricKind.Mean, new()
            {
                Units = n, Y = Of("post_sum"), YY = Of("post_sum_squares"), X = Of("pre_sum"), XX = Of("pre_sum_squares"), YX = Of("post_pre_sum_products"),
            });
        double Product(string name) => e.GetProperty("products").GetProperty(name).GetDouble();
        return Moments.Of(MetricKind.Ratio, new()
        {
            Units = n,
            Y = Of("post_numerator_sum"), YY = Of("post_numerator_sum_squares"), D = Of("post_denominator_sum"), DD = Of("post_denominator_sum_squares"),
            X = Of("pre_numerator_sum"), XX = Of("pre_numerator_sum_squares"), E = Of("pre_denominator_sum"), EE = Of("pre_denominator_sum_squares"),
            YD = Product("post_numerator_post_denominator"), YX = Product("post_numerator_pre_numerator"), YE = Product("post_numerator_pre_denominator"),
            DX = Product("post_denominator_pre_numerator"), DE = Product("post_denominator_pre_denominator"), XE = Product("pre_numerator_pre_denominator"),
        });
    }
}
