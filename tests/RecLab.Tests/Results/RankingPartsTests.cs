using Bunit;
using RecLab.Events;
using RecLab.Experiments;
using RecLab.Recommenders.Evaluation;
using RecLab.Results;
using RecLab.Results.Metrics;
using RecLab.Results.Parts;
using RecLab.Statistics;
using Xunit;
using static RecLab.Tests.Results.Readings;

namespace RecLab.Tests.Results;

/// <summary>The parts of the ranking tab in each of their states.</summary>
public sealed class RankingPartsTests : BunitContext
{
    private static readonly PhaseArm[] Arms = [new(0, 1, "Popularity", 0.5, 1), new(1, 2, "ALS", 0.5, 2), new(2, 3, "Host", 0, null)];

    private static OverlapBoard Board(params int[] replaced) => new(2, 10, OverlapBoard.Compare(new Dictionary<int, IReadOnlyList<IReadOnlyList<string>?>>
    {
        [0] = [["a", "b"], ["a", "b"], ["a"]],
        [1] = [["b", "a"], ["a", "c"], null],
    }), [2], replaced);

    [Fact]
    public void Overlap_is_the_mean_over_users_who_got_both_lists()
    {
        var cell = Assert.Single(Board().Cells);
        // Jaccard 1 and 1/3; RBO at 0.9 of a swapped pair 0.9, of a common first place 0.1 (1 + 0.45) + 0.405 = 0.55
        Assert.Equal(2.0 / 3, cell.Jaccard.Value.Value, 12);
        Assert.Equal((0.9 + 0.55) / 2, cell.RankBiased.Value.Value, 12);
        Assert.Equal(1, cell.Jaccard.Value.Degrees);
    }

    [Fact]
    public void The_heat_maps_are_tables_that_name_what_cannot_be_compared()
    {
        var card = Render<OverlapCard>(p => p.Add(c => c.Arms, Arms).Add(c => c.Board, Board(1)));
        Assert.Equal(["Jaccard", "Rank-biased overlap, p = 0.9"], card.FindAll("caption .b").Select(c => c.TextContent));
        Assert.Equal(3, card.FindAll("table.map")[0].QuerySelectorAll("tbody tr").Length);
        Assert.Equal("0.67", card.FindAll("table.map")[0].QuerySelector("td.h7 .b")!.TextContent);
        Assert.Equal("0.73", card.FindAll("table.map")[1].QuerySelector("td.h7 .b")!.TextContent);
        Assert.Equal(4, card.FindAll("table.map")[0].QuerySelectorAll("td.self").Count(t => t.TextContent == "no lists"));
        Assert.Contains("No lists of Host can be asked for here. ALS serves another model now than when this phase began.", card.Find(".note").TextContent);
    }

    [Fact]
    public void Without_two_models_there_is_nothing_to_compare() =>
        Assert.Contains("Nothing to compare", Render<OverlapCard>(p => p.Add(c => c.Arms, Arms)).Markup);

    private static AgreementPoint Point(int experiment, double offline, double online) => new($"e{experiment}", $"Experiment {experiment}", 1, "ALS", offline, online);

    private string Said(params AgreementPoint[] points) => Render<AgreementCard>(p => p.Add(c => c.Agreement, Agreement.Of(points))).Find(".card").TextContent;

    [Fact]
    public void Below_three_experiments_the_page_cannot_say_whether_offline_predicts_online()
    {
        Assert.Contains("a rank correlation needs 3 experiments, there are 2.", Said(Point(1, 0.1, 0.2), Point(2, 0.3, 0.1)));
        // two arms of one experiment are still one experiment
        Assert.Contains("there is 1.", Said(Point(1, 0.1, 0.2), Point(1, 0.3, 0.1), Point(1, 0.2, 0.1)));
        Assert.Contains("No experiment has both yet", Said());
    }

    [Fact]
    public void The_rank_correlation_stands_with_its_interval_beside_the_points()
    {
        // the numbers of scipy's example of spearmanr: rho 0.8208; its Fisher interval by hand -0.42 to 0.99
        var card = Render<AgreementCard>(p => p.Add(c => c.Agreement, Agreement.Of([Point(1, 1, 5), Point(2, 2, 6), Point(3, 3, 7), Point(4, 4, 8), Point(5, 5, 7)])));
        Assert.Contains("0.82 95% interval −0.42 to 0.99", card.Find("dd").TextContent);
        Assert.Contains("5 arms of 5 experiments", card.Find("dl").TextContent);
        card.Find(".chart-tools button").Click();
        Assert.Equal(5, card.FindAll(".chart-table tbody tr").Count);
        Assert.Contains("Experiment 1, ALS", card.Find(".chart-table tbody th").TextContent);
    }

