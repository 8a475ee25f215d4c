namespace RecLab.Recommenders.Evaluation.Metrics;

/// <summary>novelty@k = mean over users with a list of the mean self-information -log2(training rows of the item / all training rows), in bits;
/// no meaning where an item without training rows is recommended, its self-information being infinite (Zhou et al., "Solving the apparent
/// diversity-accuracy dilemma", PNAS 2010; Castells, Vargas and Wang 2011).</summary>
public sealed class Novelty : IRunMetric
{
    public string Key => "novelty";
    public string Name => "Novelty";
    public string Summary => "Self-information of the recommended items: how unexpected they are by their popularity alone, in bits.";

    public double? At(RunLists run, int k) => RunLists.Mean(PerUser(run, k));

    public double[] PerUser(RunLists run, int k)
    {
        double total = run.Items.TrainCounts.Sum();
        return run.EachUser(k, (list, _) =>
        {
            double sum = 0;
            foreach (var item in list) sum -= Math.Log2(run.Items.TrainCounts[item] / total);
            return sum / list.Length;
        });
    }
}
