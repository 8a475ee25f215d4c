using Bunit;
using RecLab.Controls;
using RecLab.Events;
using RecLab.Experiments;
using RecLab.Recommenders.Evaluation;
using RecLab.Results;
using RecLab.Results.Parts;
using RecLab.Statistics.Interleaving;
using Xunit;
using static RecLab.Tests.Results.Readings;

namespace RecLab.Tests.Results;

/// <summary>The parts of the results page that only show, in each of their states.</summary>
public sealed class ResultsPartsTests : BunitContext
{
    public ResultsPartsTests() => JSInterop.Mode = JSRuntimeMode.Loose;

    private static ResultsView Split(int users = 1000, double clickers = 0.5) => ResultsView.Of(Input(Arm(0, users, 0.4), Arm(1, users, clickers)));

    private static readonly ResultsView Nobody = ResultsView.Of(Input(ArmTotals.Empty(0), ArmTotals.Empty(1)));

    /// <summary>4,400 users where 4,000 were planned.</summary>
    private static readonly ResultsView Mismatch = ResultsView.Of(Input(Arm(0, 4400, 0.40), Arm(1, 3600, 0.60)));

    /// <summary>So many users clicked twice on one of the two, on one day; lists are as many.</summary>
    private static ResultsView Together(int mine, int theirs, double first = 0.5, long lists = 1000, ExperimentSettings? settings = null)
    {
        Standing[] standings = [new(2, 0, mine), new(0, 2, theirs)];
        var contest = new ContestTotals([new(0, (long)(lists * (1 - first)), lists * 5, lists * 4, theirs * 2), new(1, (long)(lists * first), lists * 5, lists * 4, mine * 2)],
            [new(1, mine * 2, theirs * 2, 0, [.. standings.Where(s => s.Users > 0)], mine + theirs == 0 ? [] : [new(20454, mine + theirs, mine - theirs, mine + theirs)])]) { Draws = new(lists, [1 - first, first]) };
        return ResultsView.Of(Input(Arm(0, (int)lists, 0.4), ArmTotals.Empty(1)) with { Contest = contest, Settings = settings ?? new() { Mode = ExperimentMode.Interleaving } });
    }

    private AngleSharp.Dom.IElement Verdict(ResultsView view) => Render<ContestTable>(p => p.Add(c => c.View, view)).Find(".vd");

    [Fact]
    public void A_preference_is_said_by_colour_arrow_and_word_beside_the_users_behind_it()
    {
        var table = Render<ContestTable>(p => p.Add(c => c.View, Together(300, 100)));
        Assert.Equal("ALSagainst Popularity", table.Find(".armc").TextContent.Replace("B", "", StringComparison.Ordinal).Trim());
        Assert.Equal("75.0%", table.Find(".val .b").TextContent); // (1 + 200/400) / 2
        Assert.Equal("preferred", table.Find(".vd").TextContent.Trim());
        Assert.Contains("good", table.Find(".vd").ClassList);
        Assert.NotNull(table.Find(".vd svg"));
        Assert.StartsWith("300, 0, 100", table.FindAll("td.num")[1].TextContent, StringComparison.Ordinal);
        Assert.Equal(["500", "5,000", "4,000", "200"], table.FindAll("table.list tbody tr")[0].QuerySelectorAll("td").Select(c => c.TextContent));
        Assert.Equal("not preferred", Verdict(Together(100, 300)).TextContent.Trim());
        Assert.Contains("bad", Verdict(Together(100, 300)).ClassList);
        Assert.Equal("no preference shown", Verdict(Together(205, 195)).TextContent.Trim());
    }

    [Fact]
    public void A_preference_without_clicks_with_few_users_or_under_an_uneven_draw_is_none()
    {
        var empty = Render<ContestTable>(p => p.Add(c => c.View, Together(0, 0)));
        Assert.Contains("none yet", empty.Find(".val").TextContent);
        Assert.Contains("not computable", empty.Find("td.ax").TextContent);
        Assert.Equal("collecting", Verdict(Together(30, 10)).TextContent.Trim());
        var red = Render<ContestTable>(p => p.Add(c => c.View, Together(300, 100, first: 0.8)));
        Assert.Equal("do not trust", red.Find(".vd").TextContent.Trim());
        Assert.Contains("withheld", red.Find(".val").TextContent);
        Assert.DoesNotContain("75.0%", red.Find("table.contest").TextContent);
    }

