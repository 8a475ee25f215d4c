using System.Collections;
using System.Globalization;
using RecLab.Torch;
using RecLab.Torch.Native;
using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>A tensor that is learnt. It belongs to its module, never to a dispose scope.</summary>
public sealed class Parameter : Tensor
{
    public Parameter(Tensor data, bool requires_grad = true) : base(Api.rl_detach(data.Handle), scoped: false)
    {
        GC.KeepAlive(data);
        this.requires_grad = requires_grad;
    }

    /// <summary>A parameter of a shape, to be filled by an initialiser.</summary>
    internal static unsafe Parameter OfShape(long[] shape, double value, Device? device, ScalarType? dtype)
    {
        fixed (long* p = shape)
        {
            using var data = new Tensor(Api.rl_full(p, shape.Length, ((Scalar)value).Native, Code(dtype), device?.Code ?? -1, 0), scoped: false);
            return new(data);
        }
    }
}

/// <summary>y = x W' + b, W and b from U(-1/sqrt(in), 1/sqrt(in)).</summary>
public sealed class Linear : nn.Module<Tensor, Tensor>
{
    internal Linear(long inputs, long outputs, bool hasBias, Device? device, ScalarType? dtype) : base(nameof(Linear))
    {
        var bound = 1 / Math.Sqrt(inputs);
        weight = Parameter.OfShape([outputs, inputs], 0, device, dtype);
        nn.init.Uniform(weight, bound);
        register_parameter(nameof(weight), weight);
        if (!hasBias) return;
        bias = Parameter.OfShape([outputs], 0, device, dtype);
        nn.init.Uniform(bias, bound);
        register_parameter(nameof(bias), bias);
    }

    public Parameter weight { get; }
    public Parameter? bias { get; }

    public override Tensor forward(Tensor input) => Tensor.Of(Api.rl_linear(input.Handle, weight.Handle, bias?.Handle ?? 0), input, weight, bias);
}

/// <summary>A row of the table per index; N(0, 1) at first. The padding row is zero and gets no gradient.</summary>
public sealed class Embedding : nn.Module<Tensor, Tensor>
{
    private readonly long _padding;
    private readonly bool _byFrequency, _sparse;

    internal Embedding(long count, long width, long? padding, double? maxNorm, bool byFrequency, bool sparse, Device? device, ScalarType? dtype) : base(nameof(Embedding))
    {
        if (maxNorm is not null) throw new TorchException("Embeddings with max_norm are not part of this subset.");
        (_padding, _byFrequency, _sparse) = (padding is { } p && p < 0 ? p + count : padding ?? -1, byFrequency, sparse);
        weight = Parameter.OfShape([count, width], 0, device, dtype);
        nn.init.normal_(weight);
        using (no_grad())
            if (_padding >= 0) { using var row = weight[_padding]; row.zero_(); }
        register_parameter(nameof(weight), weight);
    }

    public Parameter weight { get; }

    public override Tensor forward(Tensor input) => Tensor.Of(Api.rl_embedding(weight.Handle, input.Handle, _padding, _byFrequency ? 1 : 0, _sparse ? 1 : 0), input, weight);
}

/// <summary>(x - mean) / sqrt(variance + eps) * w + b over the last axis (Ba, Kiros, Hinton 2016).</summary>
public sealed class LayerNorm : nn.Module<Tensor, Tensor>
{
    private readonly long _width;
    private readonly double _eps;

    internal LayerNorm(long width, double eps, bool affine, bool hasBias, Device? device, ScalarType? dtype) : base(nameof(LayerNorm))
    {
        (_width, _eps) = (width, eps);
        if (!affine) return;
        weight = Parameter.OfShape([width], 1, device, dtype);
        register_parameter(nameof(weight), weight);
        if (!hasBias) return;
        bias = Parameter.OfShape([width], 0, device, dtype);
        register_parameter(nameof(bias), bias);
    }

    public Parameter? weight { get; }
    public Parameter? bias { get; }

    public override unsafe Tensor forward(Tensor input)
    {
        var width = _width;
        return Tensor.Of(Api.rl_layer_norm(input.Handle, &width, 1, weight?.Handle ?? 0, bias?.Handle ?? 0, _eps), input, weight, bias);
    }
}

/// <summary>While training, zeroes each element with probability p and scales the rest by 1/(1 - p).</summary>
public sealed class Dropout : nn.Module<Tensor, Tensor>
{
    private readonly double _p;
    internal Dropout(double p) : base(nameof(Dropout)) => _p = p;
    public override Tensor forward(Tensor input) => Tensor.Of(Api.rl_dropout(input.Handle, _p, training ? 1 : 0), input);
}

/// <summary>max(0, x).</summary>
public sealed class ReLU : nn.Module<Tensor, Tensor>
{
    internal ReLU() : base(nameof(ReLU)) { }
    public override Tensor forward(Tensor input) => nn.functional.relu(input);
}

/// <summary>x times the normal distribution function of x (the exact form, with erf).</summary>
public sealed class GELU : nn.Module<Tensor, Tensor>
{
    internal GELU() : base(nameof(GELU)) { }
    public override Tensor forward(Tensor input) => Tensor.Of(Api.rl_gelu(input.Handle), input);
}

/// <summary>Parts applied one after the other.</summary>
public sealed class Sequential : nn.Module<Tensor, Tensor>
{
    private readonly nn.Module<Tensor, Tensor>[] _steps;

    internal Sequential((string name, nn.Module<Tensor, Tensor> submodule)[] modules) : base(nameof(Sequential))
    {
        _steps = [.. modules.Select(m => m.submodule)];
        foreach (var (name, part) in modules) register_module(name, part);
    }

    public override Tensor forward(Tensor input) => _steps.Aggregate(input, (x, step) => step.call(x));
}

/// <summary>Parts in a list, named by their numbers.</summary>
public sealed class ModuleList<T> : nn.Module, IEnumerable<T> where T : nn.Module
{
    private readonly T[] _parts;

    internal ModuleList(T[] modules) : base(nameof(ModuleList<T>))
    {
        _parts = modules;
        for (var i = 0; i < modules.Length; i++) register_module(i.ToString(CultureInfo.InvariantCulture), modules[i]);
    }

    public IEnumerator<T> GetEnumerator() => _parts.AsEnumerable().GetEnumerator();
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
