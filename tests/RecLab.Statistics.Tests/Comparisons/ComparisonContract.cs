using RecLab.Statistics.Comparisons;
using Xunit;

namespace RecLab.Statistics.Tests.Comparisons;

/// <summary>What every comparison of the catalogue promises, whatever its method.</summary>
public sealed class ComparisonContract
{
    public static TheoryData<string, MetricKind> Methods
    {
        get
        {
            var data = new TheoryData<string, MetricKind>();
            foreach (var method in ComparisonCatalog.All)
                foreach (var kind in method.Kinds) data.Add(method.Key, kind);
            return data;
        }
    }

    private static IComparison Make(string key, EffectScale scale = EffectScale.Absolute) => ComparisonCatalog.Get(key).Create(new() { Scale = scale });

    [Theory, MemberData(nameof(Methods))]
    public void Swapping_the_arms_turns_the_absolute_effect_round_and_keeps_its_p_value(string key, MetricKind kind)
    {
        var (control, treatment) = Arms(kind);
        var there = Assert.IsType<Difference>(Make(key).Compare(control, treatment));
        var back = Assert.IsType<Difference>(Make(key).Compare(treatment, control));
        Assert.Equal(there.Effect.Value, -back.Effect.Value, 1e-12);
        Assert.Equal(there.Interval.Lower, -back.Interval.Upper, 1e-12);
        Assert.Equal(there.Significant, back.Significant);
        Assert.Equal(there.PValue ?? 0, back.PValue ?? 0, 1e-12);
    }

    [Theory, MemberData(nameof(Methods))]
    public void The_interval_holds_the_estimate_and_excludes_nothing_when_the_arms_are_equal(string key, MetricKind kind)
    {
        var (control, _) = Arms(kind);
        var same = Assert.IsType<Difference>(Make(key).Compare(control, control));
        Assert.Equal(0, same.Effect.Value, 1e-12);
        Assert.True(same.Interval.Contains(0) && same.Interval.Width > 0);
        Assert.False(same.Significant);
    }

    [Theory, MemberData(nameof(Methods))]
    public void An_empty_arm_leaves_it_undecided_and_never_looks_like_no_effect(string key, MetricKind kind)
    {
        var (control, _) = Arms(kind);
        Assert.Equal(new Undecided(NotComputable.NoUnits), Make(key).Compare(control, Moments.Empty(kind)));
        Assert.Equal(new Undecided(NotComputable.NoUnits), Make(key).Compare(Moments.Empty(kind), control));
    }

    [Theory, MemberData(nameof(Methods))]
    public void The_unit_of_a_metric_does_not_change_a_relative_answer(string key, MetricKind kind)
    {
        if (kind == MetricKind.Proportion) return; // a share has no unit
        var (one, hundred) = (Arms(kind), Arms(kind, 100));
        var first = Assert.IsType<Difference>(Make(key, EffectScale.Relative).Compare(one.Control, one.Treatment));
        var second = Assert.IsType<Difference>(Make(key, EffectScale.Relative).Compare(hundred.Control, hundred.Treatment));
        Assert.Equal(first.Effect.Value, second.Effect.Value, 1e-12);
        Assert.Equal(first.Interval.Lower, second.Interval.Lower, 1e-11);
        Assert.Equal(first.Interval.Upper, second.Interval.Upper, 1e-11);
    }

    [Fact]
    public void An_unknown_method_is_named_beside_the_known_ones() =>
        Assert.Contains("always-valid", Assert.Throws<KeyNotFoundException>(() => ComparisonCatalog.Get("guess")).Message, StringComparison.Ordinal);

    internal static (Moments Control, Moments Treatment) Arms(MetricKind kind, double unit = 1)
    {
        var random = new Xoshiro256(42);
        return (Arm(0.10), Arm(0.15));

        Moments Arm(double rate)
        {
            var builder = new MomentsBuilder(kind);
            for (var i = 0; i < 400; i++)
            {
                var taste = random.NextDouble();
                var clicks = random.NextBinomial(kind == MetricKind.Proportion ? 1 : 20, rate * (0.5 + taste));
                var before = random.NextBinomial(kind == MetricKind.Proportion ? 1 : 20, 0.1 * (0.5 + taste));
                if (kind == MetricKind.Ratio) builder.Add(clicks * unit, 20 + random.NextIndex(5), before * unit, 20);
                else builder.Add(clicks * unit, priorNumerator: before * unit);
            }
            return builder.Build();
        }
    }
}
