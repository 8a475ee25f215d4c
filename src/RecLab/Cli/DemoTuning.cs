namespace RecLab.Cli;

/// <summary>Options the demo trains with where they differ from a family's defaults.</summary>
internal static class DemoTuning
{
    /// <param name="family">Key in the recommender catalogue.</param>
    /// <param name="fast">Short trainings.</param>
    /// <returns>JSON of the options; an empty object for the defaults.</returns>
    public static string OptionsOf(string family, bool fast) => (family, fast) switch
    {
        ("mlp" or "sasrec", true) => """{"epochs":3}""",
        _ => "{}",
    };
}
