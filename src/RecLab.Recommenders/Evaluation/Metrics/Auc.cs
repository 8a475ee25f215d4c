namespace RecLab.Recommenders.Evaluation.Metrics;

/// <summary>auc = probability that a positive row scores above a negative one, ties one half (the Mann-Whitney statistic over its maximum;
/// Hanley and McNeil, Radiology 1982). No meaning with one class only.</summary>
public sealed class Auc : IRowMetric
{
    public string Key => "auc";
    public string Name => "AUC";
    public string Summary => "Probability that a clicked row was scored above one that was not.";
    public double? Of(PredictedRows rows) => Of(rows, rows.ByPrediction());

    /// <param name="order">Row numbers by prediction descending; those counted.</param>
    internal static double? Of(PredictedRows rows, ReadOnlySpan<int> order)
    {
        double above = 0, positives = 0, won = 0, negatives;
        for (int start = 0, end; start < order.Length; start = end)
        {
            double tied = 0;
            for (end = start; end < order.Length && rows.Predicted[order[end]] == rows.Predicted[order[start]]; end++)
                if (rows.Truth[order[end]] > 0) tied++;
            won += (end - start - tied) * (above + tied / 2);
            above += tied;
        }
        positives = above;
        negatives = order.Length - positives;
        return positives == 0 || negatives == 0 ? null : won / (positives * negatives);
    }
}

/// <summary>What a user's AUC counts for in the mean.</summary>
public enum GroupWeight
{
    /// <summary>The user's positive rows (RecBole).</summary>
    Positives,

    /// <summary>All rows of the user (Zhou et al., "Deep interest network", KDD 2018).</summary>
    Impressions,
}

/// <summary>gauc = weighted mean of each user's AUC over the users with rows of both classes (Zhu et al., "Optimized cost per click in Taobao
/// display advertising", KDD 2017). No meaning where no user has both.</summary>
public sealed class GroupedAuc(GroupWeight weight) : IRowMetric
{
    public string Key => weight == GroupWeight.Positives ? "gauc_by_positives" : "gauc_by_impressions";
    public string Name => weight == GroupWeight.Positives ? "GAUC (by positives)" : "GAUC (by impressions)";
    public string Summary => "AUC within each user, then the weighted mean over users.";

    public double? Of(PredictedRows rows) => Over(rows).Value;

    /// <summary>How many users have rows of both classes.</summary>
    public int Users(PredictedRows rows) => Over(rows).Users;

    private (double? Value, int Users) Over(PredictedRows rows)
    {
        double sum = 0, weights = 0;
        var users = 0;
        foreach (var group in rows.ByPrediction().GroupBy(r => rows.User[r]))
        {
            int[] own = [.. group];
            if (Auc.Of(rows, own) is not { } auc) continue;
            var w = weight == GroupWeight.Positives ? own.Count(r => rows.Truth[r] > 0) : own.Length;
            sum += w * auc;
            weights += w;
            users++;
        }
        return (users == 0 ? null : sum / weights, users);
    }
}