    [Fact]
    public void The_share_of_clicks_is_drawn_once_somebody_clicked_and_moves_its_band()
    {
        var moved = -1;
        var card = Render<ShareCard>(p => p.Add(c => c.View, Together(300, 100)).Add(c => c.OnBand, arm => moved = arm));
        Assert.Equal("Cumulative share of a user's clicks against Popularity", card.Find("[role=img]").GetAttribute("aria-label")!.Split('.')[0].Split(',')[0]);
        Assert.Equal("true", card.Find(".bandpick").GetAttribute("aria-pressed"));
        card.Find(".bandpick").Click();
        Assert.Equal(1, moved);
        card.FindAll(".chart-tools button")[0].Click();
        Assert.Contains("75.0%", card.Find(".chart-table").TextContent);
        Assert.Contains("No preference yet", Render<ShareCard>(p => p.Add(c => c.View, Together(0, 0))).Markup);
        Assert.Contains("Withheld", Render<ShareCard>(p => p.Add(c => c.View, Together(300, 100, first: 0.8))).Markup);
    }

    [Fact]
    public void Progress_of_an_interleaving_counts_those_who_click_against_its_plan()
    {
        string Said(ExperimentSettings settings) => Render<ProgressCard>(p => p.Add(c => c.View, Together(300, 100, settings: settings))).Find(".card").TextContent;
        Assert.Contains("400 users clicked, of at least 100", Said(new() { Mode = ExperimentMode.Interleaving }));
        var planned = Said(new() { Mode = ExperimentMode.Interleaving, PlannedUsers = 778, TargetEffect = 0.1 });
        Assert.Contains("400 users clicked, of 778", planned);
        Assert.Contains("target effect 55.0% of clicks, power 80%", planned);
        Assert.Contains("power today", planned);
    }

    [Fact]
    public void The_strip_says_every_level_in_a_word_and_a_shape()
    {
        HealthCell Cell(HealthLevel level) => new($"Check {level}", level, "value", "caption");
        var strip = Render<HealthStrip>(p => p.Add(s => s.Health, new Health([.. Enum.GetValues<HealthLevel>().Select(Cell)])));
        Assert.Equal(["not known yet", "in order", "take a look", "do not trust"], strip.FindAll(".vh").Select(v => v.TextContent.Trim(':', ' ')));
        Assert.Equal(["mut", "good", "warn", "bad"], strip.FindAll("li > svg").Select(s => s.ClassList.Single(c => c is "mut" or "good" or "warn" or "bad")));
    }

    [Fact]
    public void Exposures_say_who_came_and_who_was_left_out()
    {
        Assert.Contains("No user has been shown a list of this experiment.", Render<ExposureCard>(p => p.Add(c => c.View, Nobody)).Markup);
        Assert.Contains("No simulated visitor has been sent", Render<ExposureCard>(p => p.Add(c => c.View, ResultsView.Of(Nobody.Input with { Simulated = true }))).Markup);
        var filled = Split();
        var machines = ResultsView.Of(filled.Input with { Totals = filled.Input.Totals with { Machines = 3 } });
        var card = Render<ExposureCard>(p => p.Add(c => c.View, machines));
        Assert.Equal(["1,000", "1,000"], card.FindAll("p.row .arm").Select(a => a.TextContent.Trim('A', 'B', ' ', '\n')));
        Assert.Contains("users, 3 machines left out", card.Find("p.row").TextContent);
    }

