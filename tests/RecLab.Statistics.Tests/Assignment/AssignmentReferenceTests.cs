using System.Text.Json;
using RecLab.Statistics.Assignment;
using RecLab.Statistics.Tests.Reference;
using Xunit;

namespace RecLab.Statistics.Tests.Assignment;

/// <summary>GrowthBook's own cases and cases made by running its SDK: the outside referee of assignment.</summary>
public sealed class AssignmentReferenceTests
{
    private const string Absent = "(no reference files beside the checkout)";

    public static TheoryData<string, string> Cases()
    {
        var data = new TheoryData<string, string>();
        if (ReferenceCase.File("assignment/growthbook-cases.json") is { } file)
            foreach (var (group, one) in All(file)) data.Add(group, one.GetProperty("id").GetString()!);
        else data.Add("", Absent);
        return data;
    }

    private static IEnumerable<(string Group, JsonElement Case)> All(JsonDocument file) =>
        from source in new[] { "groups_from_cases_json", "groups_generated" }
        from @group in file.RootElement.GetProperty(source).EnumerateObject()
        from one in @group.Value.EnumerateArray()
        select (@group.Name, one);

    [Theory, MemberData(nameof(Cases))]
    public void Agrees_with_the_published_case(string group, string id)
    {
        if (id == Absent) Assert.Skip("Reference cases are read from ../shared/reference/assignment, which is absent.");
        var one = All(ReferenceCase.File("assignment/growthbook-cases.json")!).Single(c => c.Group == group && c.Case.GetProperty("id").GetString() == id).Case;
        var (inputs, expected) = (one.GetProperty("inputs"), one.GetProperty("expected"));
        switch (group)
        {
            case "hash" or "hash_non_ascii":
                AssertNumber(expected, Bucketing.Hash(Text(inputs, "seed"), Text(inputs, "value"), inputs.GetProperty("version").GetInt32()));
                break;
            case "bucket_ranges":
                var ranges = Bucketing.Ranges(inputs.GetProperty("variations").GetInt32(), Optional(inputs, "coverage")?.GetDouble(), Optional(inputs, "weights")?.Doubles());
                Assert.Equal(expected.GetArrayLength(), ranges.Length);
                foreach (var (range, given) in ranges.Zip(expected.EnumerateArray()))
                {
                    Assert.Equal(given[0].GetDouble(), range.Start, 1e-6);
                    Assert.Equal(given[1].GetDouble(), range.End, 1e-6);
                }
                break;
            case "choose_variation":
                Assert.Equal(expected.GetInt32(), Bucketing.Choose(inputs.GetProperty("bucket").GetDouble(), ReadRanges(inputs.GetProperty("ranges"))));
                break;
            case "namespace":
                var slice = new NamespaceSlice(Text(inputs, "namespace_id"), inputs.GetProperty("range_start").GetDouble(), inputs.GetProperty("range_end").GetDouble());
                Assert.Equal(expected.GetBoolean(), slice.Admits(Text(inputs, "hash_value")));
                break;
            case "equal_weights":
                Assert.Equal(expected.Doubles(), Bucketing.EqualWeights(inputs.GetProperty("variations").GetInt32()), (a, b) => Math.Abs(a - b) < 1e-6);
                break;
            case "assign":
                Assign(inputs, expected);
                break;
            case "population":
                Population(inputs, expected);
                break;
            case "cross_experiment":
                CrossExperiment(inputs, expected);
                break;
            default:
                Assert.Fail($"The group '{group}' is not known.");
                break;
        }
    }

    private static void Assign(JsonElement inputs, JsonElement expected)
    {
        var attributes = inputs.GetProperty("attributes").EnumerateObject().ToDictionary(a => a.Name, a => a.Value.ValueKind == JsonValueKind.Null ? null : a.Value.ToString());
        var rule = ReadRule(inputs.GetProperty("experiment"));
        var decision = rule.Decide(attributes, Optional(inputs, "enabled")?.GetBoolean() ?? true);
        Assert.Equal(expected.GetProperty("variation").GetInt32(), decision.Variation);
        Assert.Equal(expected.GetProperty("in_experiment").GetBoolean(), decision.InExperiment);
        Assert.Equal(expected.GetProperty("hash_used").GetBoolean(), decision.HashUsed);
        if (expected.TryGetProperty("bucket", out var bucket)) AssertNumber(bucket, decision.Bucket);

        // The form made ready for many units must say the same wherever it can answer at all.
        var name = rule.HashAttribute ?? "id";
        if ((rule.Filters ?? []).All(f => (f.Attribute ?? "id") == name))
            Assert.Equal(decision, new Assigner(rule).Decide(attributes.GetValueOrDefault(name)));
    }

