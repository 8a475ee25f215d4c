using Bunit;
using RecLab.Experiments;
using RecLab.Results;
using RecLab.Results.Metrics;
using RecLab.Results.Parts;
using RecLab.Serving;
using RecLab.Statistics;
using RecLab.Training;
using Xunit;

namespace RecLab.Tests.Results;

/// <summary>The steps of the wizard in each of their states: what is shown, and what a choice makes of the draft.</summary>
public sealed class WizardPartsTests : BunitContext
{
    private int _changes;

    public WizardPartsTests() => JSInterop.Mode = JSRuntimeMode.Loose;

    private static readonly Placement[] Placements = [new() { Id = 1, Key = "home", Name = "Home" }, new() { Id = 2, Key = "cart", Name = "Cart" }];

    private static readonly VariantChoice[] Variants =
    [
        new(1, "Popularity", "popularity", 1, null), new(2, "ALS", "als", 3, null), new(3, "Deep MLP", "mlp", null, new() { Id = 7, Options = "{}", State = RunState.Running, Fraction = 0.62 }), new(4, "SASRec", "sasrec", null, null),
    ];

    private static DraftForm Form(params int[] variants)
    {
        var form = new DraftForm { Name = "Front", Key = "front", Placement = "home" };
        foreach (var id in variants) form.Arms.Add(new() { VariantId = id, Name = id == 0 ? "" : Variants.Single(v => v.Id == id).Name, Percent = Math.Round(100.0 / variants.Length, 2) });
        return form;
    }

    private static WizardChoices Choices(params Experiment[] others) => new(Placements, Variants, null, others);

    [Fact]
    public void The_steps_show_what_is_done_and_open_no_further_than_was_reached()
    {
        var gone = 0;
        var steps = Render<WizardSteps>(p => p.Add(s => s.Current, 2).Add(s => s.Reached, 3).Add(s => s.Notes, ["home", "2 arms"]).Add(s => s.OnGo, to => gone = to));
        Assert.Equal(["d", "c", "", "", ""], steps.FindAll("li").Select(l => l.ClassName ?? ""));
        Assert.Equal("step", steps.FindAll("li")[1].GetAttribute("aria-current"));
        Assert.Equal([false, false, false, true, true], steps.FindAll("button").Select(b => b.HasAttribute("disabled")));
        Assert.Equal("home", steps.Find("li.d .cap").TextContent);
        steps.FindAll("button")[0].Click();
        Assert.Equal(1, gone);
    }

    [Fact]
    public void A_name_proposes_its_key_until_somebody_writes_one_and_a_saved_key_stays()
    {
        var form = new DraftForm();
        var step = Render<StepPlacement>(p => p.Add(s => s.Form, form).Add(s => s.Choices, Choices()).Add(s => s.OnChange, () => _changes++));
        step.Find("#w-name").Input("Café, front page!");
        Assert.Equal("cafe-front-page", form.Key);
        step.Find("#w-key").Input("own");
        step.Find("#w-name").Input("Other");
        Assert.Equal("own", form.Key);
        step.Find("#w-placement").Change("cart");
        Assert.Equal(("cart", 3), (form.Placement, _changes));
        form.SavedKey = "own";
        step.Render();
        Assert.True(step.Find("#w-key").HasAttribute("disabled"));
    }

    [Fact]
    public void A_placement_that_is_taken_or_none_at_all_is_said_at_once()
    {
        var taken = Render<StepPlacement>(p => p.Add(s => s.Form, Form()).Add(s => s.Choices, Choices(new Experiment { Key = "now", Name = "Now", Placement = "home" })));
        Assert.Contains("Now runs here now; this one can start only after it", taken.Markup);
        Assert.Contains("There is no placement yet; make one first.", Render<StepPlacement>(p => p.Add(s => s.Form, new DraftForm()).Add(s => s.Choices, new([], Variants, null, []))).Markup);
    }

    [Fact]
    public void Arms_are_chosen_added_removed_and_weighed()
    {
        var form = Form(1, 0);
        var step = Render<StepVariants>(p => p.Add(s => s.Form, form).Add(s => s.Choices, Choices()).Add(s => s.OnChange, () => _changes++));
        Assert.Equal(["Popularity v1", "ALS v3", "Deep MLP, in training", "SASRec, not trained"], step.FindAll("select")[0].QuerySelectorAll("option").Skip(1).Select(o => o.TextContent));
        Assert.True(step.Find("[aria-label='Remove arm A']").HasAttribute("disabled")); // two are the least
        step.FindAll("select")[1].Change("3");
        Assert.Equal("Deep MLP", form.Arms[1].Name);
        Assert.Contains("Run 7 is at 62%.", step.Markup);
        step.FindAll("select")[1].Change("4");
        Assert.Contains("No training is under way.", step.Markup);
        step.FindAll("button").Single(b => b.TextContent == "Add arm").Click();
        Assert.Equal(3, form.Arms.Count);
        step.Find("[aria-label='Remove arm C']").Click();
        Assert.Equal(2, form.Arms.Count);
        step.FindAll("input[type=checkbox]").Single().Change(false);
        step.Find("[aria-label='Share of arm A, percent']").Change("70");
        Assert.Contains("The shares sum to 120% and must sum to 100%.", step.Markup);
        step.Find("[aria-label='Share of arm B, percent']").Change("30");
        Assert.DoesNotContain("must sum to 100%", step.Markup);
        Assert.True(_changes >= 7);
    }

