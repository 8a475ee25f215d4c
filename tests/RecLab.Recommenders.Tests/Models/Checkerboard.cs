using RecLab.Recommenders.Data;

namespace RecLab.Recommenders.Tests.Models;

/// <summary>The data set with a known right answer: users of even number touched the items of even number, odd users the odd ones, and the
/// diagonal is withheld (the idea of implicit's tests/recommender_base_test.py). Each user goes round the circle of their colour and stops
/// right before the withheld item, so that the next item of a sequence is the same answer.</summary>
internal static class Checkerboard
{
    public const int Size = 30;

    /// <summary>All touches have value 1; titles and categories name the colour.</summary>
    public static Interactions Touches { get; } = Of(Enumerable.Range(0, Size).SelectMany(user => Circle(user).Select((item, step) => (user, item, 1f, (long)(step * Size + user)))));

    /// <summary>Ratings for the whole board but the diagonal: 5 for the own colour, 1 for the other.</summary>
    public static Interactions Ratings { get; } = Of(
        Enumerable.Range(0, Size).SelectMany(user => Enumerable.Range(0, Size).Where(item => item != user).Select((item, step) => (user, item, (item - user) % 2 == 0 ? 5f : 1f, (long)(step * Size + user)))));

    /// <summary>The items a user touched, oldest first: from two past the diagonal round to two before it.</summary>
    public static int[] Circle(int user) => [.. Enumerable.Range(1, Size / 2 - 1).Select(step => (user + 2 * step) % Size)];

    private static Interactions Of(IEnumerable<(int User, int Item, float Value, long Time)> rows)
    {
        var sorted = rows.OrderBy(r => r.Time).ToArray();
        var items = Enumerable.Range(0, Size).Select(i => new ItemInfo($"item {i}", $"{Colour(i)} thing number {i}", [Colour(i)], $"A {Colour(i)} thing, as all {Colour(i)} things are.", Vector: [i % 2, 1 - i % 2]));
        var users = Enumerable.Range(0, Size).Select(u => new UserInfo($"user {u}", new Dictionary<string, string> { ["favourite"] = Colour(u) }));
        return new(new Vocabulary(Enumerable.Range(0, Size).Select(u => $"user {u}")), new Vocabulary(Enumerable.Range(0, Size).Select(i => $"item {i}")),
            [.. sorted.Select(r => r.User)], [.. sorted.Select(r => r.Item)], [.. sorted.Select(r => r.Value)],
            [.. sorted.Select(r => 1_000_000_000 + 3600 * r.Time)], new Catalogue(items), new Audience(users));
    }

    private static string Colour(int number) => number % 2 == 0 ? "white" : "black";
}
