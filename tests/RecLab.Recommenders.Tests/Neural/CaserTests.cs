using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Neural.Models;
using Xunit;

namespace RecLab.Recommenders.Tests.Neural;

public class CaserTests : NeuralContract
{
    protected override string Key => "caser";
    protected override RecommenderOptions Options => new CaserOptions { MaxLength = 8, Window = 3, Width = 16, Horizontal = 4, Vertical = 2, Epochs = 30, BatchSize = 8, LearningRate = 0.02, Dropout = 0.1, Patience = 0 };

    /// <summary>A user is their history; without one there is nothing to read.</summary>
    protected override bool KnowsUsers => false;
}

/// <summary>With a vector of the user beside the filters.</summary>
public sealed class CaserOfUsersTests : CaserTests
{
    protected override RecommenderOptions Options => (CaserOptions)base.Options with { UserVector = true };

    /// <summary>Everybody touches 0 and what is theirs by turns: even users 1, odd ones 2. Filters one item high see only that 0 came last.</summary>
    private static Interactions Turns()
    {
        int[] user = [.. Enumerable.Range(0, 20 * 10).Select(r => r % 20)], item = [.. user.Select((u, r) => r / 20 % 2 == 0 ? 0 : 1 + u % 2)];
        return new(Vocabulary.OfNumbers(22), Vocabulary.OfNumbers(4), user, item, [.. user.Select(_ => 1f)], [.. user.Select((_, r) => (long)r)]);
    }

    private static readonly CaserOptions Window = new() { MaxLength = 12, Window = 1, Width = 8, Horizontal = 4, Vertical = 1, Epochs = 30, BatchSize = 4, LearningRate = 0.02, Dropout = 0, Patience = 0 };

    private static float[] Scores(IModel model, int user)
    {
        var scores = new float[4];
        Assert.True(model.Score(Query.Of(user, [0]), scores));
        return scores;
    }

    [Fact]
    public void What_the_filters_cannot_see_is_known_of_the_user()
    {
        var with = new Caser(Window with { UserVector = true }).Train(Turns(), new() { Seed = 1, Threads = 1 });
        for (var user = 0; user < 20; user++)
        {
            var scores = Scores(with, user);
            Assert.True(user % 2 == 0 ? scores[1] > scores[2] + 1 : scores[2] > scores[1] + 1, $"user {user}: {scores[1]} and {scores[2]}");
        }
        var without = new Caser(Window).Train(Turns(), new() { Seed = 1, Threads = 1 });
        Assert.Equal(Scores(without, 0), Scores(without, 1));
    }

    [Fact]
    public void Whoever_was_not_learnt_from_is_answered_as_the_average_user()
    {
        var model = new Caser(Window with { UserVector = true }).Train(Turns(), new() { Seed = 1, Threads = 1 });
        var all = Enumerable.Range(0, 20).Select(u => Scores(model, u)).ToArray();
        var stranger = Scores(model, -1);
        // the score is linear in the user's vector: the average vector gives the average score
        for (var i = 0; i < 4; i++) Assert.Equal(all.Average(s => s[i]), stranger[i], 1e-3);
        Assert.Equal(stranger, Scores(model, 21)); // in the vocabulary, but without a row
    }

    [Fact]
    public void An_artifact_without_users_is_read_as_before()
    {
        var old = new Caser(Window).Train(Turns(), new() { Seed = 1, Threads = 1 });
        var saved = Saved(old);
        Assert.DoesNotContain("user", SafeTensors.Read(new MemoryStream(saved)).Keys);
        var data = Turns();
        Assert.Equal(Scores(old, 3), Scores(new Caser(Window with { UserVector = true }).Load(new MemoryStream(saved), data.Users, data.Items), 3));
    }
}