    [Fact]
    public void The_scorecard_says_which_interval_decides_at_which_level_and_shows_the_exact_answer_in_points()
    {
        string Table(ResultsView view) => Render<ScorecardTable>(p => p.Add(t => t.View, view)).Markup;
        var three = Input(Arm(0, 1000, 0.40), Arm(1, 1000, 0.45), Arm(2, 1000, 0.48)) with { Settings = new() { PlannedUsers = 1000, PlannedDays = 14 } };
        Assert.Contains("Until the plan is complete the wings decide.", Table(ResultsView.Of(three)));
        var ended = Table(ResultsView.Of(three with { ReadAt = Start.AddDays(15) }));
        Assert.Contains("The plan was complete on 14 Jan 2026: the box decides, taken once, from the lists up to that day.", ended);
        Assert.Contains(", 97.5 % interval ", ended);
        Assert.Contains("1,000 users", ended);
        ArmTotals Buyers(int arm, int buyers) => ArmTotals.Of(arm, Enumerable.Range(0, 1000).Select(i => User(10, i % 3 == 0 ? 1 : 0, purchases: i < buyers ? 1 : 0)));
        var exact = ResultsView.Of(Input(Buyers(0, 0), Buyers(1, 12)) with { GoalMetric = "conversion", Settings = three.Settings, ReadAt = Start.AddDays(22) });
        var row = Render<ScorecardTable>(p => p.Add(t => t.View, exact)).Find("tr.r");
        Assert.Equal("+1.20 pp", row.QuerySelector(".chg")!.TextContent);
        Assert.Contains("exact test of the shares", row.TextContent);
        Assert.Contains("better", row.QuerySelector(".ver")!.TextContent);
    }

    [Fact]
    public void The_lift_is_drawn_once_both_arms_have_clicks_and_never_under_a_mismatch()
    {
        var moved = -1;
        var card = Render<LiftCard>(p => p.Add(c => c.View, Split()).Add(c => c.OnBand, arm => moved = arm));
        card.Find(".bandpick").Click();
        Assert.Equal(1, moved);
        Assert.Contains("95% and always-valid band", card.Find(".bandpick").TextContent);
        Assert.Contains("No lift yet", Render<LiftCard>(p => p.Add(c => c.View, Nobody)).Markup);
        Assert.Contains("Withheld", Render<LiftCard>(p => p.Add(c => c.View, Mismatch)).Markup);
    }

    [Fact]
    public void Offline_metrics_stand_arm_by_arm_or_say_that_nothing_was_evaluated()
    {
        static EvaluationResult Judged(double value) => new() { Values = [new("ndcg", 10, value, value - 0.01, value + 0.01, 100), new("coverage", 10, 0.4, null, null, 100)], Users = 100, UsersWithoutRelevant = 0, UsersUnanswered = 0, Items = 50, Options = new() };
        Assert.Contains("No offline evaluation of these arms", Render<RankingTable>(p => p.Add(t => t.View, Split())).Markup);
        var view = ResultsView.Of(Split().Input with { Offline = [new(0, 1, 1, 7, Judged(0.2)), new(1, 2, 1, 7, Judged(0.25))] });
        var rows = Render<RankingTable>(p => p.Add(t => t.View, view)).FindAll("tbody tr").Skip(1).ToArray();
        Assert.Equal(["0.2000", "0.2500"], rows.Take(2).Select(r => r.QuerySelector(".val .b")!.TextContent));
        Assert.Equal("+25.0%", rows[1].QuerySelector(".chg")!.TextContent);
        Assert.Equal("0.2400 to 0.2600", rows[1].QuerySelector(".ver")!.TextContent);
        Assert.Contains("a property of the whole run, no interval", rows[^1].TextContent);
        var half = ResultsView.Of(Split().Input with { Offline = [new(0, 1, 1, 7, Judged(0.2)), new(1, 2, 1, 8, null)] });
        Assert.Contains("not evaluated", Render<RankingTable>(p => p.Add(t => t.View, half)).Markup);
    }

