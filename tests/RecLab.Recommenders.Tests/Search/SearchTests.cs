using System.ComponentModel.DataAnnotations;
using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Evaluation;
using RecLab.Recommenders.Models.Als;
using RecLab.Recommenders.Neural.Models;
using RecLab.Recommenders.Search;
using RecLab.Recommenders.Tests.Evaluation;
using Xunit;

namespace RecLab.Recommenders.Tests.Search;

public sealed class SearchTests
{
    public enum Shape { Round, Square, Star }

    public sealed record ToyOptions : RecommenderOptions
    {
        [Tunable(0.001, 10, Log = true)] public double Rate { get; init; } = 1;
        [Tunable(1, 4)] public int Layers { get; init; } = 2;
        [Tunable(0, 2)] public Shape Shape { get; init; }
        [Tunable(0, 1)] public bool Bias { get; init; }
        [Budget, Tunable(5, 90)] public int Epochs { get; init; } = 90;
        public string Note { get; init; } = "kept";
    }

    public sealed record NothingToTune : RecommenderOptions;

    private static readonly SearchSpace Space = SearchSpace.Of(typeof(ToyOptions));

    /// <summary>Best at rate 0.1 and three layers, worst value about -4.</summary>
    private static double Value(IReadOnlyDictionary<string, double> p) => -Math.Pow(Math.Log10(p["Rate"]) + 1, 2) - 0.2 * Math.Pow(p["Layers"] - 3, 2);

    private static List<Trial> Play(ISearchStrategy strategy, int seed, Func<Trial, double?>? value = null)
    {
        List<Trial> trials = [];
        while (strategy.Next(Space, trials, seed) is { } trial)
            trials.Add(value is null ? trial with { Value = Value(trial.Point) } : value(trial) is { } v ? trial with { Value = v } : trial with { Failure = "no" });
        return trials;
    }

    public static TheoryData<string> Strategies => ["random", "parzen", "halving"];
    private static ISearchStrategy Of(string name) => name switch { "random" => new RandomSearch(40), "parzen" => new TreeParzen(40), _ => new SuccessiveHalving(27) };

    [Fact]
    public void The_space_is_what_is_marked_on_the_options()
    {
        Assert.Equal(["Bias", "Epochs", "Layers", "Rate", "Shape"], Space.Dimensions.Select(d => d.Name));
        Assert.DoesNotContain(SearchSpace.Of(typeof(ToyOptions), besidesBudget: true).Dimensions, d => d.Name == "Epochs");
        Assert.Throws<ArgumentException>(() => SearchSpace.Of(typeof(NothingToTune)));
        Assert.All(RecommenderCatalog.All.Where(f => f.OptionsType.GetProperties().Any(p => p.IsDefined(typeof(TunableAttribute), true))), f =>
            Assert.Equal(f.Defaults, SearchSpace.Of(f.OptionsType).Apply(f.Defaults, SearchSpace.Of(f.OptionsType).Dimensions.ToDictionary(d => d.Name, d => Convert.ToDouble(f.OptionsType.GetProperty(d.Name)!.GetValue(f.Defaults), null)))));
    }

    [Fact]
    public void Every_point_of_every_family_is_a_set_of_options_that_may_be_trained()
    {
        foreach (var family in RecommenderCatalog.All.Where(f => f.OptionsType.GetProperties().Any(p => p.IsDefined(typeof(TunableAttribute), true))))
        {
            var space = SearchSpace.Of(family.OptionsType);
            for (var n = 0; n < 50; n++)
            {
                var options = space.Apply(family.Defaults, new RandomSearch(50).Next(space, [.. Enumerable.Range(0, n).Select(i => new Trial(i, i, new Dictionary<string, double>(), 1))], 4)!.Point);
                Validator.ValidateObject(options, new ValidationContext(options), validateAllProperties: true);
                if (options is SasRecOptions sas) Assert.Equal(0, sas.Width % sas.Heads);
                if (options is Bert4RecOptions bert) Assert.Equal(0, bert.Width % bert.Heads);
            }
        }
    }