    [Fact]
    public void A_mode_asks_for_what_only_it_needs()
    {
        var form = Form(1, 2, 4);
        var step = Render<StepMode>(p => p.Add(s => s.Form, form).Add(s => s.OnChange, () => _changes++));
        Assert.Empty(step.FindAll("#w-control"));
        step.FindAll("input[type=radio]")[2].Change(true);
        step.Find("#w-control").Change("30");
        step.Find("#w-hours").Change("12");
        Assert.Equal((ExperimentMode.Bandit, 30.0, 12.0), (form.Mode, form.ControlPercent, form.EveryHours));
        Assert.Contains("users are sent anew", step.Markup);
        step.FindAll("input[type=radio]")[1].Change(true);
        Assert.Equal(ExperimentMode.Interleaving, form.Mode);
        Assert.Contains("a click counts for the arm that placed the item", step.Markup);
    }

    [Fact]
    public void What_must_improve_and_what_must_not_get_worse_become_goal_secondary_and_guardrails()
    {
        var form = Form(1, 2);
        var step = Render<StepMetrics>(p => p.Add(s => s.Form, form).Add(s => s.Size, new SampleSize { Baseline = 0.08, Improved = 0.084 }).Add(s => s.OnChange, () => _changes++));
        Assert.Contains("8.00% becomes 8.40%", step.Markup);
        step.Find("#w-effect").Input("10");
        step.Find("#w-power").Change("0.9");
        step.Find("#w-alpha").Change("0.01");
        step.Find("#w-goal").Change("conversion");
        step.FindAll("label.check").First(l => l.TextContent.Contains("Watch revenue", StringComparison.Ordinal)).QuerySelector("input")!.Change(true);
        var guard = step.FindAll(".gd").First(g => g.TextContent.Contains("Click-through rate", StringComparison.Ordinal));
        Assert.True(guard.QuerySelector("input[type=number]")!.HasAttribute("disabled"));
        guard.QuerySelector("input[type=checkbox]")!.Change(true);
        step.FindAll(".gd").First(g => g.TextContent.Contains("Click-through rate", StringComparison.Ordinal)).QuerySelector("input[type=number]")!.Change("2.5");
        var settings = form.ToSettings(null);
        Assert.Equal(("conversion", 0.1, 0.9, 0.01), (form.GoalMetric, settings.TargetEffect, settings.Power, form.Alpha));
        Assert.Equal(new Guardrail("ctr", 0.025), Assert.Single(settings.Guardrails));
        Assert.Equal(["revenue"], settings.Secondary);
        Assert.DoesNotContain(step.FindAll(".gd"), g => g.TextContent.Contains("Conversion", StringComparison.Ordinal)); // the goal is no guardrail
    }

    [Fact]
    public void An_interleaving_asks_for_the_share_of_clicks_worth_finding_and_for_nothing_else()
    {
        var form = Form(1, 2);
        form.Mode = ExperimentMode.Interleaving;
        var step = Render<StepMetrics>(p => p.Add(s => s.Form, form).Add(s => s.Size, new SampleSize()).Add(s => s.OnChange, () => _changes++));
        Assert.Empty(step.FindAll("#w-goal, .gd"));
        Assert.Equal("55.0%", step.Find("output").TextContent);
        step.Find("#w-preference").Input("60");
        Assert.Equal(0.2, form.ToSettings(null).TargetEffect, 12);
        var again = DraftForm.Of(new Experiment { Key = "k", Name = "n", Placement = "home", Settings = form.ToSettings(null).ToJson(), Arms = [new() { Name = "a", Weight = 0.5 }, new() { Position = 1, Name = "b", Weight = 0.5 }] });
        Assert.Equal((60.0, 5.0), (again.PreferencePercent, again.EffectPercent));
    }

