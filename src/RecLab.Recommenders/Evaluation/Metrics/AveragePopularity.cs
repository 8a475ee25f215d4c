namespace RecLab.Recommenders.Evaluation.Metrics;

/// <summary>popularity@k = mean over users with a list of the mean number of training rows of its items (Abdollahpouri, Burke and Mobasher,
/// "Managing popularity bias in recommender systems with personalized re-ranking", FLAIRS 2019, ARP).</summary>
public sealed class AveragePopularity : IRunMetric
{
    public string Key => "popularity";
    public string Name => "Average popularity";
    public string Summary => "How often the recommended items were touched in training, on average.";

    public double? At(RunLists run, int k) => RunLists.Mean(PerUser(run, k));

    public double[] PerUser(RunLists run, int k) => run.EachUser(k, (list, _) =>
    {
        double sum = 0;
        foreach (var item in list) sum += run.Items.TrainCounts[item];
        return sum / list.Length;
    });
}
