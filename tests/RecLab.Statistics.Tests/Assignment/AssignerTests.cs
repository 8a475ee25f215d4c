using RecLab.Statistics.Assignment;
using Xunit;

namespace RecLab.Statistics.Tests.Assignment;

public sealed class AssignerTests
{
    [Fact]
    public void A_decision_allocates_nothing()
    {
        var assigner = new Assigner(new("home", 3) { Weights = [0.5, 0.3, 0.2], Filters = [new("layer", [new(0, 0.9)])] });
        string[] users = [.. Enumerable.Range(0, 1000).Select(i => $"user-{i}")];
        long Decide()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            foreach (var user in users) assigner.Decide(user);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
        Decide(); // what is made once is made here
        Assert.Equal(0, Decide());
    }

    [Fact]
    public void Raising_the_coverage_adds_users_and_moves_none()
    {
        var (few, many) = (new Assigner(new("home", 3) { Coverage = 0.2 }), new Assigner(new("home", 3) { Coverage = 0.7 }));
        var (before, after) = (0, 0);
        for (var i = 0; i < 20_000; i++)
        {
            var (early, late) = (few.Decide($"u{i}"), many.Decide($"u{i}"));
            if (early.InExperiment) Assert.Equal(early, late);
            before += early.InExperiment ? 1 : 0;
            after += late.InExperiment ? 1 : 0;
        }
        Assert.InRange(before, 3774, 4226); // 20 % of 20,000, four standard deviations of 56.6
        Assert.InRange(after, 13_741, 14_259);
    }

    [Fact]
    public void Experiments_in_disjoint_parts_of_a_layer_never_share_a_user()
    {
        var (first, second) = (new Assigner(new("a", 2) { Filters = [new("home", [new(0, 0.5)])] }), new Assigner(new("b", 2) { Filters = [new("home", [new(0.5, 1)])] }));
        for (var i = 0; i < 5000; i++) Assert.NotEqual(first.Decide($"u{i}").InExperiment, second.Decide($"u{i}").InExperiment);
    }

    [Fact]
    public void A_filter_on_another_attribute_is_refused_with_both_names()
    {
        var refused = Assert.Throws<ArgumentException>(() => new Assigner(new("home", 2) { Filters = [new("layer", [new(0, 1)], "session")] }));
        Assert.Contains("session", refused.Message, StringComparison.Ordinal);
        Assert.Contains("home", refused.Message, StringComparison.Ordinal);
    }
}
