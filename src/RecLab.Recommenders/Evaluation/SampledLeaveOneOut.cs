namespace RecLab.Recommenders.Evaluation;

/// <summary>The protocol of Neural Collaborative Filtering (He et al., WWW 2017, section 4.1): one positive ranked among itself and its sampled
/// negatives. Used only where a published table used it, and labelled so: sampled ranks are inconsistent with full ones
/// (Krichene and Rendle, "On sampled metrics for item recommendation", KDD 2020).</summary>
public static class SampledLeaveOneOut
{
    /// <summary>The place of the positive, from 1: score descending, equal scores by item ascending. The positive itself among the negatives
    /// counts once; a negative that cannot be scored (NaN) ranks behind.</summary>
    public static int Rank(int positive, float score, ReadOnlySpan<int> negatives, ReadOnlySpan<float> scores)
    {
        if (scores.Length != negatives.Length) throw new ArgumentException($"{scores.Length} scores were given for {negatives.Length} negatives.");
        if (float.IsNaN(score)) return negatives.Length + 1;
        var rank = 1;
        for (var i = 0; i < negatives.Length; i++)
            if (negatives[i] != positive && (scores[i] > score || (scores[i] == score && negatives[i] < positive))) rank++;
        return rank;
    }

    /// <summary>hr@k of one rank.</summary>
    public static double HitRate(int rank, int k) => rank <= k ? 1 : 0;

    /// <summary>ndcg@k of one rank = 1 / log2(rank + 1) within k.</summary>
    public static double Ndcg(int rank, int k) => rank <= k ? 1 / Math.Log2(rank + 1) : 0;
}
