using RecLab.Recommenders;
using RecLab.Recommenders.Data;

namespace RecLab.Recommenders.Tests.Evaluation;

/// <summary>Small data made from a seed, and a model whose scores are given.</summary>
internal static class Toy
{
    /// <summary>Random rows, users with 0 to 12 of them, in time.</summary>
    public static Interactions Interactions(int users, int items, int seed, bool distinct = true)
    {
        var random = new Random(seed);
        var rows = new List<(int User, int Item, float Value, long Time)>();
        for (var u = 0; u < users; u++)
        {
            var count = random.Next(13);
            var own = distinct ? Enumerable.Range(0, items).OrderBy(_ => random.Next()).Take(count) : Enumerable.Range(0, count).Select(_ => random.Next(items));
            rows.AddRange(own.Select(i => (u, i, (float)random.Next(1, 6), (long)random.Next(1000, 2000))));
        }
        return new(Vocabulary.OfNumbers(users), Vocabulary.OfNumbers(items), [.. rows.Select(r => r.User)], [.. rows.Select(r => r.Item)], [.. rows.Select(r => r.Value)], [.. rows.Select(r => r.Time)],
            new(Enumerable.Range(0, items).Select(i => new ItemInfo($"{i}", $"Item {i}", [$"c{i % 3}", $"d{i % 5}"]))));
    }

    /// <summary>Rows written out: (user, item, value, time).</summary>
    public static Interactions Rows(int users, int items, params (int User, int Item, float Value, long Time)[] rows) =>
        new(Vocabulary.OfNumbers(users), Vocabulary.OfNumbers(items), [.. rows.Select(r => r.User)], [.. rows.Select(r => r.Item)], [.. rows.Select(r => r.Value)], [.. rows.Select(r => r.Time)]);
}

/// <summary>A model whose score of an item for a user is a given function; a user for whom it says null cannot be answered.</summary>
internal sealed class GivenModel(Vocabulary users, Vocabulary items, Func<int, int, float?> score) : IModel
{
    public Vocabulary Users => users;
    public Vocabulary Items => items;

    public bool Score(Query query, Span<float> scores)
    {
        for (var i = 0; i < scores.Length; i++)
        {
            if (score(query.User, i) is not { } value) return false;
            scores[i] = value;
        }
        return true;
    }

    public void Save(Stream stream) => throw new NotSupportedException("A given model is not kept.");
}
