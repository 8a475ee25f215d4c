using System.Text.Json;
using RecLab.Recommenders.Neural;
using RecLab.Recommenders.Reproductions;
using RecLab.Testing;
using Xunit;

namespace RecLab.Recommenders.Tests.Reproductions;

/// <summary>The rows of published tables that are quick enough are got again with every run of the suite, some more each night (RECLAB_NIGHTLY=1); `./reclab reproduce all` takes every one.</summary>
public sealed class ReproductionTests(ITestOutputHelper output)
{
    private static readonly bool Nightly = Environment.GetEnvironmentVariable("RECLAB_NIGHTLY") == "1";

    /// <summary>Seconds each, or less.</summary>
    private static readonly string[] Quick = ["split-100k-pop", "split-100k-itemknn", "split-100k-ease", "split-100k-als", "rating-100k-baseline", "rating-100k-svd", "rating-100k-slope"];

    /// <summary>From ten seconds to some minutes each on one core.</summary>
    private static readonly string[] Slower =
    [
        "split-100k-bpr", "split-100k-neumf", "split-100k-lightgcn", "split-1m-pop", "split-1m-itemknn", "split-1m-als", "ncf-pop", "ncf-ease-500",
        "rating-100k-nmf", "rating-100k-knnbaseline", "rating-1m-baseline", "rating-1m-knnbaseline",
    ];

    public static TheoryData<string> Rows => [.. Quick, .. Nightly ? Slower : []];

    [Theory, MemberData(nameof(Rows))]
    public void A_published_row_is_met_within_its_tolerance(string id)
    {
        var row = ReproductionCatalog.Get(id);
        if (TestPaths.Dataset(row.Dataset) is not { } folder) { Assert.Skip($"{row.Dataset} (../shared/datasets) is not beside this checkout."); return; }
        if (id is "split-100k-bpr" or "split-100k-neumf" or "split-100k-lightgcn" && NeuralRuntime.Missing is { } reason) Assert.Skip(reason);
        var outcome = row.Run(Path.GetDirectoryName(folder)!, new() { Cancellation = TestContext.Current.CancellationToken });
        foreach (var (metric, published) in row.Published) output.WriteLine($"{metric}: {outcome.Ours[metric]:0.0000}, published {published:0.0000}, tolerance {row.Tolerance}");
        Assert.True(outcome.Comparable, $"{id} has no published value, so it cannot be met.");
        Assert.True(outcome.Meets, string.Join("; ", row.Published.Select(p => $"{p.Key} {outcome.Ours[p.Key]:0.0000} against {p.Value:0.0000} ± {row.Tolerance}")));
    }

    [Fact]
    public void What_we_call_published_is_what_the_reference_says()
    {
        if (TestPaths.Reference("papers/results.json") is not { } file) { Assert.Skip("The published results (../shared/reference/papers) are not beside this checkout."); return; }
        using var document = JsonDocument.Parse(File.ReadAllBytes(file));
        var reference = document.RootElement.GetProperty("results").EnumerateArray().ToDictionary(r => r.GetProperty("id").GetString()!);
        var compared = 0;
        foreach (var row in ReproductionCatalog.All.Where(r => reference.ContainsKey(r.Id)))
        {
            var (values, tolerance) = (reference[row.Id].GetProperty("value"), reference[row.Id].GetProperty("tolerance").GetDouble());
            Assert.Equal(reference[row.Id].GetProperty("dataset").GetString(), row.Dataset);
            Assert.True(row.Tolerance <= tolerance, $"{row.Id} allows itself {row.Tolerance}, the reference {tolerance}.");
            foreach (var (metric, published) in row.Published.Where(p => values.TryGetProperty(p.Key, out _)))
            {
                Assert.Equal(values.GetProperty(metric).GetDouble(), published, 5e-5); // four decimals where the source gives more
                compared++;
            }
        }
        Assert.True(compared >= 40, $"Only {compared} values were compared.");
    }
}
