using RecLab.Recommenders;
using RecLab.Recommenders.Data;
using RecLab.Simulation.Catalogues;
using RecLab.Simulation.Clicks;
using RecLab.Simulation.Worlds;
using Xunit;

namespace RecLab.Simulation.Tests;

public sealed class VisitorsTests
{
    private static readonly Interactions Shop = GeneratedShop.Create(new(Seed: 3, Books: 300, Readers: 400, MeanHistory: 24));

    /// <summary>The newest fifth of each history is the hidden truth, the rest is visible.</summary>
    private static (Interactions Visible, Interactions Hidden) Cut(Interactions data)
    {
        var hidden = new HashSet<int>();
        for (var u = 0; u < data.Users.Count; u++)
        {
            var rows = data.ByUser[u];
            foreach (var row in rows[(rows.Length - rows.Length / 5)..]) hidden.Add(row);
        }
        return (data.Where(r => !hidden.Contains(r)), data.Where(hidden.Contains));
    }

    private static List<string> Trace(World world, int seed, int threads)
    {
        var visitors = new Visitors(world, new PositionBased(), new(seed, 60, 14, 3, DateTimeOffset.UnixEpoch));
        var lists = visitors.People.ToDictionary(u => u, u => Expectation.Uniform(world, 1, u, 10));
        return [.. visitors.People.AsParallel().AsOrdered().WithDegreeOfParallelism(threads).SelectMany(user =>
            visitors.Visits(user).SelectMany(visit => visitors.React(visit, lists[user], [.. lists[user].Select(i => world.Items[i])])
                .Select(e => $"{visit.Session} {e.Position} {e.ItemId} {e.Type} {e.At:O}")))];
    }

    [Fact]
    public void Same_seed_same_trace_at_any_number_of_threads()
    {
        var (visible, hidden) = Cut(Shop);
        var world = World.Of("neighbours", visible, hidden, 5);
        var one = Trace(world, 9, 1);
        Assert.Equal(one, Trace(world, 9, 8));
        Assert.NotEqual(one, Trace(world, 10, 1));
        Assert.NotEmpty(one);
    }

    [Theory]
    [InlineData("observed")]
    [InlineData("content")]
    [InlineData("neighbours")]
    [InlineData("indifferent")]
    public void The_hidden_rows_please_most_and_the_oracle_beats_popularity_beats_chance(string name)
    {
        var (visible, hidden) = Cut(Shop);
        var world = World.Of(name, visible, hidden, 5);
        var popular = new Recommenders.Models.Popularity(new()).Train(visible, new());
        var scores = new float[Shop.Items.Count];
        popular.Score(new Query(-1, default), scores);
        var top = Ranker.Top(scores, 10);

        var clicks = new PositionBased();
        var oracle = Expectation.ClickThrough(world, clicks, world.People, u => Expectation.Oracle(world, u, 10));
        var popularity = Expectation.ClickThrough(world, clicks, world.People, _ => top);
        var chance = Expectation.ClickThrough(world, clicks, world.People, u => Expectation.Uniform(world, 1, u, 10));
        Assert.True(oracle > 2 * popularity, $"oracle {oracle}, popularity {popularity}");
        if (name == "indifferent") Assert.InRange(popularity / chance, 0.5, 2);
        else Assert.True(popularity > chance * 0.95, $"popularity {popularity}, chance {chance}");

        var attraction = new float[Shop.Items.Count];
        world.Attraction(world.People[0], attraction);
        var own = hidden.ByUser[world.People[0]].ToArray().Select(r => hidden.Item[r]).ToHashSet();
        var others = Enumerable.Range(0, attraction.Length).Where(i => !own.Contains(i));
        Assert.True(own.Min(i => attraction[i]) > others.Average(i => attraction[i]));
        Assert.All(attraction, a => Assert.InRange(a, (float)World.Noise - 1e-6f, 1f));
    }