    private static void Population(JsonElement inputs, JsonElement expected)
    {
        var assigner = new Assigner(ReadRule(inputs.GetProperty("experiment")));
        var counts = new int[expected.GetProperty("counts").GetArrayLength()];
        var missing = 0;
        for (var user = 0; user < 100_000; user++)
        {
            var decision = assigner.Decide($"user-{user}");
            if (decision.InExperiment) counts[decision.Variation]++; else missing++;
        }
        Assert.Equal(expected.GetProperty("counts").EnumerateArray().Select(c => c.GetInt32()), counts);
        Assert.Equal(expected.GetProperty("not_included").GetInt32(), missing);
    }

    private static void CrossExperiment(JsonElement inputs, JsonElement expected)
    {
        var n = inputs.GetProperty("variations").GetInt32();
        Assigner[] assigners = [.. inputs.GetProperty("experiment_keys").EnumerateArray()
            .Select(key => new Assigner(new(key.GetString()!, n) { HashVersion = inputs.GetProperty("hash_version").GetInt32() }))];
        var table = new long[n, n];
        for (var user = 0; user < 100_000; user++) table[assigners[0].Decide($"user-{user}").Variation, assigners[1].Decide($"user-{user}").Variation]++;
        var rows = expected.GetProperty("contingency");
        for (var i = 0; i < n; i++)
            for (var j = 0; j < n; j++) Assert.Equal(rows[i][j].GetInt64(), table[i, j]);
        Assert.Equal(expected.GetProperty("chi_square_independence").GetDouble(), RecLab.Statistics.Comparisons.Dependence.Test(table).Value.ChiSquare, 1e-6);
    }

    private static AssignmentRule ReadRule(JsonElement e) => new(Text(e, "key"), e.GetProperty("variations").GetInt32())
    {
        Weights = Optional(e, "weights")?.Doubles(),
        Coverage = Optional(e, "coverage")?.GetDouble(),
        Ranges = Optional(e, "ranges") is { } ranges ? ReadRanges(ranges) : null,
        Filters = Optional(e, "filters") is { } filters ? [.. filters.EnumerateArray().Select(ReadFilter)] : null,
        Namespace = Optional(e, "namespace") is { } slice ? new(Text(slice, "id"), slice.GetProperty("start").GetDouble(), slice.GetProperty("end").GetDouble()) : null,
        Seed = Optional(e, "seed")?.GetString(),
        HashVersion = Optional(e, "hash_version")?.GetInt32() ?? 1, // GrowthBook's default, not RecLab's
        HashAttribute = Optional(e, "hash_attribute")?.GetString(),
        Active = Optional(e, "active")?.GetBoolean() ?? true,
        Force = Optional(e, "force")?.GetInt32(),
    };

    private static BucketFilter ReadFilter(JsonElement e) =>
        new(Text(e, "seed"), ReadRanges(e.GetProperty("ranges")), Optional(e, "attribute")?.GetString(), Optional(e, "hash_version")?.GetInt32() ?? 2);

    private static BucketRange[] ReadRanges(JsonElement e) => [.. e.EnumerateArray().Select(r => new BucketRange(r[0].GetDouble(), r[1].GetDouble()))];

    private static JsonElement? Optional(JsonElement e, string name) => e.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static string Text(JsonElement e, string name) => e.GetProperty(name).GetString()!;

    private static void AssertNumber(JsonElement expected, double? got)
    {
        if (expected.ValueKind == JsonValueKind.Null) Assert.Null(got);
        else Assert.Equal(expected.GetDouble(), got!.Value, 1e-9);
    }
}
