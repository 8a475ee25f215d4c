using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using Xunit;

namespace RecLab.Recommenders.Tests.Models;

/// <summary>What every family promises. A family's tests derive from this, name the family and options that suit toy data, and say what it cannot do.</summary>
public abstract class RecommenderContract
{
    /// <summary>The family's key in the catalogue.</summary>
    protected abstract string Key { get; }

    /// <summary>Options that train on the checkerboard in well under a second.</summary>
    protected abstract RecommenderOptions Options { get; }

    /// <summary>Different users get different lists; false for popularity and chance.</summary>
    protected virtual bool IsPersonal => true;

    /// <summary>A stranger who brings a history is answered from it.</summary>
    protected virtual bool FoldsIn => IsPersonal;

    /// <summary>A known user who comes without a history is answered from what was learnt.</summary>
    protected virtual bool KnowsUsers => true;

    /// <summary>Somebody of whom nothing is known is answered too.</summary>
    protected virtual bool AnswersEverybody => !IsPersonal;

    /// <summary>Trains on ratings of liked and disliked items rather than on touches.</summary>
    protected virtual bool LearnsRatings => false;

    /// <summary>The toy data of this family.</summary>
    protected Interactions Toy => LearnsRatings ? Checkerboard.Ratings : Checkerboard.Touches;

    protected IRecommender Recommender => RecommenderCatalog.Get(Key).Create(Options);

    private static readonly TrainingContext Context = new() { Seed = 7, Threads = 2 };

    protected IModel Train(Interactions? data = null, TrainingContext? context = null) => Recommender.Train(data ?? Toy, context ?? Context);

    [Fact]
    public void The_withheld_item_of_the_checkerboard_comes_first()
    {
        if (!IsPersonal) return;
        var model = Train();
        for (var user = 0; user < Checkerboard.Size; user++)
            Assert.Equal(user, Best(model, Query.Of(user, Checkerboard.Circle(user)), Checkerboard.Circle(user))[0]);
    }

    [Fact]
    public void A_stranger_with_a_history_is_answered_from_it_or_not_at_all()
    {
        var model = Train();
        for (var user = 0; user < Checkerboard.Size; user++)
        {
            var scores = new float[Checkerboard.Size];
            var can = model.Score(Query.Of(-1, Checkerboard.Circle(user)), scores);
            if (FoldsIn)
            {
                Assert.True(can);
                Assert.Equal(user, Best(model, Query.Of(-1, Checkerboard.Circle(user)), Checkerboard.Circle(user))[0]);
            }
            if (can) AssertFinite(scores);
        }
    }

    [Fact]
    public void A_known_user_without_a_history_is_answered_from_what_was_learnt()
    {
        if (!KnowsUsers) return;
        var model = Train();
        for (var user = 0; user < Checkerboard.Size; user++)
        {
            var best = Best(model, new Query(user, default), Checkerboard.Circle(user));
            if (IsPersonal) Assert.Equal(user, best[0]);
        }
    }

    [Fact]
    public void Somebody_of_whom_nothing_is_known_gets_finite_scores_or_a_plain_cannot()
    {
        var scores = new float[Checkerboard.Size];
        if (Train().Score(new Query(-1, default), scores)) AssertFinite(scores);
        else Assert.False(AnswersEverybody, "a family that answers everybody alike answers a stranger too");
    }

    [Fact]
    public void A_history_with_repeats_gives_finite_scores()
    {
        var scores = new float[Checkerboard.Size];
        if (Train().Score(Query.Of(3, [5, 5, 5, 7, 5]), scores)) AssertFinite(scores);
    }

    [Fact]
    public void Never_recommends_what_is_excluded_and_gives_fewer_rather_than_padding()
    {
        var model = Train();
        var scores = new float[Checkerboard.Size];
        Assert.True(model.Score(Query.Of(4, Checkerboard.Circle(4)), scores));
        var excluded = new bool[Checkerboard.Size];
        excluded.AsSpan(0, Checkerboard.Size - 3).Fill(true);
        var list = Ranker.Top(scores, 10, excluded);
        Assert.InRange(list.Length, 0, 3);
        Assert.All(list, item => Assert.False(excluded[item]));
        Assert.Equal(list.Length, list.Distinct().Count());
    }

    [Fact]
    public void Scores_do_not_depend_on_who_is_asked_about_at_the_same_time()
    {
        var model = Train();
        var queries = Enumerable.Range(0, Checkerboard.Size).Select(u => Query.Of(u, Checkerboard.Circle(u))).Append(new Query(-1, default)).ToArray();
        var together = new float[queries.Length * Checkerboard.Size];
        var can = new bool[queries.Length];
        model.ScoreMany(queries, together, can);
        Parallel.For(0, queries.Length, q =>
        {
            var alone = new float[Checkerboard.Size];
            Assert.Equal(can[q], model.Score(queries[q], alone));
            if (!can[q]) return;
            for (var i = 0; i < alone.Length; i++)
                Assert.True(Close(alone[i], together[q * Checkerboard.Size + i]), $"query {q}, item {i}: {alone[i]} alone, {together[q * Checkerboard.Size + i]} together");
        });
    }

