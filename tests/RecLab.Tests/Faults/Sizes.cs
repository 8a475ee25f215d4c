namespace RecLab.Tests.Faults;

/// <summary>How much of a long proof runs: a little in the suite, all of it in the nightly profile (RECLAB_NIGHTLY=1); and where its chance comes from.</summary>
internal static class Sizes
{
    public static bool Nightly { get; } = Environment.GetEnvironmentVariable("RECLAB_NIGHTLY") == "1";

    public static int Of(int suite, int nightly) => Nightly ? nightly : suite;

    /// <summary>RECLAB_SEED where it is set, to repeat a failure; else drawn now. Whoever draws prints it.</summary>
    public static int DrawnSeed() =>
        int.TryParse(Environment.GetEnvironmentVariable("RECLAB_SEED"), out var given) ? given : Random.Shared.Next(1, int.MaxValue);
}
