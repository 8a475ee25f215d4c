using RecLab.Controls;
using RecLab.Events;
using RecLab.Statistics;

namespace RecLab.Results.Metrics;

/// <summary>Mean over served lists, users as clusters (delta method): a list's score is summed per user and divided by the number of the user's lists.</summary>
public abstract class PerList(string key, string name, string noun, string definition, UnitMeasure measure) : IOutcomeMetric
{
    public string Key => key;
    public string Name => name;
    public string Noun => noun;
    public string Definition => definition;
    public MetricKind Kind => MetricKind.Ratio;
    public virtual bool HigherIsBetter => true;
    public UnitMeasure Measure => measure;
    public virtual string Write(double value) => Figures.Metric(value);
    public abstract string Counts(ArmTotals arm);
}

/// <summary>MRR of the first click: mean over seen lists of 1 / rank of the topmost clicked item, 0 for a list without a click (Radlinski, Kurup, Joachims, CIKM 2008).</summary>
public sealed class FirstClickRank() : PerList("click-mrr", "MRR of the first click", "first-click MRR", "1 / rank of the topmost click per seen list, 0 without one", UnitMeasure.ReciprocalRank)
{
    public override string Counts(ArmTotals arm) => $"{Figures.Count(arm.Total.Seen)} seen lists";
}

/// <summary>NDCG with clicks as gains: mean over seen lists of the discounted clicks over the same clicks on top of the list, 0 for a list without a click.</summary>
public sealed class ClickGain() : PerList("click-ndcg", "NDCG of clicks", "click NDCG", "clicks as gains per seen list, 0 without one", UnitMeasure.Gain)
{
    public override string Counts(ArmTotals arm) => $"{Figures.Count(arm.Total.Seen)} seen lists";
}

/// <summary>Share of shown items that belong to the short head: the most popular items that together have a fifth of all interactions (Abdollahpouri, Mansoury, Burke, Mobasher,
/// Malthouse, UMAP 2021).</summary>
public sealed class PopularityShare() : PerList("popularity", "Popularity share", "popularity share", "shown items among the most popular, which have a fifth of all interactions", UnitMeasure.HeadShare)
{
    public override bool HigherIsBetter => false;
    public override string Write(double value) => Figures.Rate(value);
    public override string Counts(ArmTotals arm) => Figures.Counts(arm.Total.Head, arm.Total.Known);
}

/// <summary>Intra-list diversity: mean over served lists of the mean Jaccard distance between the categories of two items (Ziegler, McNee, Konstan, Lausen, WWW 2005).</summary>
public sealed class ListDiversity() : PerList("diversity", "Intra-list diversity", "list diversity", "Jaccard distance of the categories of two items of a served list", UnitMeasure.Variety)
{
    public override string Counts(ArmTotals arm) => $"{Figures.Count(arm.Total.Varied)} served lists";
}
