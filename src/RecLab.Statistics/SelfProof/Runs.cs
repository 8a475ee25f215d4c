namespace RecLab.Statistics.SelfProof;

/// <summary>Outcomes of many simulated experiments.</summary>
internal sealed class Runs<T>(T[] outcomes)
{
    public int Count => outcomes.Length;

    public double Share => Average(one => one is true ? 1 : 0);

    public double Average(Func<T, double> value) => outcomes.Sum(value) / outcomes.Length;

    public Runs<TNext> Select<TNext>(Func<T, TNext> next) => new([.. outcomes.Select(next)]);

    /// <summary>The mean of a number over the runs, with the standard error the simulation leaves.</summary>
    public Estimate Mean(Func<T, double> value) => Moments.OfValues([.. outcomes.Select(value)]).Estimate().Value;
}

/// <summary>Where a simulation gets its randomness, and how many runs it makes. Each run draws from a sequence of its own, so the outcome does not depend on
/// the number of threads.</summary>
internal sealed record Simulation(int Count, ulong Seed, int Threads, CancellationToken Cancellation)
{
    public Runs<T> Repeat<T>(Func<Xoshiro256, T> experiment)
    {
        var outcomes = new T[Count];
        Parallel.For(0, Count, new() { MaxDegreeOfParallelism = Threads, CancellationToken = Cancellation },
            run => outcomes[run] = experiment(Xoshiro256.Stream(Seed, (ulong)run)));
        return new(outcomes);
    }
}