    [Fact]
    public void Drawn_clicks_agree_with_the_enumerated_expectation()
    {
        var (visible, hidden) = Cut(Shop);
        var world = World.Of("neighbours", visible, hidden, 5);
        var visitors = new Visitors(world, new PositionBased(), new(21, 400, 28, 8, DateTimeOffset.UnixEpoch));
        int clicks = 0, viewable = 0;
        double expectedClicks = 0, expectedViewable = 0, variance = 0;
        var attraction = new float[world.Items.Count];
        foreach (var user in visitors.People)
        {
            var list = Expectation.Uniform(world, 2, user, 10);
            string[] ids = [.. list.Select(i => world.Items[i])];
            world.Attraction(user, attraction);
            foreach (var visit in visitors.Visits(user))
            {
                var events = visitors.React(visit, list, ids);
                clicks += events.Count(e => e.Type == "click");
                viewable += events.Count(e => e.Type == "viewable");
                var (c, v) = Expectation.Of(new PositionBased(), attraction, list);
                expectedClicks += c;
                expectedViewable += v;
                variance += c; // a sum of independent 0/1 draws has at most its mean as variance
            }
        }
        Assert.InRange(clicks, expectedClicks - 5 * Math.Sqrt(variance), expectedClicks + 5 * Math.Sqrt(variance));
        Assert.InRange(viewable, expectedViewable - 5 * Math.Sqrt(expectedViewable), expectedViewable + 5 * Math.Sqrt(expectedViewable));
    }

    [Fact]
    public void A_smaller_appeal_keeps_its_share_of_the_clicks_and_adds_none()
    {
        var (visible, hidden) = Cut(Shop);
        var world = World.Of("neighbours", visible, hidden, 5);
        var visitors = new Visitors(world, new PositionBased(), new(21, 400, 28, 8, DateTimeOffset.UnixEpoch));
        int all = 0, kept = 0;
        foreach (var user in visitors.People)
        {
            var list = Expectation.Uniform(world, 2, user, 10);
            string[] ids = [.. list.Select(i => world.Items[i])];
            foreach (var visit in visitors.Visits(user))
            {
                var (full, part) = (visitors.React(visit, list, ids), visitors.React(visit, list, ids, appeal: 0.4));
                Assert.Equal(full.Where(e => e.Type == "viewable"), part.Where(e => e.Type == "viewable"));
                Assert.Empty(part.Except(full));
                all += full.Count(e => e.Type == "click");
                kept += part.Count(e => e.Type == "click");
            }
        }
        // given a click at full appeal, the same draw clicks at appeal a with probability a: binomial
        Assert.InRange(kept, 0.4 * all - 5 * Math.Sqrt(0.24 * all), 0.4 * all + 5 * Math.Sqrt(0.24 * all));
    }

    [Fact]
    public void Shuffling_keeps_activity_and_popularity_and_nothing_else()
    {
        var shuffled = Expectation.Shuffled(Shop, 4);
        Assert.Equal(Shop.User, shuffled.User);
        Assert.Equal(Shop.Item.Order(), shuffled.Item.Order());
        Assert.NotEqual(Shop.Item, shuffled.Item);
    }

    [Fact]
    public void Visits_are_in_order_within_the_period_and_everybody_comes_at_least_once()
    {
        var (visible, hidden) = Cut(Shop);
        var world = World.Of("observed", visible, hidden, 5);
        var visitors = new Visitors(world, new PositionBased(), new(1, 100, 7, 4, DateTimeOffset.UnixEpoch));
        Assert.Equal(100, visitors.People.Count);
        var all = visitors.People.Select(visitors.Visits).ToArray();
        Assert.All(all, visits =>
        {
            Assert.NotEmpty(visits);
            Assert.Equal(visits.OrderBy(v => v.At), visits);
            Assert.All(visits, v => Assert.InRange(v.At, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddDays(7)));
        });
        Assert.InRange(all.Average(v => v.Count), 3, 5);
    }
}
