using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Models.Als;
using Xunit;

namespace RecLab.Recommenders.Tests.Models;

public sealed class ImplicitAlsTests : RecommenderContract
{
    protected override string Key => "als";
    protected override RecommenderOptions Options => new ImplicitAlsOptions { Factors = 6, Iterations = 10 };

    [Theory]
    [InlineData(AlsWeight.Touched, 1)]
    [InlineData(AlsWeight.Touched, 0)]
    [InlineData(AlsWeight.Value, 1)]
    public void Exact_solutions_never_raise_the_loss(AlsWeight weight, double exponent)
    {
        var losses = new List<double>();
        var options = new ImplicitAlsOptions { Factors = 5, Iterations = 12, Solver = AlsSolver.Cholesky, Weight = weight, FrequencyExponent = exponent };
        Train(options, Random(200, 90, 3000), p => losses.Add(p.Curve!["loss"]));
        Assert.Equal(12, losses.Count);
        for (var i = 1; i < losses.Count; i++) Assert.InRange(losses[i], 0, losses[i - 1] * (1 + 1e-5));
    }

    [Fact]
    public void Conjugate_gradient_arrives_where_cholesky_does()
    {
        // A system of d unknowns is solved by d conjugate steps (Hestenes and Stiefel 1952), so with steps enough both trainings are the same.
        var data = Random(120, 70, 1500);
        var options = new ImplicitAlsOptions { Factors = 8, Iterations = 3, Regularization = 0.05 };
        var exact = Scores(Train(options with { Solver = AlsSolver.Cholesky }, data), 3);
        var near = Scores(Train(options with { ConjugateSteps = 40 }, data), 3);
        for (var i = 0; i < exact.Length; i++) Assert.Equal(exact[i], near[i], 1e-3);
    }

    [Fact]
    public void A_user_is_folded_in_to_where_the_normal_equations_vanish()
    {
        // The answer x to a history satisfies (alpha0 Y'Y + sum y y' + lambda f) x = sum y. With s = Y x this reads
        // Y'(alpha0 s + (s - 1 on the history)) + lambda f x = 0, where x is found again from the scores.
        var options = new ImplicitAlsOptions { Factors = 4, Iterations = 5, UnobservedWeight = 0.3, Regularization = 0.02 };
        var model = Train(options, Random(60, 40, 500));
        using var stream = new MemoryStream();
        model.Save(stream);
        stream.Position = 0;
        var items = SafeTensors.Read(stream).Floats("items");
        int[] history = [1, 7, 30];
        var scores = new float[40];
        Assert.True(model.Score(Query.Of(-1, history), scores));
        var x = LeastSquares(items, scores);
        var lambda = 0.02 * (3 + 0.3 * 40);
        for (var d = 0; d < 4; d++)
        {
            var gradient = lambda * x[d];
            for (var i = 0; i < 40; i++) gradient += items[i * 4 + d] * (0.3 * scores[i] + (history.Contains(i) ? scores[i] - 1 : 0));
            Assert.Equal(0, gradient, 1e-3);
        }
    }

    [Fact]
    public void An_item_seen_after_training_is_folded_in_to_where_the_checkerboard_says()
    {
        // Trained without the last four items; then everything is known, and two users nobody had seen come with it.
        var all = Checkerboard.Touches;
        var known = new Interactions(new(all.Users.Ids.Take(28)), new(all.Items.Ids.Take(26)), [], [], [], []);
        int[] rows = [.. Enumerable.Range(0, all.Count).Where(r => all.User[r] < 28 && all.Item[r] < 26)];
        known = new(known.Users, known.Items, [.. rows.Select(r => all.User[r])], [.. rows.Select(r => all.Item[r])], [.. rows.Select(_ => 1f)], [.. rows.Select(r => all.Time[r])]);
        var old = (IFoldsIn)Train(known);
        var model = old.FoldIn(all, new() { Threads = 2 });
        for (var user = 0; user < Checkerboard.Size; user++)
        {
            Assert.Equal(0, (Best(model, new Query(user, default), Checkerboard.Circle(user))[0] - user) % 2); // of the own colour
            Assert.Equal(user, Best(model, Query.Of(user, Checkerboard.Circle(user)), Checkerboard.Circle(user))[0]);
        }
        // What was learnt stays as it was.
        float[] before = new float[26], after = new float[30];
        Assert.True(old.Score(new Query(3, default), before) && model.Score(new Query(3, default), after));
        Assert.Equal(before, after[..26]);
        Assert.Equal(Saved(model), Saved(Recommender.Load(new MemoryStream(Saved(model)), all.Users, all.Items)));
    }