    [Fact]
    public void Neural_families_are_searched_by_their_shape_and_may_be_begun_with_a_few_epochs()
    {
        Assert.All(new[] { "sasrec", "bert4rec" }, key => Assert.Superset(new HashSet<string> { "Layers", "Width", "Heads", "Dropout", "LearningRate" }, SearchSpace.Of(RecommenderCatalog.Get(key).OptionsType).Dimensions.Select(d => d.Name).ToHashSet()));
        Assert.All(new[] { "mlp", "neumf" }, key => Assert.Superset(new HashSet<string> { "HiddenLayers", "HiddenWidth", "Width", "Activation" }, SearchSpace.Of(RecommenderCatalog.Get(key).OptionsType).Dimensions.Select(d => d.Name).ToHashSet()));
        Assert.All(RecommenderCatalog.All.Where(f => f.NeedsTorch), f => Assert.True(SearchSpace.Of(f.OptionsType).HasBudget, f.Key));
        var space = SearchSpace.Of(typeof(SasRecOptions));
        Assert.Equal(10, ((SasRecOptions)space.Shortened(new SasRecOptions { Epochs = 30, Width = 20 }, 1.0 / 3)).Epochs);
        Assert.Equal(36, space.Nearest(new SasRecOptions { Width = 20 })["Width"]);
    }

    [Fact]
    public void A_point_becomes_options_and_the_defaults_stay_as_they_were()
    {
        var defaults = new ToyOptions();
        var made = (ToyOptions)Space.Apply(defaults, new Dictionary<string, double> { ["Rate"] = 0.5, ["Layers"] = 4, ["Shape"] = 2, ["Bias"] = 1, ["Epochs"] = 60 }, budget: 1.0 / 3);
        Assert.Equal(new ToyOptions { Rate = 0.5, Layers = 4, Shape = Shape.Star, Bias = true, Epochs = 20 }, made);
        Assert.Equal(new ToyOptions(), defaults);
    }

    [Theory, MemberData(nameof(Strategies))]
    public void Every_point_lies_within_its_ranges(string name) => Assert.All(Play(Of(name), 3), t => Assert.All(Space.Dimensions, d =>
    {
        Assert.InRange(t.Point[d.Name], d.Low, d.High);
        if (d.Whole) Assert.Equal(Math.Round(t.Point[d.Name]), t.Point[d.Name]);
    }));

    [Fact]
    public void Whole_numbers_are_equally_likely_and_logarithmic_ranges_are_drawn_by_magnitude()
    {
        var trials = Play(new RandomSearch(4000), 5);
        foreach (var group in trials.GroupBy(t => t.Point["Layers"])) Assert.InRange(group.Count(), 1000 - 5 * 28, 1000 + 5 * 28); // sqrt(4000 * 3/16) = 27.4
        Assert.InRange(trials.Count(t => t.Point["Rate"] < 0.1), 2000 - 5 * 32, 2000 + 5 * 32); // 0.1 is the middle of 0.001 to 10
    }

    [Theory, MemberData(nameof(Strategies))]
    public void An_interrupted_search_goes_on_as_if_it_had_not_been(string name)
    {
        var whole = Play(Of(name), 8);
        var next = Of(name).Next(Space, [.. whole.Take(17)], 8)!;
        Assert.Equal((whole[17].Configuration, whole[17].Budget), (next.Configuration, next.Budget));
        Assert.Equal(whole[17].Point, next.Point);
    }

    [Fact]
    public void Parzen_finds_better_points_than_chance_with_the_same_number_of_trials()
    {
        double Mean(Func<ISearchStrategy> strategy) => Enumerable.Range(0, 30).Average(seed => Play(strategy(), seed).Max(t => t.Value!.Value));
        double random = Mean(() => new RandomSearch(40)), parzen = Mean(() => new TreeParzen(40));
        Assert.True(parzen > random / 2, $"TPE {parzen}, random {random}"); // both negative: at most half the distance to the optimum
    }

