using System.Text.RegularExpressions;
using RecLab.Controls;
using RecLab.Experiments;
using RecLab.Recommenders.Evaluation;
using RecLab.Results;
using RecLab.Storage;
using Xunit;

namespace RecLab.Tests.Controls;

public sealed partial class GlossaryTests
{
    [Fact]
    public void No_word_has_two_meanings_and_every_entry_says_one()
    {
        var words = Glossary.All.SelectMany(e => e.Also.Append(e.Name)).ToArray();
        Assert.Equal(words.Length, words.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.All(Glossary.All, e => Assert.True(e.Meaning.Length is > 30 and < 220 && e.Meaning.EndsWith('.'), e.Name));
    }

    [Fact]
    public void Every_check_of_the_health_strip_is_explained()
    {
        PhaseArm[] arms = [new(0, 1, "A", 0.5, null), new(1, 2, "B", 0.5, null)];
        var health = Health.Of(arms, [ArmTotals.Empty(0), ArmTotals.Empty(1)], new(0, 0, 0, 0, null), simulated: false, running: true, DateTimeOffset.UnixEpoch);
        Assert.NotEmpty(health.Cells);
        Assert.All(health.Cells, c => Assert.NotNull(Glossary.Find(c.Title)));
    }

    [Fact]
    public void Every_ranking_metric_of_the_results_page_is_explained() =>
        Assert.All(new[] { "ndcg", "recall", "mrr", "hit" }.Select(key => RankingMetricCatalog.Get(key).Name).Append("Coverage@10"), name => Assert.NotNull(Glossary.Find(name)));

    [Theory]
    [InlineData("NDCG@20", "NDCG")]
    [InlineData("guardrails", "Guardrail")]
    [InlineData("Bootstrap over users", "Bootstrap")]
    public void A_word_is_found_as_pages_write_it(string word, string name) => Assert.Equal(name, Glossary.Find(word)!.Name);

    [Fact]
    public void A_word_that_needs_no_explanation_has_none() => Assert.Null(Glossary.Find("Users"));

    /// <summary>A term is named by its field, so that the compiler knows it; where a page looks one up by what it shows, the tests above cover what that can be.</summary>
    [Fact]
    public void The_results_page_explains_its_statistics()
    {
        var parts = Path.Combine(HostPaths.ContentRoot(AppContext.BaseDirectory), "src", "RecLab", "Results");
        var used = Directory.EnumerateFiles(parts, "*.razor", SearchOption.AllDirectories).SelectMany(f => Used().Matches(File.ReadAllText(f))).Select(m => m.Groups[1].Value).ToHashSet();
        Assert.Empty(new[] { "Lift", "Interval", "PValue", "Power", "TargetEffect", "Exposure", "Bootstrap", "Cuped", "SampleSize", "Clustered" }.Except(used));
        Assert.All(used.Where(u => u != "Find"), u => Assert.NotNull(typeof(Glossary).GetField(u)));
    }

    [GeneratedRegex(@"Glossary\.(\w+)")]
    private static partial Regex Used();
}
