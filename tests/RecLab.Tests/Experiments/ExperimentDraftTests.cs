using RecLab.Experiments;
using Xunit;

namespace RecLab.Tests.Experiments;

public sealed class ExperimentDraftTests
{
    private static readonly ExperimentDraft Sound = new()
    {
        Key = "home-1", Name = "Home", Placement = "home", Arms = [new(1, "Popularity", 0.5), new(2, "ALS", 0.5)],
    };

    [Fact]
    public void A_sound_draft_has_no_fault() => Assert.Empty(Sound.Faults());

    [Theory]
    [InlineData("", "The key must be 1 to 64 small letters, digits and hyphens")]
    [InlineData("Home", "The key must be 1 to 64 small letters")]
    [InlineData("-home", "The key must be 1 to 64 small letters")]
    public void A_key_is_small_and_plain(string key, string sentence) => Assert.StartsWith(sentence, Assert.Single((Sound with { Key = key }).Faults()));

    [Theory]
    [InlineData(0.5, 0.4, "The weights sum to 0.9 and must sum to 1.")]
    [InlineData(0.5, 0.500000002, "The weights sum to 1.000000002 and must sum to 1.")]
    [InlineData(1.0, 0.0, "The arm 'ALS' needs a weight above 0.")]
    [InlineData(0.5, double.NaN, "The arm 'ALS' needs a weight above 0.")]
    public void Weights_are_refused_and_never_repaired(double a, double b, string sentence) =>
        Assert.Equal(sentence, (Sound with { Arms = [new(1, "Popularity", a), new(2, "ALS", b)] }).Faults().First());

    [Fact]
    public void Thirds_sum_to_one_within_rounding() =>
        Assert.Empty((Sound with { Arms = [new(1, "a", 1.0 / 3), new(2, "b", 1.0 / 3), new(3, "c", 1.0 / 3)] }).Faults());

    [Theory]
    [InlineData(1)]
    [InlineData(11)]
    public void An_experiment_has_two_to_ten_arms(int count) =>
        Assert.Contains((Sound with { Arms = [.. Enumerable.Range(1, count).Select(i => new ArmDraft(i, $"v{i}", 1.0 / count))] }).Faults(),
            f => f == $"An experiment has 2 to 10 arms, and this one has {count}.");

    [Theory]
    [InlineData(0)]
    [InlineData(1.5)]
    [InlineData(double.NaN)]
    public void Traffic_lies_between_nobody_and_everybody(double traffic) =>
        Assert.StartsWith("The traffic share must be above 0 and at most 1", Assert.Single((Sound with { Traffic = traffic }).Faults()));

    [Fact]
    public void Settings_are_checked_too()
    {
        var settings = new ExperimentSettings
        {
            Guardrails = [new("conversion", 0)],
            Targeting = [new("age", ConditionKind.AtLeast, ["old"])],
            Layer = new("home", 0.5, 0.5),
            Overrides = new Dictionary<string, int> { ["tester"] = 2 },
            Prerequisite = new("home-1", 0),
        };
        Assert.Equal(
        [
            "The margin of the guardrail 'conversion' must be above 0 and at most 1.",
            "The condition on 'age' compares numbers, and 'old' is none.",
            "A layer needs a name and a slice from below to, within 0 and 1.",
            "The tester 'tester' is sent to an arm that does not exist.",
            "An experiment cannot be its own prerequisite.",
        ], (Sound with { Settings = settings }).Faults());
    }

    [Fact]
    public void Settings_survive_their_json()
    {
        var settings = new ExperimentSettings
        {
            Guardrails = [new("conversion", 0.03)], Targeting = [new("country", ConditionKind.Is, ["DE", "AT"])], Layer = new("home", 0, 0.5),
            Overrides = new Dictionary<string, int> { ["u1"] = 1 }, Slices = ["known"], MinimumUsers = 250, Prerequisite = new("other", 1),
        };
        var read = ExperimentSettings.FromJson(settings.ToJson());
        Assert.Equal(settings.ToJson(), read.ToJson());
        Assert.Equal("country is DE or AT", read.Targeting[0].ToString());
        Assert.Equal(100, ExperimentSettings.FromJson("{}").MinimumUsers);
    }
}
