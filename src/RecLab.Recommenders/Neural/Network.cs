using RecLab.Recommenders.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace RecLab.Recommenders.Neural;

/// <summary>The learnable part of a neural family: a loss to go down, and the model it leaves. Lives on one training thread.</summary>
/// <typeparam name="TBatch">What one step looks at: pairs, sequences or rows, as plain arrays.</typeparam>
public abstract class Network<TBatch>(string name) : nn.Module(name)
{
    /// <summary>One number: the mean loss of the batch, with everything that is needed for the backward pass behind it.</summary>
    public abstract Tensor Loss(TBatch batch);

    /// <summary>A copy of what was learnt, immutable and free of libtorch.</summary>
    public abstract IModel Freeze(Vocabulary users, Vocabulary items);

    /// <summary>Where the parameters live.</summary>
    protected Device Device => parameters().First().device;
}

internal static class TensorCopies
{
    /// <summary>A tensor's values in plain memory.</summary>
    public static float[] Copied(this Tensor tensor)
    {
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        return tensor.detach().cpu().contiguous().data<float>().ToArray();
    }
}

/// <summary>The batches of each epoch as a pure function of the epoch's number, so that a training can resume anywhere.</summary>
public interface IBatches<out TBatch>
{
    /// <summary>How many batches an epoch has; at least 1.</summary>
    int PerEpoch { get; }

    /// <summary>The batches of an epoch in order, from one of them on.</summary>
    /// <param name="epoch">Counted from 0.</param>
    /// <param name="from">Batches to leave out at the beginning.</param>
    IEnumerable<TBatch> Epoch(int epoch, int from);
}
