namespace RecLab.Recommenders.Evaluation.Metrics;

/// <summary>coverage@k = distinct items in the first k places of all lists / all items (Ge, Delgado-Battenfeld and Jannach, "Beyond accuracy",
/// RecSys 2010, catalogue coverage).</summary>
public sealed class Coverage : IRunMetric
{
    public string Key => "coverage";
    public string Name => "Coverage";
    public string Summary => "Share of the catalogue that is recommended to anyone.";
    public double? At(RunLists run, int k) => run.Items.Count == 0 ? null : (double)run.Counts(k).Count(c => c > 0) / run.Items.Count;
}
