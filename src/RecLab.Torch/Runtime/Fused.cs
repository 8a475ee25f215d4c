using RecLab.Torch.Native;
using static TorchSharp.torch;

namespace RecLab.Torch;

/// <summary>Computations that TorchSharp has no name for, done in one native pass on the processor because the composed form is several times
/// slower there. Each equals a composition of recorded operations, which the tests compare it with; on other devices use that.</summary>
public static class Fused
{
    /// <summary>Causal scaled dot-product self-attention (Vaswani et al. 2017, eq. 1, lower triangle) of sequences packed one after the other.</summary>
    /// <param name="qkv">Rows x 3 width: queries, keys and values side by side.</param>
    /// <param name="starts">The first row of each sequence and, at the end, the number of rows; 64-bit integers.</param>
    /// <param name="heads">Divides the width.</param>
    /// <param name="dropout">Probability with which an attention weight is zeroed, the rest scaled by 1/(1 - p); 0 outside training.</param>
    /// <returns>Rows x width.</returns>
    public static Tensor PackedCausalAttention(Tensor qkv, Tensor starts, int heads, double dropout) =>
        Tensor.Of(Api.rl_packed_attention(qkv.Handle, starts.Handle, heads, dropout), qkv, starts);

    /// <summary>Mean over rows of -log softmax(hidden weight')[target], without keeping rows x classes logits.</summary>
    /// <param name="hidden">Rows x width.</param>
    /// <param name="weight">Classes x width.</param>
    /// <param name="target">The class of each row; 64-bit integers.</param>
    public static Tensor LinearCrossEntropy(Tensor hidden, Tensor weight, Tensor target) =>
        Tensor.Of(Api.rl_linear_cross_entropy(hidden.Handle, weight.Handle, target.Handle), hidden, weight, target);

    /// <summary>Mean over rows of -log softmax over a row's own class and the drawn ones, without keeping rows x drawn logits.</summary>
    /// <param name="hidden">Rows x width.</param>
    /// <param name="own">Rows x width: the vector of each row's own class.</param>
    /// <param name="drawn">Drawn x width: the vectors of the drawn classes, shared by all rows.</param>
    /// <param name="target">The number of each row's own class; 64-bit integers. Where it was drawn too it counts once.</param>
    /// <param name="numbers">The numbers of the drawn classes; 64-bit integers.</param>
    /// <param name="correction">Added to the drawn logits: the logarithm of how many classes each of them stands for.</param>
    public static Tensor SampledCrossEntropy(Tensor hidden, Tensor own, Tensor drawn, Tensor target, Tensor numbers, double correction) =>
        Tensor.Of(Api.rl_sampled_cross_entropy(hidden.Handle, own.Handle, drawn.Handle, target.Handle, numbers.Handle, correction), hidden, own, drawn, target, numbers);

    /// <summary>Binary cross-entropy of each row's own class against those drawn for that row alone, without gathering rows x drawn vectors: the mean over rows of
    /// -(beta log sigma(own) + sum of log sigma(-drawn)) / (drawn + 1). A drawn class that is the row's own does not count.</summary>
    /// <param name="hidden">Rows x width.</param>
    /// <param name="weight">Classes x width.</param>
    /// <param name="target">The class of each row; 64-bit integers.</param>
    /// <param name="drawn">Rows x drawn: classes; 64-bit integers.</param>
    /// <param name="beta">Weight of the own class.</param>
    public static Tensor OwnNegatives(Tensor hidden, Tensor weight, Tensor target, Tensor drawn, double beta) =>
        Tensor.Of(Api.rl_own_negatives(hidden.Handle, weight.Handle, target.Handle, drawn.Handle, beta), hidden, weight, target, drawn);

    /// <summary>Rows of a matrix, with a gradient that is gathered by row on all threads.</summary>
    /// <param name="table">Rows x width.</param>
    /// <param name="index">Which rows; integers.</param>
    public static Tensor Rows(Tensor table, Tensor index) => Tensor.Of(Api.rl_embedding(table.Handle, index.Handle, -1, 0, 0), table, index);
}