    [Fact]
    public void The_two_readings_are_named_and_chosen_by_buttons()
    {
        bool? chosen = null;
        var live = Render<ReadingSwitch>(p => p.Add(s => s.Simulated, false).Add(s => s.OnChange, to => chosen = to));
        Assert.Equal(["true", "false"], live.FindAll("button").Select(b => b.GetAttribute("aria-pressed")));
        live.FindAll("button")[1].Click();
        Assert.True(chosen);
        var simulated = Render<ReadingSwitch>(p => p.Add(s => s.Simulated, true).Add(s => s.OnChange, to => chosen = to));
        Assert.StartsWith("Simulated visitors only.", simulated.Find(".cap").TextContent, StringComparison.Ordinal);
        simulated.FindAll("button")[0].Click();
        Assert.False(chosen);
        Assert.Equal(["Live", "Simulated"], new[] { false, true }.Select(s => Render<ReadingBadge>(p => p.Add(b => b.Simulated, s)).Find(".chip").TextContent.Trim()));
    }

    [Fact]
    public void Shares_are_one_bar_that_is_read_aloud_and_names_no_sliver()
    {
        var bar = Render<SplitBar>(p => p.Add(b => b.Weights, [0.5, 0.47, 0.03]));
        Assert.Equal("arm A 50%, arm B 47%, arm C 3%", bar.Find("svg").GetAttribute("aria-label"));
        Assert.Equal(["0%", "50%", "97%"], bar.FindAll("rect").Select(r => r.GetAttribute("x")));
        Assert.Equal(2, bar.FindAll("text").Count);
    }

    [Fact]
    public void Every_state_has_a_word()
    {
        static Experiment In(ExperimentState state) => new() { Key = "k", Name = "n", Placement = "p", State = state };
        string Said(ExperimentState state, string? detail = null) => Render<StateOf>(p => p.Add(s => s.Experiment, In(state)).Add(s => s.Detail, detail)).Find(".chip").TextContent.Trim();
        Assert.Equal(["Draft", "Waiting for models", "Ready", "Running", "Paused", "In review", "Decided, frozen", "Archived"], Enum.GetValues<ExperimentState>().Select(s => Said(s)));
        Assert.Equal("Running, day 3 of 14", Said(ExperimentState.Running, "day 3 of 14"));
        Assert.Equal("chip y", Render<StateOf>(p => p.Add(s => s.Experiment, In(ExperimentState.Running)).Add(s => s.Detail, "switched off")).Find(".chip").ClassName!.Trim()); // the tint of a warning
    }

    [Fact]
    public void History_lists_moves_and_phases_and_chooses_one()
    {
        var experiment = new Experiment { Key = "k", Name = "n", Placement = "p" };
        var chosen = 0;
        var empty = Render<HistoryCard>(p => p.Add(h => h.File, new ExperimentFile(experiment, [], [])));
        Assert.Contains("The first phase begins with the start.", empty.Markup);
        Assert.Contains("0 moves", empty.Markup);
        ExperimentPhase Phase(int number, string why) => new() { Number = number, StartedAt = Start, Why = why, Arms = """[{"Position":0,"VariantId":1,"Name":"Popularity","Weight":0.3,"RunId":null},{"Position":1,"VariantId":2,"Name":"ALS","Weight":0.7,"RunId":2}]""" };
        var file = new ExperimentFile(experiment, [new() { Id = 1, Verb = "start", Who = "Ada", Why = "go", At = Start }], [Phase(1, "start"), Phase(2, "change arms")]);
        var card = Render<HistoryCard>(p => p.Add(h => h.File, file).Add(h => h.Shown, 2).Add(h => h.OnPhase, n => chosen = n));
        Assert.Equal(["Phase 2", "Phase 1"], card.FindAll("button.phase").Select(b => b.TextContent));
        Assert.Equal(["true", "false"], card.FindAll("button.phase").Select(b => b.GetAttribute("aria-pressed")));
        Assert.Contains("Popularity 30.0%, ALS 70.0%", card.Markup);
        Assert.Equal(["start", "Ada", "go"], card.FindAll(".moves")[0].QuerySelectorAll(".b, .sec, .why").Select(e => e.TextContent));
        card.FindAll("button.phase")[1].Click();
        Assert.Equal(1, chosen);
    }
}
