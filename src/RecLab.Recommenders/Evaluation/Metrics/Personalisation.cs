namespace RecLab.Recommenders.Evaluation.Metrics;

/// <summary>personalisation@k = 1 - mean over pairs of users of (common items / k): 0 = everyone sees the same, 1 = no two share an item
/// (Zhou et al., PNAS 2010, eq. for the mean Hamming distance h). Counted over items: an item in c lists is common to c (c - 1) / 2 pairs.</summary>
public sealed class Personalisation : IRunMetric
{
    public string Key => "personalisation";
    public string Name => "Personalisation";
    public string Summary => "How different the lists of two users are, on average over all pairs.";

    public double? At(RunLists run, int k)
    {
        double users = Enumerable.Range(0, run.Users).Count(u => !run.List(u, k).IsEmpty);
        if (users < 2) return null;
        double common = 0;
        foreach (var count in run.Counts(k)) common += count * (count - 1.0) / 2;
        return 1 - common / (k * users * (users - 1) / 2);
    }
}
