using RecLab.Recommenders.Data;
using RecLab.Recommenders.Evaluation;
using RecLab.Recommenders.Models.Baselines;
using Xunit;

namespace RecLab.Recommenders.Tests.Evaluation;

public sealed class RatingEvaluatorTests
{
    [Fact]
    public void Errors_are_those_of_clipped_predictions()
    {
        // The mean of 2 and 4 is 3 and dampings hold everything there; truths 5 and 3: errors -2 and 0. MAE 1, MSE 2.
        var train = Toy.Rows(2, 2, (0, 0, 2, 1), (1, 1, 4, 2));
        var model = new Fixed(train, _ => 3);
        var values = RatingEvaluator.Evaluate(model, train, Toy.Rows(2, 2, (0, 1, 5, 3), (1, 0, 3, 4))).ToDictionary(v => v.Metric);
        Assert.Equal((1, 2, Math.Sqrt(2)), (values["mae"].Mean!.Value, values["mse"].Mean!.Value, values["rmse"].Mean!.Value));
        Assert.Equal(2, values["rmse"].Users);
        Assert.InRange(values["mae"].Mean!.Value, values["mae"].Low!.Value, values["mae"].High!.Value);
        Assert.InRange(values["rmse"].Mean!.Value, values["rmse"].Low!.Value, values["rmse"].High!.Value);
        // 100 is beyond the ratings of training, which end at 4: |4 - 5| and |4 - 3|.
        Assert.Equal(1, RatingEvaluator.Evaluate(new Fixed(train, _ => 100), train, Toy.Rows(2, 2, (0, 1, 5, 3), (1, 0, 3, 4))).Single(v => v.Metric == "mae").Mean);
    }

    [Fact]
    public void Users_are_resampled_with_all_their_rows()
    {
        // Two users, errors 0 in nine rows and 1 in one: the resample of the second alone has MAE 1, the first alone 0, both 0.1.
        var train = Toy.Rows(2, 10, (0, 0, 1, 1), (1, 1, 5, 2));
        var test = Toy.Rows(2, 10, [.. Enumerable.Range(0, 9).Select(i => (0, i, 3f, 5L)), (1, 9, 4f, 6L)]);
        var mae = RatingEvaluator.Evaluate(new Fixed(train, _ => 3), train, test).Single(v => v.Metric == "mae");
        Assert.Equal((0.1, 0, 1), (mae.Mean!.Value, mae.Low!.Value, mae.High!.Value));
    }

    [Fact]
    public void No_test_rows_have_no_errors() =>
        Assert.All(RatingEvaluator.Evaluate(new Fixed(Toy.Rows(2, 2), _ => 3), Toy.Rows(2, 2), Toy.Rows(2, 2)), v => Assert.Null(v.Mean));

    [Fact]
    public void Cross_validation_predicts_each_row_by_a_model_that_did_not_see_it()
    {
        // Each of 40 items is rated once: without that row only the mean of the other rows and the user are known, so no fold can be right about it.
        var random = new Random(5);
        var data = Toy.Rows(1, 40, [.. Enumerable.Range(0, 40).Select(i => (0, i, (float)random.Next(1, 6), (long)i))]);
        var values = RatingEvaluator.CrossValidate(new BiasBaseline(new()), data, 5, seed: 1, new());
        var spread = Math.Sqrt(data.Value.Average(v => Math.Pow(v - data.Value.Average(), 2)));
        Assert.InRange(values["rmse"], spread * 0.95, spread * 1.2);
        Assert.Throws<ArgumentException>(() => RatingEvaluator.CrossValidate(new Recommenders.Models.Popularity(new()), data, 5, 1, new()));
        Assert.Throws<ArgumentOutOfRangeException>(() => RatingEvaluator.CrossValidate(new BiasBaseline(new()), data, 41, 1, new()));
    }

    private sealed class Fixed(Interactions data, Func<int, float> rating) : IRatingModel
    {
        public Vocabulary Users => data.Users;
        public Vocabulary Items => data.Items;
        public bool Score(Query query, Span<float> scores) => false;
        public void Save(Stream stream) => throw new NotSupportedException("Given ratings are not kept.");

        public void Predict(int user, ReadOnlySpan<int> items, Span<float> ratings)
        {
            for (var k = 0; k < items.Length; k++) ratings[k] = rating(items[k]);
        }
    }
}
