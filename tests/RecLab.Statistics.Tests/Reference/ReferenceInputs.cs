using System.Text.Json;

namespace RecLab.Statistics.Tests.Reference;

/// <summary>From the reference files' inputs to <see cref="Moments"/>, and from answers to their fields.</summary>
internal static class ReferenceInputs
{
    public static Moments Arm(this ReferenceCase one, string arm)
    {
        if (one.Inputs.TryGetProperty($"{arm}_values", out var values)) return Moments.OfValues(values.Doubles());
        var sums = one.Inputs.GetProperty(arm);
        if (sums.TryGetProperty("successes", out var successes)) return Moments.Proportion(sums.GetProperty("n").GetInt64(), successes.GetInt64());
        double Sum(string name) => sums.GetProperty(name).GetDouble();
        var n = sums.GetProperty("n").GetInt64();
        return sums.TryGetProperty("sum_numerator", out _)
            ? Moments.Ratio(n, Sum("sum_numerator"), Sum("sum_squares_numerator"), Sum("sum_denominator"), Sum("sum_squares_denominator"), Sum("sum_products"))
            : Moments.Mean(n, Sum("sum"), Sum("sum_squares"));
    }

    public static double[] Doubles(this JsonElement array) => [.. array.EnumerateArray().Select(ReferenceCase.Number)];

    public static object Fields(RecLab.Statistics.Comparisons.TTest test) => new
    {
        estimate = test.Effect.Value,
        standard_error = test.Effect.StandardError,
        test_statistic = test.Statistic,
        degrees_of_freedom = test.Effect.Degrees,
        p_value_two_sided = test.PValue,
        ci_lower = test.Interval.Lower,
        ci_upper = test.Interval.Upper,
        p_value_treatment_greater = test.PGreater,
        one_sided_lower_bound = test.LowerBound,
        p_value_treatment_lesser = test.PLesser,
        one_sided_upper_bound = test.UpperBound,
    };
}