    [Fact]
    public void Folding_in_goes_by_outside_ids_and_leaves_out_who_is_gone()
    {
        var all = Checkerboard.Touches;
        var old = (IFoldsIn)Train();
        var turned = new Interactions(new(all.Users.Ids.Skip(1).Reverse()), new(all.Items.Ids.Reverse()), [], [], [], []);
        var model = old.FoldIn(turned, new());
        Assert.Equal((29, 30), (model.Users.Count, model.Items.Count));
        float[] before = new float[30], after = new float[30];
        Assert.True(old.Score(new Query(5, default), before) && model.Score(new Query(model.Users.IndexOf("user 5"), default), after));
        Assert.Equal(before.Reverse(), after);
    }

    [Fact]
    public void Threads_do_not_change_the_model() =>
        Assert.Equal(Saved(Train(context: new() { Seed = 3, Threads = 1 })), Saved(Train(context: new() { Seed = 3, Threads = 4 })));

    [Fact]
    public void Negative_weights_are_refused_in_one_sentence()
    {
        var data = new Interactions(Vocabulary.OfNumbers(1), Vocabulary.OfNumbers(1), [0], [0], [-1], [0]);
        Assert.Equal("ALS needs weights of zero or more; some values of the data set are negative.",
            Assert.Throws<TrainingException>(() => Train(new ImplicitAlsOptions { Weight = AlsWeight.Value }, data)).Message);
    }

    private static IModel Train(ImplicitAlsOptions options, Interactions data, Action<TrainingProgress>? each = null) =>
        new ImplicitAls(options).Train(data, new() { Seed = 5, Threads = 2, Progress = new Each(each) });

    private static float[] Scores(IModel model, int user)
    {
        var scores = new float[model.Items.Count];
        Assert.True(model.Score(new Query(user, default), scores));
        return scores;
    }

    private static Interactions Random(int users, int items, int rows)
    {
        var random = new Random(1);
        int[] user = [.. Enumerable.Range(0, rows).Select(_ => random.Next(users))], item = [.. user.Select(u => (random.Next(items) * random.Next(items) / items + u) % items)];
        return new(Vocabulary.OfNumbers(users), Vocabulary.OfNumbers(items), user, item, [.. user.Select(_ => 1f + random.Next(4))], new long[rows]);
    }

    /// <summary>The x with Y x = s, from the normal equations by Gaussian elimination in double precision.</summary>
    private static double[] LeastSquares(float[] y, float[] s)
    {
        var d = y.Length / s.Length;
        var a = new double[d, d + 1];
        for (var i = 0; i < s.Length; i++)
            for (var p = 0; p < d; p++)
            {
                for (var q = 0; q < d; q++) a[p, q] += (double)y[i * d + p] * y[i * d + q];
                a[p, d] += (double)y[i * d + p] * s[i];
            }
        for (var p = 0; p < d; p++)
            for (var r = 0; r < d; r++)
            {
                if (r == p) continue;
                var factor = a[r, p] / a[p, p];
                for (var q = p; q <= d; q++) a[r, q] -= factor * a[p, q];
            }
        return [.. Enumerable.Range(0, d).Select(p => a[p, d] / a[p, p])];
    }

    private sealed class Each(Action<TrainingProgress>? each) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => each?.Invoke(value);
    }
}
