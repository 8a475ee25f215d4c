using RecLab.Recommenders.Neural.Models;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace RecLab.Recommenders.Neural;

/// <summary>Losses of the next item against items drawn uniformly and shared by all rows of a batch.</summary>
internal static class SampledLosses
{
    /// <param name="hidden">Rows x width.</param>
    /// <param name="items">Items x width.</param>
    /// <param name="target">The next item of each row.</param>
    /// <param name="negatives">Drawn items; where one is a row's own target it does not count.</param>
    /// <param name="calibration">gBCE's t.</param>
    public static Tensor Of(SequenceLoss loss, Tensor hidden, Tensor items, Tensor target, int[] negatives, double calibration)
    {
        var drawn = tensor(Array.ConvertAll(negatives, i => (long)i), device: hidden.device);
        // The drawn stand for all others: each counts (items - 1) / drawn times.
        var correction = Math.Max(0, Math.Log((items.shape[0] - 1.0) / negatives.Length));
        var (own, others) = (Kernels.Rows(items, target), Kernels.Rows(items, drawn));
        if (loss == SequenceLoss.SampledSoftmax) return Kernels.SampledCrossEntropy(hidden, own, others, target, drawn, correction);
        var positive = (hidden * own).sum(-1, keepdim: true);
        var negative = hidden.matmul(others.t()).masked_fill(target.unsqueeze(1).eq(drawn.unsqueeze(0)), -1e4);
        var beta = loss == SequenceLoss.GeneralizedBinaryCrossEntropy ? Beta(negatives.Length, items.shape[0], calibration) : 1;
        return -(F.logsigmoid(positive).mean() * beta + F.logsigmoid(-negative).sum(1).mean());
    }

    /// <summary>Petrov and Macdonald 2023, eq. 11: beta = a (t (1 - 1/a) + 1/a) with a = negatives / (items - 1).</summary>
    internal static double Beta(int negatives, long items, double calibration)
    {
        var share = Math.Min(1, negatives / Math.Max(1.0, items - 1));
        return share * (calibration * (1 - 1 / share) + 1 / share);
    }
}
