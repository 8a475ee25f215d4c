using RecLab.Recommenders.Neural.Batches;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace RecLab.Recommenders.Neural;

/// <summary>Two changed views of one history should leave a sequence model in alike states, those of different histories in different ones; any model that reads sequences learns from it.</summary>
/// <remarks>-log of exp(cos(a, b) / 0.1) among all other views of the batch: Xie et al., "Contrastive Learning for Sequential Recommendation", ICDE 2022, eq. 4 (the cosine instead of the product).</remarks>
internal static class ViewContrast
{
    private const double Temperature = 0.1;

    /// <summary>The loss of one batch of views; a view is where the model stands after its last place.</summary>
    /// <param name="hidden">Rows x width: what the model knows after each place of the views.</param>
    /// <param name="views">An even number of sequences; the view number v + n/2 is the other half of number v.</param>
    public static Tensor Of(Tensor hidden, SequenceBatch views)
    {
        var count = views.Starts.Length - 1;
        var last = views.Starts.Skip(1).Select(s => s - 1).ToArray();
        var ends = F.normalize(Kernels.Rows(hidden, tensor(last, device: hidden.device)), dim: 1);
        var other = Enumerable.Range(0, count).Select(i => (long)((i + count / 2) % count)).ToArray();
        var own = new float[count * count];
        for (var i = 0; i < count; i++) own[i * count + i] = 1;
        var alike = (ends.matmul(ends.t()) / Temperature).masked_fill(tensor(own, [count, count], device: hidden.device).gt(0.5), -1e9);
        return F.cross_entropy(alike, tensor(other, device: hidden.device));
    }
}
