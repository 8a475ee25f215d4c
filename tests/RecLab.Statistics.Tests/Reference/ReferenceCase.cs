using System.Globalization;
using System.Text.Json;
using RecLab.Testing;
using Xunit;

namespace RecLab.Statistics.Tests.Reference;

/// <summary>One published case: inputs, parameters, and for each method the fields expected, compared under the tolerances of its file.</summary>
internal sealed class ReferenceCase
{
    private const string Absent = "(no reference files beside the checkout)";
    private static readonly Dictionary<string, JsonDocument> Files = [];

    private readonly JsonElement _case;
    private readonly JsonElement? _tolerance;

    private ReferenceCase(JsonElement element, JsonElement? tolerance) => (_case, _tolerance) = (element, tolerance);

    public JsonElement Inputs => _case.GetProperty("inputs");
    public JsonElement Parameters => _case.GetProperty("parameters");
    public JsonElement Expected => _case.GetProperty("expected");
    public double Alpha => Parameters.GetProperty("alpha").GetDouble();

    /// <summary>The ids of a topic's cases, for MemberData.</summary>
    public static TheoryData<string> Ids(string topic)
    {
        var ids = new TheoryData<string>();
        if (File($"stats/{topic}.json") is { } file)
            foreach (var one in file.RootElement.GetProperty("cases").EnumerateArray()) ids.Add(one.GetProperty("id").GetString()!);
        else ids.Add(Absent);
        return ids;
    }

    /// <summary>The case with this id; its topic is the id's first part.</summary>
    public static ReferenceCase Get(string id)
    {
        if (id == Absent) Assert.Skip("Reference numbers are read from ../shared/reference/stats, which is absent.");
        var file = File($"stats/{id[..id.LastIndexOf('-')]}.json")!.RootElement;
        return new(file.GetProperty("cases").EnumerateArray().Single(c => c.GetProperty("id").GetString() == id), file.GetProperty("tolerance"));
    }

    internal static JsonDocument? File(string relative)
    {
        lock (Files)
        {
            if (Files.TryGetValue(relative, out var known)) return known;
            if (TestPaths.Reference(relative) is not { } path) return null;
            return Files[relative] = JsonDocument.Parse(System.IO.File.ReadAllText(path));
        }
    }

    public bool Has(string method) => Expected.TryGetProperty(method, out _);

    /// <summary>Compares every expected field of a method with what was computed. A reason stands for all fields.</summary>
    public void Check(string method, Func<object> compute)
    {
        if (!Has(method)) return;
        Compare(method, Expected.GetProperty(method), compute());
    }

    /// <summary>Compares every expected field of a method with an answer's parts, or with its reason.</summary>
    public void Check<T>(string method, Func<Answer<T>> compute, Func<T, object> parts) where T : notnull =>
        Check(method, () => compute() is var answer && answer.TryGet(out var value, out var reason) ? parts(value) : reason!);

    private void Compare(string where, JsonElement expected, object? got)
    {
        switch (expected.ValueKind)
        {
            case JsonValueKind.Object when got is NotComputable reason:
                Assert.False(expected.TryGetProperty("computable", out var computable) && computable.GetBoolean(), $"{where}: not computable ({reason.Code})");
                Assert.Equal(expected.GetProperty("reason").GetString(), reason.Code);
                break;
            case JsonValueKind.Object:
                foreach (var field in expected.EnumerateObject())
                {
                    if (field.Name is "gbstats_message") continue;
                    if (field.Name == "computable")
                    {
                        Assert.True(field.Value.GetBoolean(), $"{where}: a number where none is computable");
                        continue;
                    }
                    Compare(field.Name, field.Value, Part(got!, where, field.Name));
                }
                break;
            case JsonValueKind.Array:
                var parts = ((System.Collections.IEnumerable)got!).Cast<object>().ToArray();
                Assert.Equal(expected.GetArrayLength(), parts.Length);
                foreach (var (element, i) in expected.EnumerateArray().Select((e, i) => (e, i))) Compare(where, element, parts[i]);
                break;
            case JsonValueKind.True or JsonValueKind.False:
                Assert.True(Equals(expected.GetBoolean(), got), $"{where}: expected {expected}, got {got}");
                break;
            case JsonValueKind.Null:
                Assert.Null(got);
                break;
            case JsonValueKind.String when got is string text:
                Assert.Equal(expected.GetString(), text);
                break;
            default:
                CompareNumbers(where, Number(expected), Convert.ToDouble(got, CultureInfo.InvariantCulture));
                break;
        }
    }

    private static object? Part(object got, string where, string name)
    {
        if (got is IReadOnlyDictionary<string, object?> map) return map.TryGetValue(name, out var part) ? part : throw new InvalidOperationException($"{where}.{name} was not computed.");
        return (got.GetType().GetProperty(name) ?? throw new InvalidOperationException($"{where}.{name} was not computed.")).GetValue(got);
    }

    private void CompareNumbers(string field, double expected, double got)
    {
        var (rel, abs) = Tolerance(field);
        var pass = double.IsFinite(expected) ? Math.Abs(got - expected) <= abs + rel * Math.Abs(expected) : expected.Equals(got);
        Assert.True(pass, string.Create(CultureInfo.InvariantCulture, $"{field}: expected {expected:R}, got {got:R}, relative gap {Math.Abs(got - expected) / Math.Abs(expected):G3} (allowed {rel:G3}, absolute {abs:G3})"));
    }

    private (double Rel, double Abs) Tolerance(string field)
    {
        if (_tolerance is not { } tolerance) return (0, 1e-9);
        var chosen = tolerance.GetProperty("by_field").TryGetProperty(field, out var own) ? own : tolerance.GetProperty("default");
        return (chosen.GetProperty("rel").GetDouble(), chosen.GetProperty("abs").GetDouble());
    }

    public static double Number(JsonElement element) => element.ValueKind != JsonValueKind.String ? element.GetDouble() : element.GetString() switch
    {
        "Infinity" => double.PositiveInfinity,
        "-Infinity" => double.NegativeInfinity,
        "NaN" => double.NaN,
        var other => throw new FormatException($"'{other}' is no number."),
    };
}
