using System.Globalization;
using RecLab.Testing;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCaseOrderer(typeof(SeededOrder))]

namespace RecLab.Testing;

/// <summary>The tests of a class run in the order of a hash of their names: the same on every machine and in every folder, where xunit's own order hangs on the path of the assembly.
/// RECLAB_TEST_ORDER, an integer, gives another order, to find tests that lean on those before them.</summary>
public sealed class SeededOrder : ITestCaseOrderer
{
    private static readonly int Seed = int.TryParse(Environment.GetEnvironmentVariable("RECLAB_TEST_ORDER"), NumberStyles.Integer, CultureInfo.InvariantCulture, out var seed) ? seed : 0;

    /// <inheritdoc />
    public IReadOnlyCollection<TTestCase> OrderTestCases<TTestCase>(IReadOnlyCollection<TTestCase> testCases) where TTestCase : notnull, ITestCase =>
        [.. testCases.OrderBy(c => Hash($"{Seed} {c.TestMethod?.MethodName} {c.TestCaseDisplayName}")).ThenBy(c => c.TestCaseDisplayName, StringComparer.Ordinal)];

    /// <summary>FNV-1a of 32 bits.</summary>
    private static uint Hash(string text) => text.Aggregate(2166136261u, (hash, letter) => unchecked((hash ^ letter) * 16777619u));
}
