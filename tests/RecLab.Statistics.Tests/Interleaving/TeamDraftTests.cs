using System.Text.Json;
using RecLab.Statistics.Comparisons;
using RecLab.Statistics.Interleaving;
using RecLab.Testing;
using Xunit;

namespace RecLab.Statistics.Tests.Interleaving;

public sealed class TeamDraftTests
{
    [Fact]
    public void Lists_and_teams_agree_with_the_reference_for_its_coins()
    {
        if (TestPaths.Reference("ope/pub-inter-10.json") is not { } path) { Assert.Skip("The reference draws of interleaving are not there."); return; }
        var draws = JsonDocument.Parse(File.ReadAllText(path)).RootElement.GetProperty("draws").EnumerateArray().ToArray();
        Assert.NotEmpty(draws);
        foreach (var draw in draws)
        {
            var coins = new Queue<int>(Ints(draw.GetProperty("coins")));
            var list = TeamDraft.Of([Ints(draw.GetProperty("a")), Ints(draw.GetProperty("b"))], draw.GetProperty("length").GetInt32(), _ => coins.Dequeue());
            var expected = draw.GetProperty("team_draft");
            Assert.Equal(Ints(expected.GetProperty("list")), list.Items);
            Assert.Equal(expected.GetProperty("teams").EnumerateArray().Select(t => t.GetString() == "A" ? 0 : 1), list.Teams);
            Assert.Equal(expected.GetProperty("coins_used").GetInt32(), draw.GetProperty("coins").GetArrayLength() - coins.Count);
            var clicked = Ints(draw.GetProperty("clicks"));
            Assert.Equal((expected.GetProperty("credit_a").GetInt32(), expected.GetProperty("credit_b").GetInt32()), (clicked.Count(c => list.Teams[c] == 0), clicked.Count(c => list.Teams[c] == 1)));
        }
    }

    [Theory]
    [InlineData(new[] { 1, 2, 3, 4 }, new[] { 1, 3, 2, 5 }, new[] { 1, 2, 3, 4 })]
    [InlineData(new[] { 1, 2, 3, 4 }, new[] { 4, 1, 3, 2 }, new[] { 9, 8, 2, 7 })]
    public void A_propensity_is_the_share_of_all_draws_that_put_the_item_there_given_the_items_before(int[] a, int[] b, int[] c)
    {
        // every way the draw can fall, each as likely as the product of its coins
        foreach (var rankings in new int[][][] { [a, b], [a, b, c] })
        {
            var worlds = Worlds(rankings, 4).ToArray();
            Assert.Equal(1, worlds.Sum(w => w.Probability), 12);
            foreach (var (list, _) in worlds)
                for (var place = 0; place < list.Items.Count; place++)
                {
                    var before = worlds.Where(w => w.List.Items.Take(place).SequenceEqual(list.Items.Take(place))).ToArray();
                    var here = before.Where(w => w.List.Items.Count > place && w.List.Items[place] == list.Items[place]).Sum(w => w.Probability) / before.Sum(w => w.Probability);
                    Assert.Equal(here, list.Propensities[place], 12);
                }
        }
    }

    [Fact]
    public void No_item_comes_twice_and_team_sizes_never_differ_by_more_than_one()
    {
        var random = new Random(3);
        for (var trial = 0; trial < 200; trial++)
        {
            var teams = random.Next(2, 6);
            int[][] rankings = [.. Enumerable.Range(0, teams).Select(_ => { var r = Enumerable.Range(0, 12).ToArray(); random.Shuffle(r); return r; })];
            var list = TeamDraft.Of(rankings, 8, TeamDraft.Draws($"trial {trial}"));
            Assert.Equal(8, list.Items.Distinct().Count());
            Assert.All(list.Propensities, p => Assert.InRange(p, 1e-9, 1));
            for (var n = 1; n <= 8; n++)
            {
                var sizes = Enumerable.Range(0, teams).Select(t => list.Teams.Take(n).Count(o => o == t)).ToArray();
                Assert.True(sizes.Max() - sizes.Min() <= 1);
            }
        }
    }