    [Fact]
    public void Same_data_options_and_seed_give_the_same_model_bit_for_bit() => Assert.Equal(Saved(Train()), Saved(Train()));

    [Fact]
    public void Saving_and_loading_changes_no_bit()
    {
        var model = Train();
        var saved = Saved(model);
        var loaded = Recommender.Load(new MemoryStream(saved), Toy.Users, Toy.Items);
        Assert.Equal(saved, Saved(loaded));
        for (var user = -1; user < Checkerboard.Size; user++)
        {
            float[] before = new float[Checkerboard.Size], after = new float[Checkerboard.Size];
            var query = Query.Of(user, Checkerboard.Circle(Math.Max(0, user)));
            Assert.Equal(model.Score(query, before), loaded.Score(query, after));
            Assert.Equal(before, after);
        }
    }

    [Fact]
    public void A_damaged_artifact_or_one_of_other_vocabularies_is_refused()
    {
        var saved = Saved(Train());
        Assert.Throws<InvalidDataException>(() => Recommender.Load(new MemoryStream(saved[..^4]), Toy.Users, Toy.Items));
        Assert.Throws<InvalidDataException>(() => Recommender.Load(new MemoryStream(saved[..6]), Toy.Users, Toy.Items));
        Assert.Throws<InvalidDataException>(() => Recommender.Load(new MemoryStream(saved), Vocabulary.OfNumbers(Checkerboard.Size + 1), Vocabulary.OfNumbers(Checkerboard.Size + 1)));
    }

    [Fact]
    public void A_cancelled_training_stops_and_leaves_no_model()
    {
        using var cancel = new CancellationTokenSource();
        var reports = 0;
        var watched = Context with { Cancellation = cancel.Token, Progress = new Watch(_ => { reports++; cancel.Cancel(); }) };
        if (Training(watched) is null) Assert.True(cancel.IsCancellationRequested);
        else Assert.Equal(1, reports); // its only report was the last one
        using var already = new CancellationTokenSource();
        already.Cancel();
        Assert.Null(Training(Context with { Cancellation = already.Token }));

        IModel? Training(TrainingContext context)
        {
            try { return Train(context: context); }
            catch (OperationCanceledException) { return null; }
        }
    }

    [Fact]
    public void Progress_never_goes_backwards_and_ends_at_one()
    {
        var seen = new List<TrainingProgress>();
        Train(context: Context with { Progress = new Watch(seen.Add) });
        Assert.NotEmpty(seen);
        Assert.Equal(seen.Select(p => p.Fraction).Order(), seen.Select(p => p.Fraction));
        Assert.InRange(seen[0].Fraction, 0, 1);
        Assert.Equal(1, seen[^1].Fraction);
        Assert.All(seen, p => Assert.NotEqual("", p.Phase));
        Assert.All(seen.SelectMany(p => p.Curve?.Values ?? []), v => Assert.True(double.IsFinite(v)));
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(1, 1, 1)]
    [InlineData(3, 5, 2)]
    public void Next_to_nothing_gives_a_model_with_finite_scores_or_one_clear_sentence(int users, int items, int rows)
    {
        var data = new Interactions(Vocabulary.OfNumbers(users), Vocabulary.OfNumbers(items), [.. Enumerable.Range(0, rows)], [.. Enumerable.Range(0, rows)],
            [.. Enumerable.Repeat(1f, rows)], [.. Enumerable.Repeat(0L, rows)]);
        try
        {
            var model = Train(data);
            var scores = new float[items];
            if (users > 0 && model.Score(Query.Of(0, [0]), scores)) AssertFinite(scores);
        }
        catch (TrainingException e)
        {
            Assert.EndsWith(".", e.Message, StringComparison.Ordinal);
        }
    }

    /// <summary>A model in bytes.</summary>
    protected static byte[] Saved(IModel model)
    {
        using var stream = new MemoryStream();
        model.Save(stream);
        return stream.ToArray();
    }

    /// <summary>The items a model ranks first, without the given ones.</summary>
    protected static int[] Best(IModel model, Query query, int[] without, int count = 3)
    {
        var scores = new float[model.Items.Count];
        Assert.True(model.Score(query, scores));
        AssertFinite(scores);
        var excluded = new bool[scores.Length];
        foreach (var item in without) excluded[item] = true;
        return Ranker.Top(scores, count, excluded);
    }

    /// <summary>Finite, or NaN for "this item cannot be scored".</summary>
    private static void AssertFinite(float[] scores) => Assert.All(scores, s => Assert.False(float.IsInfinity(s)));

    private static bool Close(float a, float b) => (float.IsNaN(a) && float.IsNaN(b)) || Math.Abs(a - b) <= 1e-4f * Math.Max(1, Math.Abs(a));

    private sealed class Watch(Action<TrainingProgress> each) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => each(value);
    }
}