    [Fact]
    public void An_order_that_agrees_wholly_has_no_interval_and_one_that_never_varies_no_answer()
    {
        Assert.Contains("a perfect order has no interval", Said(Point(1, 0.1, 0.1), Point(2, 0.2, 0.2), Point(3, 0.3, 0.3), Point(4, 0.4, 0.4)));
        Assert.Contains("one of the two is the same for every arm", Said(Point(1, 0.1, 0.2), Point(2, 0.1, 0.3), Point(3, 0.1, 0.1)));
    }

    private static EvaluationResult Ndcg(double value) => new() { Values = [new("ndcg", 10, value, null, null, 100)], Users = 100, UsersWithoutRelevant = 0, UsersUnanswered = 0, Items = 50, Options = new() };

    [Fact]
    public void A_point_needs_both_judgements_the_same_data_and_enough_users()
    {
        OfflineArm[] offline = [new(0, 1, 1, 7, Ndcg(0.2)), new(1, 2, 1, 7, Ndcg(0.25))];
        var input = Input(Arm(0, 1000, 0.4), Arm(1, 1000, 0.5)) with { Offline = offline };
        var point = Assert.Single(Agreement.PointsOf(input));
        Assert.Equal(0.25, point.Offline, 12); // 0.25 / 0.2 - 1
        Assert.Equal(0.25, point.Online, 12); // 0.1 / 0.08 - 1
        Assert.Empty(Agreement.PointsOf(input with { Offline = [offline[0], offline[1] with { DatasetId = 8 }] }));
        Assert.Empty(Agreement.PointsOf(input with { Offline = [offline[0]] }));
        Assert.Empty(Agreement.PointsOf(Input(Arm(0, 1000, 0.4), Arm(1, 99, 0.5)) with { Offline = offline }));
    }

    private static ArmTotals Lists(int position, int users, int head, long items)
    {
        var arm = ArmTotals.Of(position, Enumerable.Range(0, users).Select(i => new UnitTotal { Lists = 1, Viewable = 10, Clicked = i % 2, Seen = 1, Reciprocal = i % 2 * 1260, Gain = i % 2 * 1640, Known = 10, Head = head + i % 3, Varied = 1, Variety = 1000 + i % 2 }));
        var lost = new long[32];
        (lost[3], lost[9]) = (2, 1);
        return arm with { Sums = new Dictionary<string, UnitSums>(arm.Sums) { ["coverage"] = CatalogueCoverage.Sums(new(items, lost), users) } };
    }

    private IRenderedComponent<ServedTable> Table(params ArmTotals[] arms) => Render<ServedTable>(p => p.Add(t => t.View, ResultsView.Of(Input(arms))));

    [Fact]
    public void Served_lists_stand_arm_by_arm_with_their_own_interval_and_the_change_against_control()
    {
        var rows = Table(Lists(0, 300, 4, 100), Lists(1, 300, 2, 150)).FindAll("tbody tr").Skip(1).ToArray();
        Assert.Equal(["MRR of the first click", "NDCG of clicks", "Popularity share", "Intra-list diversity", "Catalogue coverage"], rows.Where(r => r.ClassName == "r").Select(r => r.QuerySelector(".m .b")!.TextContent));
        Assert.Equal("0.2500", rows[0].QuerySelector(".val .b")!.TextContent);
        // popularity: 5 of 10 in control, 3 of 10 here; lower is better
        Assert.Contains("Lower is better.", rows[4].TextContent);
        Assert.Equal("−40.0%", rows[5].QuerySelector(".chg")!.TextContent);
        Assert.Equal("+50.0%", rows[9].QuerySelector(".chg")!.TextContent);
        // 150 -/+ 1.968 sqrt(4.571289), t with 299 degrees
        Assert.Equal("146 items to 154 items", rows[9].QuerySelector(".val .cap")!.TextContent);
    }

    [Fact]
    public void Before_the_first_list_and_under_a_mismatch_no_effect_is_drawn()
    {
        Assert.Contains("No list was seen yet", Table(ArmTotals.Empty(0), ArmTotals.Empty(1)).Markup);
        var withheld = Table(Lists(0, 300, 4, 100), Lists(1, 900, 2, 150));
        Assert.Empty(withheld.FindAll(".chg"));
        Assert.Empty(withheld.FindAll(".box"));
    }
}
