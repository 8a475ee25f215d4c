using System.ComponentModel.DataAnnotations;
using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Models.Hybrids;
using Xunit;

namespace RecLab.Recommenders.Tests.Models;

public sealed class HybridTests : RecommenderContract
{
    protected override string Key => "hybrid";
    protected override RecommenderOptions Options => new HybridOptions { Parts = "ease(Regularization=5):0.7, item-knn(Similarity=Cosine):0.3, popularity:0.1" };
    protected override bool KnowsUsers => false; // of these parts only popularity answers without a history
}

public sealed class StackedHybridTests : RecommenderContract
{
    protected override string Key => "hybrid";
    protected override RecommenderOptions Options => new HybridOptions { Kind = HybridKind.Stacked, Parts = "ease(Regularization=5), popularity" };
    protected override bool KnowsUsers => false;

    [Fact]
    public void The_part_that_tells_more_gets_the_weight()
    {
        string? log = null;
        Train(context: new() { Progress = new Last(p => log = p.Log ?? log) });
        // Popularity knows next to nothing of a checkerboard, where all items are touched alike but for the rows kept aside.
        Assert.Matches(@"^Weights: ease (1\.000|0\.[5-9]\d\d), popularity 0\.\d\d\d\.$", log);
    }

    [Fact]
    public void Given_validation_rows_are_learnt_from()
    {
        var data = Checkerboard.Touches;
        var odd = data.Where(row => data.Time[row] % 7200 < 3600);
        string? log = null;
        Train(odd, new() { Validation = data.Where(row => data.Time[row] % 7200 >= 3600), Progress = new Last(p => log = p.Log ?? log) });
        Assert.StartsWith("Weights: ease ", log, StringComparison.Ordinal);
    }

    private sealed class Last(Action<TrainingProgress> each) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => each(value);
    }
}

public sealed class SwitchingHybridTests : RecommenderContract
{
    protected override string Key => "hybrid";
    protected override RecommenderOptions Options => new HybridOptions { Kind = HybridKind.Switching, Parts = "popularity:0, ease(Regularization=5):5" };
    protected override bool KnowsUsers => false; // without a history popularity answers, the same for everyone

    [Fact]
    public void Short_histories_are_answered_by_the_part_for_them()
    {
        var model = Train();
        var popular = RecommenderCatalog.Get("popularity").Create(new Recommenders.Models.PopularityOptions()).Train(Checkerboard.Touches, new());
        Assert.Equal(Scores(popular, []), Scores(model, [2, 4, 6, 8]));
        Assert.NotEqual(Scores(popular, []), Scores(model, [2, 4, 6, 8, 10]));
    }

    [Theory]
    [InlineData("ease", "A hybrid has two to sixteen parts.")]
    [InlineData("ease, nothing", "There is no recommender family 'nothing'. Known: ")]
    [InlineData("ease, als(Factor=3)", "Implicit ALS has no option 'Factor'; it has Factors, ")]
    [InlineData("ease, als(Factors=many)", "'many' is no value for Factors.")]
    [InlineData("ease, als(Factors=0)", "Implicit ALS: The field Factors must be between 1 and 1024.")]
    [InlineData("ease, als(Factors=3", "'als(Factors=3' is not a part like als(Factors=32):0.5.")]
    [InlineData("ease, hybrid", "A hybrid cannot be part of a hybrid.")]
    public void Malformed_parts_are_refused_in_one_sentence(string parts, string sentence)
    {
        var options = new HybridOptions { Parts = parts };
        Assert.StartsWith(sentence, Assert.Throws<TrainingException>(() => new Hybrid(options).Train(Checkerboard.Touches, new())).Message, StringComparison.Ordinal);
        var wrong = new List<ValidationResult>();
        Assert.False(Validator.TryValidateObject(options, new(options), wrong, true));
        Assert.StartsWith(sentence, wrong[0].ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public void Parts_are_written_as_families_with_options_and_a_number()
    {
        var parts = FamilyFormula.ParseAll("als( Factors=32, Solver=cholesky ) : 0.5;\n item-knn");
        Assert.Equal(["als", "item-knn"], parts.Select(p => p.Family.Key));
        Assert.Equal([0.5, 1.0], parts.Select(p => p.Number));
        Assert.Equal(32, Assert.IsType<Recommenders.Models.Als.ImplicitAlsOptions>(parts[0].Options).Factors);
    }

    private static float[] Scores(IModel model, int[] history)
    {
        var scores = new float[Checkerboard.Size];
        Assert.True(model.Score(Query.Of(-1, history), scores));
        return scores;
    }
}
