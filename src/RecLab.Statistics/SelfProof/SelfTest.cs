namespace RecLab.Statistics.SelfProof;

/// <summary>The statistics prove themselves: experiments with a known truth are simulated, and what the tests and intervals promise is counted. Same seed and size, same numbers.</summary>
public static class SelfTest
{
    /// <summary>Simulated experiments per promise in a full run.</summary>
    public const int FullRuns = 10_000;

    public const ulong DefaultSeed = 20_140_601;

    private static readonly (string Key, Func<Simulation, IEnumerable<SelfTestResult>> Prove)[] Checks =
    [
        ("peeking", Peeking.Prove),
        ("coverage", Coverage.Prove),
        ("clusters", Clusters.Prove),
        ("cuped", CupedProof.Prove),
        ("power", PowerProof.Prove),
        ("posterior", PosteriorProof.Prove),
        ("families", Families.Prove),
        ("guardrail", GuardrailProof.Prove),
        ("assignment", AssignmentProof.Prove),
        ("bootstrap", BootstrapProof.Prove),
    ];

    /// <summary>The names that <paramref name="only"/> of <see cref="Run"/> may take.</summary>
    public static IReadOnlyList<string> Keys { get; } = [.. Checks.Select(c => c.Key)];

    /// <summary>Proves every promise, one result after the other as it is ready.</summary>
    /// <param name="runs">Simulated experiments per promise, at least 100.</param>
    /// <param name="threads">How many run at once; changes no number.</param>
    /// <param name="only">One of <see cref="Keys"/>; null for all.</param>
    /// <exception cref="OperationCanceledException">Cancelled; results given so far stand.</exception>
    public static IEnumerable<SelfTestResult> Run(int runs = FullRuns, ulong seed = DefaultSeed, int threads = 1, string? only = null, CancellationToken cancellation = default)
    {
        if (runs < 100) throw new ArgumentOutOfRangeException(nameof(runs), runs, "A self-test needs at least 100 runs to say anything.");
        if (threads < 1) throw new ArgumentOutOfRangeException(nameof(threads), threads, "At least one thread is needed.");
        if (only is not null && !Keys.Contains(only)) throw new ArgumentException($"There is no self-test '{only}'. Known: {string.Join(", ", Keys)}.", nameof(only));
        return Checks.Where(c => only is null || c.Key == only).SelectMany((check, number) => check.Prove(new(runs, seed + (ulong)number, threads, cancellation)));
    }
}