    [Fact]
    public void Conditions_layer_prerequisite_and_testers_become_the_audience_of_the_draft()
    {
        var form = Form(1, 2);
        var other = new Experiment { Key = "now", Name = "Now", Placement = "cart", Arms = [new() { Name = "Popularity" }, new() { Position = 1, Name = "ALS" }] };
        var step = Render<StepAudience>(p => p.Add(s => s.Form, form).Add(s => s.Others, [other]).Add(s => s.OnChange, () => _changes++));
        Assert.Empty(step.FindAll("[role=status]"));
        step.FindAll("button").Single(b => b.TextContent == "Add condition").Click();
        step.Find("[aria-label=Attribute]").Change("country");
        step.Find("[aria-label=Values]").Change("DE, AT");
        Assert.Contains("Nobody was seen here since the server started", step.Find("[role=status]").TextContent);
        step.Find("[aria-label=Comparison]").Change(nameof(ConditionKind.Exists));
        Assert.Empty(step.FindAll("[aria-label=Values]"));
        Assert.True(step.Find("#w-from").HasAttribute("disabled"));
        step.Find("#w-layer").Change("front");
        step.Find("#w-to").Change("40");
        step.Find("#w-before").Change("1:now");
        step.Find("#w-testers").Change("qa = B");
        step.Find("#w-traffic").Input("50");
        Assert.Equal(0.2, form.Reach, 12);
        var draft = form.ToDraft(null);
        Assert.Equal(new LayerSlice("front", 0, 0.4), draft.Settings.Layer);
        Assert.Equal(new Prerequisite("now", 1), draft.Settings.Prerequisite);
        Assert.Equal(("qa", 1), Assert.Single(draft.Settings.Overrides.Select(o => (o.Key, o.Value))));
        Assert.Equal(ConditionKind.Exists, Assert.Single(draft.Settings.Targeting).Kind);
        step.FindAll("button").Single(b => b.TextContent == "Remove").Click();
        Assert.Empty(form.Conditions);
        var seen = Render<StepAudience>(p => p.Add(s => s.Form, WithCondition()).Add(s => s.Audience, new AudienceShare(200, 50)));
        Assert.Contains("25% of the 200 people seen here last match (50).", seen.Find("[role=status]").TextContent);

        static DraftForm WithCondition()
        {
            var form = Form(1, 2);
            form.Conditions.Add(new() { Attribute = "country", Values = "DE" });
            return form;
        }
    }

    [Fact]
    public void The_review_says_everything_once_more_for_each_mode()
    {
        string Said(DraftForm form, SampleSize size) => Render<StepReview>(p => p.Add(r => r.Form, form).Add(r => r.Size, size)).Find(".card").TextContent;
        var split = Form(1, 2);
        split.Guards.Single(g => g.Metric.Key == "revenue").On = true;
        var said = Said(split, new() { UsersPerArm = 1234, PlannedDays = 14 });
        foreach (var sentence in new[] { "users split between the arms", "1,234 users per arm, 14 days", "Revenue per user −5.0%", "everybody", "from 100 users an arm and 7 full days on" }) Assert.Contains(sentence, said, StringComparison.Ordinal);
        Assert.Contains("none: nothing was measured here yet", Said(split, new()));
        var together = Form(1, 2);
        together.Mode = ExperimentMode.Interleaving;
        Assert.Contains("778 users who click, 35 days", Said(together, new() { Clickers = true, UsersPerArm = 778, PlannedDays = 35 }));
        Assert.Contains("a share of 55.0% of a user's clicks", Said(together, new()));
        var bandit = Form(1, 2, 4);
        bandit.Mode = ExperimentMode.Bandit;
        Assert.Contains("bandit: shares follow what is found", Said(bandit, new()));
    }

    [Fact]
    public void The_plan_stands_beside_the_form_with_every_check_by_its_weight()
    {
        var past = new PastTraffic(Moments.Of(MetricKind.Mean, new UnitSums { Units = 500, Y = 500, YY = 900 }), 500, 120, "control of Home, live", Simulated: true);
        var size = SampleSize.Of(past, 0.1, 0.8, 0.05, 1, 0.5, 1, 7);
        var panel = Render<SampleSizePanel>(p => p.Add(s => s.Size, size).Add(s => s.Past, past).Add(s => s.Metric, "Clicks per user").Add(s => s.Written, "1.0").Add(s => s.Comparisons, 1).Add(s => s.Effect, 0.1)
            .Add(s => s.Findings, [.. Enum.GetValues<FindingLevel>().Select(l => new Finding("Check", l, $"It {l}."))]));
        Assert.Equal($"{size.UsersPerArm:N0} users per arm", panel.FindAll(".fig")[0].TextContent);
        Assert.Contains("Measured on 500 users: control of Home, live. Real users may differ.", panel.Markup);
        Assert.Equal(["good", "mut", "warn", "warn", "bad"], panel.FindAll(".checks svg").Select(s => s.ClassList.Single(c => c is "good" or "mut" or "warn" or "bad")));
        var unknown = Render<SampleSizePanel>(p => p.Add(s => s.Size, new SampleSize { Why = "Nothing was measured." }));
        Assert.Contains("Nothing was measured.", unknown.Markup);
        Assert.Empty(unknown.FindAll(".fig"));
        var clickers = Render<SampleSizePanel>(p => p.Add(s => s.Size, SampleSize.OfPreference(null, 0.1, 0.8, 0.05, 1, 1, 7)));
        Assert.Equal("778 users who click", clickers.Find(".fig").TextContent);
        Assert.Contains("How long it takes nobody can say yet", clickers.Markup);
    }
}
