using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Evaluation;
using Xunit;

namespace RecLab.Recommenders.Tests.Catalog;

/// <summary>Data as people really have it, against every family that needs no libtorch: a right result or one clear sentence, never a crash, an infinity or a hang.</summary>
public sealed class HostileDataTests
{
    private static readonly Dictionary<string, Func<Interactions>> Cases = new()
    {
        ["nothing at all"] = () => Of(0, 0),
        ["nobody did anything"] = () => Of(3, 4),
        ["one user, one item"] = () => Of(1, 1, (0, 0, 1, 1)),
        ["one user, many items"] = () => Of(1, 12, [.. Enumerable.Range(0, 12).Select(i => (0, i, 1f + i % 5, (long)i))]),
        ["many users, one item"] = () => Of(20_000, 1, [.. Enumerable.Range(0, 20_000).Select(u => (u, 0, 1f, (long)u))]),
        ["the same pair again and again"] = () => Of(2, 2, [.. Enumerable.Range(0, 50).Select(n => (n % 2, n % 2, 1f, (long)n))]),
        ["one rating for everything"] = () => Grid((_, _) => 3),
        ["nothing but zeros"] = () => Grid((_, _) => 0),
        ["huge values"] = () => Grid((u, i) => (u + i) % 2 == 0 ? 1e30f : 1e-30f),
        ["times before 1970 and after 2200"] = () => Of(4, 6, [.. Enumerable.Range(0, 24).Select(n => (n / 6, n % 6, 1f, n % 2 == 0 ? -62_135_596_800L - n : 253_402_300_799L - n))]),
        ["times at the ends of what can be written"] = () => Of(2, 3, (0, 0, 1, long.MinValue), (0, 1, 1, long.MaxValue), (1, 1, 1, 0), (1, 2, 1, long.MaxValue)),
        ["ids that break files"] = Ids,
        ["everybody touched everything"] = () => Grid((_, _) => 1),
    };

    public static TheoryData<string, string> Everything
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var family in RecommenderCatalog.All.Where(f => !f.NeedsTorch))
                foreach (var name in Cases.Keys) data.Add(family.Key, name);
            return data;
        }
    }

    [Theory, MemberData(nameof(Everything))]
    public void Every_family_answers_or_says_why_not(string key, string name)
    {
        var family = RecommenderCatalog.Get(key);
        var data = Cases[name]();
        var recommender = family.Create(Quick(family));
        IModel model;
        try
        {
            model = recommender.Train(data, new() { Seed = 1, Threads = 1 });
        }
        catch (TrainingException e)
        {
            Assert.Matches("^[A-Z].+\\.$", e.Message);
            Assert.NotEqual("one user, many items", name); // enough to learn something, whatever the family
            return;
        }
        var scores = new float[data.Items.Count];
        Query[] questions = [new(-1, default), .. data.Users.Count > 0 ? new[] { Query.Of(0, data.History(0)), new Query(data.Users.Count - 1, default) } : [], .. data.Items.Count > 0 ? new[] { Query.Of(-1, [0, 0, data.Items.Count - 1]) } : []];
        foreach (var question in questions)
            if (model.Score(question, scores)) Assert.All(scores, s => Assert.False(float.IsInfinity(s)));
        using var stream = new MemoryStream();
        model.Save(stream);
        stream.Position = 0;
        Assert.Equal(data.Items.Count, recommender.Load(stream, data.Users, data.Items).Items.Count);
        if (data.Users.Count > 1000) return;
        var result = Evaluator.Evaluate(model, Splits.LeaveOneOut(data), new() { Ks = [1, 50], Resamples = 20, Threads = 1 });
        Assert.All(result.Values.Concat(result.Ratings).Concat(result.Slices.SelectMany(s => s.Values)), v => Assert.True(v.Mean is not { } mean || double.IsFinite(mean), $"{v.Metric}@{v.K}: {v.Mean}"));
    }

    [Fact]
    public void A_number_that_is_none_never_gets_as_far_as_a_family()
    {
        foreach (var value in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
            Assert.Contains("not finite", Assert.Throws<ArgumentException>(() => Of(1, 1, (0, 0, value, 1))).Message, StringComparison.Ordinal);
    }

    /// <summary>The defaults, with two epochs where there are epochs.</summary>
    private static RecommenderOptions Quick(RecommenderFamily family)
    {
        var budget = family.OptionsType.GetProperties().FirstOrDefault(p => p.Name is "Epochs" or "Iterations" or "Rounds");
        return FamilyFormula.OptionsOf(family, budget is null ? "" : $"{budget.Name}=2");
    }

    private static Interactions Ids()
    {
        string[] ids = ["a,b", "\"quoted\"", "line\nline\r\nline", "\U0001F3AC film \u00E9\u0301", new string('x', 300), "'; DROP TABLE items; --", " ", "\t", "<script>alert(1)</script>", "../../etc/passwd", "\u202Eright", "a|b", "=1+1", "null"];
        var rows = (from u in Enumerable.Range(0, ids.Length) from i in Enumerable.Range(0, ids.Length) where (u + i) % 3 != 0 select (u, i)).ToArray();
        return new(new(ids), new(ids), [.. rows.Select(r => r.u)], [.. rows.Select(r => r.i)], [.. rows.Select(_ => 1f)], [.. rows.Select((_, n) => (long)n)],
            new(ids.Select(id => new ItemInfo(id, id, [id, "all"], id + " words", Vector: [id.Length, 1]))), new(ids.Select(id => new UserInfo(id, new Dictionary<string, string> { [id] = id, ["kind"] = "any" }))));
    }

    private static Interactions Grid(Func<int, int, float> value) => Of(6, 8, [.. Enumerable.Range(0, 48).Select(n => (n / 8, n % 8, value(n / 8, n % 8), (long)n))]);

    private static Interactions Of(int users, int items, params (int User, int Item, float Value, long Time)[] rows) =>
        new(Vocabulary.OfNumbers(users), Vocabulary.OfNumbers(items), [.. rows.Select(r => r.User)], [.. rows.Select(r => r.Item)], [.. rows.Select(r => r.Value)], [.. rows.Select(r => r.Time)],
            new(Enumerable.Range(0, items).Select(i => new ItemInfo($"{i}", $"thing number {i}", [$"kind {i % 2}"], "a thing", Vector: [i, 1]))));
}
