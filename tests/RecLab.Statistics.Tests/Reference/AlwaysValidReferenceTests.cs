using RecLab.Statistics.Comparisons;
using Xunit;

namespace RecLab.Statistics.Tests.Reference;

public sealed class AlwaysValidReferenceTests
{
    public static TheoryData<string> Sequential => ReferenceCase.Ids("sequential");

    [Theory, MemberData(nameof(Sequential))]
    public void Agrees_with_the_published_case(string id)
    {
        var one = ReferenceCase.Get(id);
        var (control, treatment) = (one.Arm("control"), one.Arm("treatment"));
        var tuning = one.Parameters.GetProperty("tuning_parameter_n_star").GetDouble();
        var units = control.Units + treatment.Units;
        one.Check("sequential_absolute", () => Judge(EffectScale.Absolute));
        one.Check("sequential_relative", () => Judge(EffectScale.Relative));
        one.Check("fixed_horizon_relative", () => WelchTest.Test(control, treatment, one.Alpha, EffectScale.Relative), ReferenceInputs.Fields);
        one.Check("sequential_one_sided", () =>
        {
            var scale = one.Expected.GetProperty("sequential_one_sided").GetProperty("scale").GetString()!;
            var effect = Effect.Between(control, treatment, scale == "relative" ? EffectScale.Relative : EffectScale.Absolute).Value;
            var reach = AlwaysValid.OneSidedReach(effect.Variance, units, one.Alpha, tuning);
            return new
            {
                scale,
                rho = AlwaysValid.Rho(2 * one.Alpha, tuning),
                halfwidth = reach,
                lower_bound_if_treatment_greater = effect.Value - reach,
                upper_bound_if_treatment_lesser = effect.Value + reach,
            };
        });

        object Judge(EffectScale scale) => new AlwaysValid(one.Alpha, scale, tuning).Compare(control, treatment) switch
        {
            Undecided undecided => undecided.Reason,
            Difference found => new
            {
                estimate = found.Effect.Value,
                standard_error = found.Effect.StandardError,
                n = units,
                rho = AlwaysValid.Rho(one.Alpha, tuning),
                halfwidth = AlwaysValid.HalfWidth(found.Effect.Variance, units, one.Alpha, tuning),
                ci_lower = found.Interval.Lower,
                ci_upper = found.Interval.Upper,
                p_value_always_valid = found.PValue!.Value,
                significant = found.Significant,
            },
            _ => throw new InvalidOperationException(),
        };
    }
}
