using RecLab.Recommenders.Data;
using RecLab.Recommenders.Neural.Batches;
using RecLab.Recommenders.Neural.Frozen;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace RecLab.Recommenders.Neural.Models;

/// <summary>The learnable part of <see cref="SasRec"/>.</summary>
internal sealed class SasRecNetwork : Network<SequenceBatch>
{
    private readonly SasRecOptions _options;
    private readonly Embedding item, position;
    private readonly Embedding? mask, kind;
    private readonly TouchKinds? _kinds;
    private readonly ModuleList<TransformerBlock> blocks;
    private readonly LayerNorm norm;
    private readonly Dropout drop;

    /// <param name="kinds">The kinds of touch, where they are told apart.</param>
    public SasRecNetwork(SasRecOptions options, int items, TouchKinds? kinds = null) : base("SasRec")
    {
        (_options, _kinds) = (options, kinds);
        if (kinds is not null) kind = Embedding(kinds.Count, options.Width);
        item = Embedding(items, options.Width);
        position = Embedding(options.MaxLength, options.Width);
        if (options.ContrastEpochs > 0 || options.ContrastWeight > 0) mask = Embedding(1, options.Width);
        blocks = ModuleList(Enumerable.Range(0, options.Layers).Select(_ => new TransformerBlock(options.Width, options.Heads, options.Dropout)).ToArray());
        norm = LayerNorm(options.Width);
        drop = Dropout(options.Dropout);
        RegisterComponents();
        init.normal_(item.weight, 0, 0.02);
        init.normal_(position.weight, 0, 0.02);
        if (mask is not null) init.normal_(mask.weight, 0, 0.02);
        if (kind is not null) init.normal_(kind.weight, 0, 0.02);
    }

    public override Tensor Loss(SequenceBatch batch)
    {
        if (batch.Beforehand) return ViewContrast.Of(Hidden(batch.Views!), batch.Views!);
        var hidden = Hidden(batch);
        var target = tensor(batch.Target, device: Device);
        var loss = _options.Loss == SequenceLoss.FullSoftmax
            ? Kernels.LinearCrossEntropy(hidden, item.weight, target)
            : SampledLosses.Of(_options.Loss, hidden, item.weight, target, batch.Negatives, _options.Calibration);
        return batch.Views is { } views ? loss + ViewContrast.Of(Hidden(views), views) * _options.ContrastWeight : loss;
    }

    /// <summary>Rows x width: what the model knows after each place.</summary>
    internal Tensor Hidden(SequenceBatch batch)
    {
        var seen = tensor(batch.Input, device: Device);
        var x = (mask is null ? item.call(seen) : Kernels.Rows(cat([item.weight, mask.weight]), seen)) * Math.Sqrt(_options.Width) + position.call(tensor(batch.Position, device: Device));
        if (batch.Kind.Length > 0) x = x + kind!.call(tensor(batch.Kind, device: Device));
        x = drop.call(x);
        foreach (var block in blocks) x = block.call(x, batch.Starts);
        return norm.call(x);
    }

    public override IModel Freeze(Vocabulary users, Vocabulary items) =>
        new SasRecModel(users, items, new(item.weight.Copied(), position.weight.Copied(), [.. blocks.Select(b => b.Freeze())], norm.weight!.Copied(), norm.bias!.Copied(), _options.Width, _options.Heads, []) { Kinds = _kinds is null ? null : (_kinds, kind!.weight.Copied()) });
}

/// <summary>One pre-norm block over packed sequences: attention, then two dense layers at every place.</summary>
internal sealed class TransformerBlock : Module<Tensor, long[], Tensor>
{
    private readonly int _heads;
    private readonly double _dropout;
    private readonly bool _causal;
    private readonly LayerNorm norm1, norm2;
    private readonly Linear qkv, output, inner, outer;
    private readonly Dropout drop;

    /// <param name="causal">A place sees itself and what lies before it; else its whole sequence.</param>
    public TransformerBlock(int width, int heads, double dropout, bool causal = true) : base("TransformerBlock")
    {
        (_heads, _dropout, _causal) = (heads, dropout, causal);
        norm1 = LayerNorm(width);
        norm2 = LayerNorm(width);
        qkv = Linear(width, 3 * width);
        output = Linear(width, width);
        inner = Linear(width, width);
        outer = Linear(width, width);
        drop = Dropout(dropout);
        RegisterComponents();
        foreach (var layer in (Linear[])[qkv, output, inner, outer])
        {
            init.xavier_uniform_(layer.weight);
            init.zeros_(layer.bias!);
        }
    }

    public override Tensor forward(Tensor x, long[] starts)
    {
        var (sides, share) = (qkv.call(norm1.call(x)), training ? _dropout : 0);
        x = x + drop.call(output.call(_causal ? Kernels.CausalAttention(sides, starts, _heads, share) : Kernels.PaddedAttention(sides, starts, _heads, share, causal: false)));
        return x + drop.call(outer.call(drop.call(F.relu(inner.call(norm2.call(x))))));
    }

    public FrozenBlock.Arrays Freeze() => new(norm1.weight!.Copied(), norm1.bias!.Copied(), qkv.weight.Copied(), qkv.bias!.Copied(), output.weight.Copied(), output.bias!.Copied(),
        norm2.weight!.Copied(), norm2.bias!.Copied(), inner.weight.Copied(), inner.bias!.Copied(), outer.weight.Copied(), outer.bias!.Copied());
}
