using RecLab.Recommenders.Neural.Models;
using static TorchSharp.torch;

namespace RecLab.Recommenders.Neural;

/// <summary>Losses of the next item against items drawn uniformly: shared by all rows of a batch under the softmax, for each row its own under the binary losses. Shared there, the same few items
/// would be pushed down by every row of a step, and what that adds by chance drowns what is learnt: on ml-1m-sasrec such a training stays below popularity.</summary>
internal static class SampledLosses
{
    /// <param name="hidden">Rows x width.</param>
    /// <param name="items">Items x width.</param>
    /// <param name="target">The next item of each row.</param>
    /// <param name="negatives">Drawn items; where one is a row's own target it does not count. The binary losses draw as many for each row anew, by libtorch's generator.</param>
    /// <param name="calibration">gBCE's t.</param>
    public static Tensor Of(SequenceLoss loss, Tensor hidden, Tensor items, Tensor target, int[] negatives, double calibration)
    {
        if (loss == SequenceLoss.SampledSoftmax)
        {
            var shared = tensor(Array.ConvertAll(negatives, i => (long)i), device: hidden.device);
            // The drawn stand for all others: each counts (items - 1) / drawn times.
            var correction = Math.Max(0, Math.Log((items.shape[0] - 1.0) / negatives.Length));
            return Kernels.SampledCrossEntropy(hidden, Kernels.Rows(items, target), Kernels.Rows(items, shared), target, shared, correction);
        }
        var drawn = randint(0, items.shape[0], [hidden.shape[0], negatives.Length], device: hidden.device);
        return Kernels.OwnNegatives(hidden, items, target, drawn, loss == SequenceLoss.GeneralizedBinaryCrossEntropy ? Beta(negatives.Length, items.shape[0], calibration) : 1);
    }

    /// <summary>Petrov and Macdonald 2023, eq. 11: beta = a (t (1 - 1/a) + 1/a) with a = negatives / (items - 1).</summary>
    internal static double Beta(int negatives, long items, double calibration)
    {
        var share = Math.Min(1, negatives / Math.Max(1.0, items - 1));
        return share * (calibration * (1 - 1 / share) + 1 / share);
    }
}
