using System.Text.Json;
using RecLab.Testing;
using Xunit;

namespace RecLab.Recommenders.Tests.Evaluation;

/// <summary>The reference cases of one kind: every file in reference/metrics is read, so that a case added there is a test.</summary>
internal static class ReferenceCases
{
    private static readonly Lazy<JsonElement[]> All = new(() => TestPaths.Reference("metrics") is { } folder
        ? [.. Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal).SelectMany(f => JsonDocument.Parse(File.ReadAllBytes(f)).RootElement.EnumerateArray())]
        : []);

    /// <summary>The ids of a kind, or one empty id where the reference is absent (the test then skips with the reason).</summary>
    public static TheoryData<string> Ids(string kind)
    {
        var ids = All.Value.Where(c => c.GetProperty("kind").GetString() == kind).Select(c => c.GetProperty("id").GetString()!).ToArray();
        return ids.Length == 0 ? [""] : [.. ids];
    }

    public static JsonElement Get(string id)
    {
        if (id == "") Assert.Skip("The reference metrics (../shared/reference/metrics) are not beside this checkout.");
        return All.Value.Single(c => c.GetProperty("id").GetString() == id);
    }

    /// <summary>Compares every expected number by name: |got - expected| &lt;= tolerance * max(1, |expected|), null for null.</summary>
    public static void Check(JsonElement test, Func<string, object?> got)
    {
        var tolerance = test.GetProperty("tolerance").GetDouble();
        foreach (var expected in test.GetProperty("expected").EnumerateObject()) Same(expected.Name, expected.Value, got(expected.Name), tolerance);
    }

    private static void Same(string name, JsonElement expected, object? got, double tolerance)
    {
        switch (expected.ValueKind)
        {
            case JsonValueKind.Null:
                Assert.True(got is null, $"{name}: expected no value, got {got}");
                break;
            case JsonValueKind.Number:
                var number = expected.GetDouble();
                Assert.True(got is not null && Math.Abs(Convert.ToDouble(got, null) - number) <= tolerance * Math.Max(1, Math.Abs(number)), $"{name}: expected {number:R}, got {got ?? "no value"}");
                break;
            case JsonValueKind.Array:
                var list = ((System.Collections.IEnumerable)got!).Cast<object?>().ToArray();
                Assert.True(expected.GetArrayLength() == list.Length, $"{name}: expected {expected.GetArrayLength()} entries, got {list.Length}");
                for (var i = 0; i < list.Length; i++) Same($"{name}[{i}]", expected[i], list[i], tolerance);
                break;
            default:
                Assert.Fail($"{name}: {expected.ValueKind} is not understood.");
                break;
        }
    }

    public static int[] Ints(this JsonElement element) => [.. element.EnumerateArray().Select(e => e.GetInt32())];
    public static double[] Doubles(this JsonElement element) => [.. element.EnumerateArray().Select(e => e.GetDouble())];

    /// <summary>"ndcg@10" as its name and its k.</summary>
    public static (string Metric, int K) NameAndK(string name) => (name[..name.IndexOf('@')], int.Parse(name[(name.IndexOf('@') + 1)..], System.Globalization.CultureInfo.InvariantCulture));
}
