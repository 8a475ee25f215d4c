using System.Text.Json;
using RecLab.Recommenders.Models.Als;
using RecLab.Recommenders.Search;
using RecLab.Training;
using RecLab.Training.Searches;
using Xunit;

namespace RecLab.Tests.Training.Searches;

public sealed class SearchPlanTests
{
    private static Search Made(SearchMethod method, int trials = 9, double? minutes = null) =>
        new() { Name = "x", Families = "als,item-knn", Method = method, Trials = trials, Minutes = minutes, Seed = 3 };

    /// <summary>Plays a search out: every training takes 60 s at full length, and more factors or neighbours are better.</summary>
    private static (SearchPlan Plan, List<SearchTrial> Trials) Play(Search search, int slots = 1, Func<SearchTrial, bool>? breaks = null)
    {
        List<SearchTrial> trials = [];
        for (var steps = 0; ; steps++)
        {
            Assert.True(steps < 1000);
            var plan = new SearchPlan(search, trials);
            while (trials.Count(t => !t.IsOver()) < slots && plan.Next(_ => true) is var (family, next))
            {
                trials.Add(new() { Id = trials.Count + 1, Family = family.Family.Key, Number = next.Number, Configuration = next.Configuration, Budget = next.Budget, Point = JsonSerializer.Serialize(next.Point), Options = OptionsJson.Write(family.OptionsOf(next, 1)) });
                plan = new(search, trials);
            }
            if (trials.FirstOrDefault(t => !t.IsOver()) is not { } running)
            {
                Assert.True(plan.IsOver);
                return (plan, trials);
            }
            running.EndedAt = DateTimeOffset.UnixEpoch.AddSeconds(trials.Count);
            running.Seconds = 60 * running.Budget;
            if (breaks?.Invoke(running) == true) running.Failure = "no";
            else running.Value = running.Tried().Point.GetValueOrDefault("Factors") + running.Tried().Point.GetValueOrDefault("Neighbours");
        }
    }

    [Theory, InlineData(SearchMethod.Random), InlineData(SearchMethod.Parzen), InlineData(SearchMethod.Halving)]
    public void No_family_spends_more_than_another_by_more_than_one_training(SearchMethod method)
    {
        foreach (var slots in new[] { 1, 3 })
        {
            var (plan, _) = Play(Made(method), slots);
            // Successive halving may spend a whole training more to have a result at full length, and leaves less than one unspent.
            Assert.All(plan.Families, f => Assert.InRange(f.Spent, 8, 10));
            Assert.All(plan.Families, f => Assert.NotNull(f.Best));
        }
    }

    [Fact]
    public void Families_take_turns()
    {
        var (_, trials) = Play(Made(SearchMethod.Random, trials: 3));
        Assert.Equal(["als", "item-knn", "als", "item-knn", "als", "item-knn"], trials.Select(t => t.Family));
    }

    [Fact]
    public void The_first_trial_are_the_options_it_started_from_even_where_they_lie_outside_the_ranges()
    {
        var search = Made(SearchMethod.Halving);
        search.Bases = """{"als":{"factors":7,"iterations":90}}""";
        var (plan, trials) = Play(search);
        var first = trials.First(t => t.Family == "als");
        var options = (ImplicitAlsOptions)OptionsJson.Read(plan.Families[0].Family, first.Options);
        Assert.Equal((0, 7, 90), (first.Configuration, options.Factors, options.Iterations));
        Assert.Equal(1.0 / 9, first.Budget, 12);
        Assert.Equal(10, ((ImplicitAlsOptions)plan.Families[0].OptionsOf(first.Tried(), first.Budget)).Iterations); // a ninth of 90
        Assert.Equal(16, first.Tried().Point["Factors"]); // the nearest place of the space
    }

    [Fact]
    public void No_trial_is_begun_after_the_minutes_are_spent()
    {
        var (plan, _) = Play(Made(SearchMethod.Random, minutes: 3.5));
        Assert.All(plan.Families, f => Assert.Equal(4, f.Trials.Count)); // after three minutes there is time for one more
    }

    [Fact]
    public void Trials_that_break_are_counted_and_the_rest_goes_on()
    {
        var (plan, trials) = Play(Made(SearchMethod.Parzen), breaks: t => t.Number % 2 == 0);
        Assert.All(plan.Families, f => Assert.Equal(9, f.Trials.Count));
        Assert.All(plan.Families, f => Assert.Equal(1, f.Best!.Number % 2));
        Assert.Equal(trials.Count, trials.Select(t => (t.Family, t.Number)).Distinct().Count());
    }

    [Theory, InlineData(SearchMethod.Random), InlineData(SearchMethod.Parzen), InlineData(SearchMethod.Halving)]
    public void An_interrupted_search_goes_on_as_if_it_had_not_been(SearchMethod method)
    {
        var (_, whole) = Play(Made(method));
        for (var cut = 1; cut < whole.Count; cut += 4)
        {
            var (_, next) = new SearchPlan(Made(method), whole[..cut]).Next(_ => true)!.Value;
            Assert.Equal((whole[cut].Number, whole[cut].Configuration, whole[cut].Budget), (next.Number, next.Configuration, next.Budget));
            Assert.Equal(whole[cut].Tried().Point, next.Point);
        }
    }

    [Fact]
    public void The_page_knows_how_far_it_is_and_how_long_it_takes()
    {
        var search = Made(SearchMethod.Random, trials: 4);
        var (_, trials) = Play(search);
        trials = trials[..5]; // three of ALS, two of kNN, a minute each: three of eight are left
        Assert.Equal(3, trials.Count(t => t.Family == "als"));
        var view = new SearchView(search, "data", trials, [], []);
        Assert.Equal((5.0 / 8, 180.0), (view.Fraction, view.SecondsLeft));
        var best = trials.MaxBy(t => t.Value)!;
        Assert.Equal(best.Id, view.Best!.Id);
        Assert.All(view.BestSoFar, s => Assert.Equal(s.Points.Select(p => p.Y).Order(), s.Points.Select(p => p.Y)));
        Assert.Equal([1.0, 2, 3], view.BestSoFar[0].Points.Select(p => p.X));
        var (axes, lines) = SearchShapes.Coordinates(view, view.Plan.Families[0]);
        Assert.Equal((3, axes.Count), (lines.Count, lines[0].Places.Count));
        Assert.All(lines.SelectMany(l => l.Places), p => Assert.InRange(p, 0, 1));
    }
}
