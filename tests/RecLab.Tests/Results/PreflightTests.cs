using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RecLab.Experiments;
using RecLab.Serving;
using RecLab.Tests.Experiments;
using Xunit;

namespace RecLab.Tests.Results;

/// <summary>What is checked before a start, and how much each finding weighs.</summary>
public sealed class PreflightTests(RecLabApp app) : IClassFixture<RecLabApp>
{
    private async Task<IReadOnlyList<Finding>> LookAsync(string key, Func<ExperimentDraft, ExperimentDraft>? change = null)
    {
        var draft = await app.DraftAsync(key);
        return (await app.Desk().CheckAsync(await app.Desk().DraftAsync(change?.Invoke(draft) ?? draft, "ada"))).Findings;
    }

    [Fact]
    public async Task The_kill_switch_of_the_placement_is_a_warning_and_no_obstacle()
    {
        await app.PlacementAsync("halted");
        await app.Services.GetRequiredService<PlacementDesk>().HaltAsync("halted", "prices are wrong", "mara");
        var finding = Assert.Single(await LookAsync("halted"), f => f.Check == "Kill switch");
        Assert.Equal(FindingLevel.Warns, finding.Level);
        Assert.StartsWith("The kill switch of halted is on since ", finding.Sentence, StringComparison.Ordinal);
        Assert.Equal(ExperimentState.Ready, (await app.Desk().MarkReadyAsync("halted", "ada")).State);
        await app.Services.GetRequiredService<PlacementDesk>().ReleaseAsync("halted", "mara");
        Assert.DoesNotContain((await app.Desk().CheckAsync(await app.StoredAsync("halted"))).Findings, f => f.Check == "Kill switch");
    }

    [Fact]
    public async Task A_served_version_that_cannot_be_loaded_is_a_warning()
    {
        await app.Services.GetRequiredService<ModelShelf>().RefreshAsync(TestContext.Current.CancellationToken);
        var findings = await LookAsync("unloaded"); // its runs say that they succeeded, and left no artifact
        Assert.Equal(2, findings.Count(f => f is { Check: "Fallback", Level: FindingLevel.Warns }));
        Assert.Contains(findings, f => f.Sentence.StartsWith("The model of unloaded-1 is not loaded, so its users would get the fallback", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_missing_is_named_with_its_weight()
    {
        var findings = await LookAsync("plain", d => d with { Settings = new() { MinimumDays = 3, Prerequisite = new("nothing", 0) } });
        (string, FindingLevel)[] expected = [("Plan", FindingLevel.Note), ("Guardrails", FindingLevel.Note), ("Hypothesis", FindingLevel.Note), ("Full week", FindingLevel.Note), ("Prerequisite", FindingLevel.Blocks)];
        Assert.Empty(expected.Except(findings.Select(f => (f.Check, f.Level))));
        Assert.Equal("There is no experiment 'nothing' whose users could take part.", findings.Single(f => f.Check == "Prerequisite").Sentence);
    }
}
