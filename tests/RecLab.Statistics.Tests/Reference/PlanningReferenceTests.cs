using System.Text.Json;
using RecLab.Statistics.Comparisons;
using RecLab.Statistics.Planning;
using Xunit;

namespace RecLab.Statistics.Tests.Reference;

public sealed class PlanningReferenceTests
{
    public static TheoryData<string> Power => ReferenceCase.Ids("power");
    public static TheoryData<string> MidExperiment => ReferenceCase.Ids("mid_experiment_power");

    [Theory, MemberData(nameof(Power))]
    public void Power_agrees_with_the_published_case(string id)
    {
        var one = ReferenceCase.Get(id);
        double In(string name) => one.Inputs.GetProperty(name).GetDouble();
        one.Check("arcsine", () =>
        {
            var h = ProportionPower.EffectSize(In("baseline_rate"), In("baseline_rate") * (1 + In("relative_lift")));
            var n = ProportionPower.ArcsineUnits(h, In("alpha"), In("power"), In("ratio_treatment_to_control"));
            return new
            {
                effect_size_h = h,
                n_control = n,
                n_control_ceiling = Math.Ceiling(n),
                achieved_power_at_ceiling = ProportionPower.ArcsinePower(h, Math.Ceiling(n), In("alpha"), In("ratio_treatment_to_control")),
            };
        });
        one.Check("pooled_normal_two_sided_power", () =>
        {
            var n = one.Expected.GetProperty("pooled_normal_two_sided_power").GetProperty("n_control").GetDouble();
            return new { n_control = n, power = ProportionPower.PooledPower(In("baseline_rate"), In("baseline_rate") * (1 + In("relative_lift")), n, In("alpha"), In("ratio_treatment_to_control")) };
        });
        one.Check("t_test_means", () => new
        {
            n_control = MeanPower.Units(In("effect_size_d"), In("alpha"), In("power")),
            power_at_given_n = MeanPower.Power(In("effect_size_d"), In("given_n_per_arm"), In("alpha")),
            detectable_d_at_given_n = MeanPower.DetectableEffect(In("given_n_per_arm"), In("alpha"), In("power")),
        });
        one.Check("delta_relative_power", () =>
        {
            var (baseline, variance) = one.Inputs.GetProperty("metric").GetString() == "mean"
                ? (In("mean"), In("stddev") * In("stddev"))
                : (In("baseline_rate"), In("baseline_rate") * (1 - In("baseline_rate")));
            var plan = new LiftPower(baseline, variance, In("users_total") / In("variations"), one.Alpha, Optional(one.Parameters, "sequential_tuning_parameter"));
            var detectable = plan.DetectableLift(one.Parameters.GetProperty("target_power").GetDouble());
            return new { power = plan.Power(In("relative_effect")), mde_status = detectable.IsKnown ? "success" : "error", mde_relative = detectable.IsKnown ? (double?)detectable.Value : null };
        });
    }

    [Theory, MemberData(nameof(MidExperiment))]
    public void Days_left_agree_with_the_published_case(string id)
    {
        var one = ReferenceCase.Get(id);
        JsonElement P(string name) => one.Parameters.GetProperty(name);
        var (control, treatment) = (one.Arm("control"), one.Arm("treatment"));
        var mode = P("mode").GetString()!;
        var prior = P("prior_on_relative_lift");
        var plan = new RemainingUsersPlan
        {
            Alpha = one.Alpha,
            TargetPower = P("target_power").GetDouble(),
            TargetEffect = P("target_mde").GetDouble(),
            GoalMetrics = P("goal_metrics").GetInt32(),
            Variations = P("variations").GetInt32(),
            Corrected = mode == "frequentist_corrected",
            Tuning = Optional(one.Parameters, "sequential_tuning_parameter"),
            Prior = prior.ValueKind == JsonValueKind.Object ? new(prior.GetProperty("mean").GetDouble(), prior.GetProperty("stddev").GetDouble()) : null,
        };
        var effect = Effect.Between(control, treatment, P("scale").GetString() == "relative" ? EffectScale.Relative : EffectScale.Absolute);
        one.Check("remaining", () => effect.Then(e => plan.Remaining(e, control.Units + treatment.Units)), left => new
        {
            power_now = left.PowerNow,
            scaling_factor = left.Factor,
            additional_users = left.AdditionalUsers,
            status = "successful",
        });
    }

    private static double? Optional(JsonElement e, string name) => e.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;
}