    [Fact]
    public void A_ranking_that_ends_ends_the_list()
    {
        var list = TeamDraft.Of([(IReadOnlyList<string>)["a", "b"], ["a", "c", "d", "e"]], 6, _ => 0); // a by A, c by B, b by A, d by B: A has nothing left
        Assert.Equal(["a", "c", "b"], list.Items); // after b, the first ranking is exhausted: the paper stops there
        Assert.Equal([0, 1, 0], list.Teams);
        Assert.Empty(TeamDraft.Of([(IReadOnlyList<string>)[], ["a"]], 6, _ => 0).Items);
    }

    [Fact]
    public void The_same_seed_draws_the_same_list_and_first_picks_are_even_over_seeds()
    {
        int[] a = [1, 2, 3, 4, 5, 6, 7, 8], b = [11, 12, 13, 14, 15, 16, 17, 18];
        var first = TeamDraft.Of([a, b], 8, TeamDraft.Draws("home-1:1:user-7:s1"));
        Assert.Equal(first.Teams, TeamDraft.Of([a, b], 8, TeamDraft.Draws("home-1:1:user-7:s1")).Teams);

        // with n seeds the share of A's first picks in each of the four rounds lies within 4 sqrt(1/4/n) of one half, and so does the share of rounds that repeat the one before
        const int n = 4000;
        var lists = Enumerable.Range(0, n).Select(u => TeamDraft.Of([a, b], 8, TeamDraft.Draws($"home-1:1:user-{u}:s1")).Teams).ToArray();
        var allowed = 4 * Math.Sqrt(0.25 / n);
        for (var round = 0; round < 8; round += 2)
        {
            Assert.InRange(lists.Count(t => t[round] == 0) / (double)n, 0.5 - allowed, 0.5 + allowed);
            if (round > 0) Assert.InRange(lists.Count(t => t[round] == t[round - 2]) / (double)n, 0.5 - allowed, 0.5 + allowed);
        }
    }

    [Fact]
    public void The_mean_score_from_standings_is_the_one_over_users_given_one_by_one()
    {
        double[] mine = [3, 1, 0, 2, 1, 0], theirs = [1, 1, 2, 0, 0, 0];
        var direct = Preference.PerUser(mine, theirs).Value;
        var standings = mine.Zip(theirs).Where(c => c.First + c.Second > 0).GroupBy(c => c).Select(g => new Standing((long)g.Key.First, (long)g.Key.Second, g.Count()));
        var mean = CreditScore.Of(standings).Estimate().Value;
        Assert.Equal(direct.Effect.Value, mean.Value, 12); // (0.5 + 0 - 1 + 1 + 1) / 5 = 0.3
        Assert.Equal(0.3, mean.Value, 12);
        Assert.Equal(direct.Effect.StandardError, mean.StandardError, 12);
        Assert.Throws<ArgumentException>(() => CreditScore.Of([new(0, 0, 1)]));
    }

    private static IEnumerable<(DraftedList<int> List, double Probability)> Worlds(int[][] rankings, int length)
    {
        Stack<int[]> open = new([Array.Empty<int>()]);
        while (open.TryPop(out var given))
        {
            var (asked, probability, needed) = (0, 1.0, 0);
            var list = TeamDraft.Of(rankings, length, m =>
            {
                probability /= m;
                if (asked < given.Length) return given[asked++];
                asked++;
                if (needed == 0) needed = m;
                return 0;
            });
            if (needed == 0) yield return (list, probability);
            else for (var choice = 0; choice < needed; choice++) open.Push([.. given, choice]);
        }
    }

    private static int[] Ints(JsonElement array) => [.. array.EnumerateArray().Select(e => e.GetInt32())];
}
