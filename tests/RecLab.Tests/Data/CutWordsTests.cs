using Bunit;
using RecLab.Data;
using RecLab.Recommenders.Evaluation;
using RecLab.Training;
using Xunit;

namespace RecLab.Tests.Data;

public sealed class CutWordsTests : BunitContext
{
    public static TheoryData<SplitKind> Kinds => [.. CutWords.Ways.Select(w => w.Kind)];

    [Fact]
    public void Protocols_of_different_cuts_are_different_and_the_usual_one_keeps_its_address()
    {
        Assert.Equal("time-10-10-10-all", Protocol.Of(new(), new()).Key);
        SplitPlan[] plans =
        [
            .. CutWords.Ways.Select(w => new SplitPlan(w.Kind) { Hidden = 0.1 }), .. CutWords.Ways.Select(w => new SplitPlan(w.Kind) { Hidden = 0.2 }),
            .. CutWords.Ways.Where(w => CutWords.HasSeed(w.Kind)).Select(w => new SplitPlan(w.Kind) { Hidden = 0.1, Seed = 7 }),
            .. CutWords.Ways.Where(w => CutWords.HasShares(w.Kind) || w.Kind == SplitKind.ColdUsers).Select(w => new SplitPlan(w.Kind) { Hidden = 0.1, Test = 0.25 }),
            .. CutWords.Ways.Where(w => CutWords.IsCold(w.Kind)).Select(w => new SplitPlan(w.Kind) { Hidden = 0.1, Cold = 0.25 }), new(SplitKind.NewestOfSome),
        ];
        Assert.Equal(plans.Length, plans.Select(p => Protocol.Of(new(), p).Key).Distinct().Count());
        Assert.Equal(plans.Length, plans.Select(p => Protocol.Of(new(), p).Sentence).Distinct().Count());
        Assert.Equal("random-10-20-10-seed7-all", Protocol.Of(new(), new(SplitKind.Random) { Test = 0.2, Hidden = 0.1, Seed = 7 }).Key);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void What_a_data_set_keeps_is_the_plan_it_was_given(SplitKind kind)
    {
        var plan = new SplitPlan(kind) { Validation = 0.15, Test = 0.25, Cold = 0.3, Seed = -7 };
        var dataset = new Dataset { Name = "x", Layout = "csv", HiddenShare = 0.2, Cut = CutWords.ToJson(plan) };
        Assert.Equal(plan with { Hidden = 0.2 }, dataset.Plan());
        Assert.Null(CutWords.Wrong(dataset.Plan()));
    }

    [Fact]
    public void The_usual_cut_needs_no_words()
    {
        Assert.Null(CutWords.ToJson(new()));
        Assert.Null(CutWords.ToJson(new() { Hidden = 0.3 }));
        Assert.Equal(new SplitPlan { Hidden = 0.3 }, new Dataset { Name = "x", Layout = "csv", HiddenShare = 0.3 }.Plan());
        Assert.NotNull(CutWords.ToJson(new() { Test = 0.2 }));
    }

    [Theory]
    [InlineData(SplitKind.Random, 0.1, 0.0, 0.1, 0.1, "The share that tests must lie above 0")]
    [InlineData(SplitKind.FourSlices, -0.1, 0.1, 0.1, 0.1, "the share that validates between 0 and 0.5")]
    [InlineData(SplitKind.GlobalTime, 0.3, 0.3, 0.1, 0.5, "leave at least a tenth to train on")]
    [InlineData(SplitKind.GlobalTime, 0.1, double.NaN, 0.1, 0.1, "The share that tests must lie above 0")]
    [InlineData(SplitKind.ColdItems, 0.1, 0.1, 0.0, 0.1, "The share made cold must lie above 0")]
    [InlineData(SplitKind.ColdUsers, 0.1, 1.0, 0.1, 0.1, "of a cold user's rows")]
    [InlineData(SplitKind.Fold, 0.1, 0.1, 0.1, 0.1, "Known: user-time, leave-one-out, random, global-time, cold-users, cold-items.")]
    [InlineData(SplitKind.NewestOfSome, 0.1, 0.1, 0.1, 0.1, "cannot be kept cut so")]
    public void What_cannot_be_cut_is_said(SplitKind kind, double validation, double test, double cold, double hidden, string why) =>
        Assert.Contains(why, CutWords.Wrong(new(kind) { Validation = validation, Test = test, Cold = cold, Hidden = hidden }), StringComparison.Ordinal);

    [Fact]
    public async Task The_form_asks_for_what_a_way_needs_and_for_nothing_else()
    {
        var plan = new SplitPlan();
        var form = Render<CutForm>(p => p.Add(f => f.Plan, plan).Add(f => f.OnChange, (SplitPlan changed) => { plan = changed; }));
        string[] Fields() => [.. form.FindAll("input").Select(i => i.Id!)];
        async Task SetAsync(string id, string value)
        {
            await form.Find(id).ChangeAsync(new() { Value = value });
            form.Render(p => p.Add(f => f.Plan, plan));
        }
        Assert.Equal(["cut-validation", "cut-test"], Fields());
        await SetAsync("#cut-kind", "ColdUsers");
        Assert.Equal(["cut-cold", "cut-test", "cut-seed"], Fields());
        await SetAsync("#cut-cold", "12.5");
        await SetAsync("#cut-seed", "7");
        Assert.Equal(new SplitPlan(SplitKind.ColdUsers) { Hidden = 0.1, Cold = 0.125, Seed = 7 }, plan);
        await SetAsync("#cut-kind", "LeaveOneOut");
        Assert.Empty(Fields());
    }
}