    [Fact]
    public void Halving_goes_on_with_the_best_and_spends_far_less_than_full_trainings()
    {
        var trials = Play(new SuccessiveHalving(27), 4);
        Assert.Equal(27, trials.Count(t => t.Budget < 0.2));
        // 27 ninths, 9 thirds and 3 whole trainings would be 9; deciding early promotes some more.
        Assert.InRange(trials.Sum(t => t.Budget), 9, 27 / 2.0);
        var best = trials.Where(t => t.Budget < 0.2).MaxBy(t => t.Value)!;
        Assert.Contains(trials, t => t.Budget == 1 && t.Configuration == best.Configuration && t.Point == best.Point);
    }

    [Theory, MemberData(nameof(Strategies))]
    public void Failed_trials_are_neither_repeated_for_ever_nor_built_upon(string name)
    {
        var trials = Play(Of(name), 6, t => t.Number % 2 == 0 ? null : Value(t.Point));
        Assert.InRange(trials.Count, 27, 40);
        Assert.All(trials.Where(t => t.Budget > 0.2 && name == "halving"), t => Assert.Contains(trials, f => f.Configuration == t.Configuration && f.Budget < t.Budget && f.Value is not null));
    }

    [Fact]
    public void Nothing_is_promoted_while_too_few_are_finished()
    {
        var halving = new SuccessiveHalving(3);
        List<Trial> running = [];
        for (var i = 0; i < 3; i++) running.Add(halving.Next(Space, running, 1)!);
        Assert.Null(halving.Next(Space, running, 1));
        running[1] = running[1] with { Value = 1 };
        Assert.Null(halving.Next(Space, running, 1));
        running[0] = running[0] with { Value = 0 };
        running[2] = running[2] with { Value = 2 };
        Assert.Equal(2, halving.Next(Space, running, 1)!.Configuration);
    }

    [Fact]
    public void Importance_finds_what_mattered()
    {
        var importance = Importance.Of(Space, Play(new RandomSearch(400), 2, t => -Math.Pow(Math.Log10(t.Point["Rate"]) + 1, 2) - Math.Pow(t.Point["Layers"] - 3, 2)));
        // Of x², x uniform on -2..2, the variance is 16 (1/5 - 1/9) = 1.42, of which quarters of the range show 1; of 4, 1, 0, 1 it is 2.25: shares of about 0.27 and 0.61.
        Assert.True(importance["Rate"] is > 0.17 and < 0.37 && importance["Layers"] is > 0.5 and < 0.72, string.Join(", ", importance));
        Assert.True(importance["Shape"] < 0.1 && importance["Bias"] < 0.1);
        Assert.Null(Importance.Of(Space, Play(new RandomSearch(5), 2))["Rate"]);
    }

    [Fact]
    public void A_search_uses_validation_and_never_the_test_rows()
    {
        var data = Toy.Interactions(80, 30, seed: 2);
        var cut = Splits.UserTime(data, 0.2, 0.2);
        var otherTest = new Split(cut.Train, cut.Validation, cut.Test.Where(r => r % 2 == 0));
        IReadOnlyList<Trial> With(Split split) => HyperparameterSearch.Run(RecommenderCatalog.Get("als"), new ImplicitAlsOptions { Factors = 4, Iterations = 3 }, split, new RandomSearch(3), new(), new() { Threads = 1 });
        Assert.Equal(With(cut).Select(t => t.Value), With(otherTest).Select(t => t.Value));
        Assert.NotNull(HyperparameterSearch.Best(With(cut)));
        Assert.Throws<ArgumentException>(() => With(new Split(cut.Train, null, cut.Test)));
    }
}
