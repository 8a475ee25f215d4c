namespace RecLab.Statistics.SelfProof;

/// <summary>A promise of the statistics, and what simulation measured.</summary>
/// <param name="Key">Stable lower-case key: "peeking/always-valid".</param>
/// <param name="Name">What was simulated.</param>
/// <param name="Promise">What must hold, in words.</param>
/// <param name="Measured">What came out, on the promise's own scale: a share from 0 to 1 unless the promise says otherwise.</param>
/// <param name="Low">Least value that keeps the promise, noise of the simulation included.</param>
/// <param name="High">Largest value that keeps the promise.</param>
/// <param name="Runs">Simulated experiments.</param>
public sealed record SelfTestResult(string Key, string Name, string Promise, double Measured, double Low, double High, int Runs)
{
    public bool Pass => Measured >= Low && Measured <= High;

    /// <summary>A share that must equal its promise within four standard errors of the simulation, and half a percent for large-sample approximations.</summary>
    internal static SelfTestResult Equal(string key, string name, string promise, double expected, Runs<bool> outcomes)
    {
        var slack = 4 * Math.Sqrt(expected * (1 - expected) / outcomes.Count) + 0.005;
        return new(key, name, promise, outcomes.Share, expected - slack, expected + slack, outcomes.Count);
    }

    /// <summary>A share with limits of its own.</summary>
    internal static SelfTestResult Within(string key, string name, string promise, double low, double high, Runs<bool> outcomes) =>
        new(key, name, promise, outcomes.Share, low, high, outcomes.Count);
}
