using System.Globalization;
using RecLab.Torch.Native;
using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Gated recurrent units (Cho et al. 2014): r = s(W_r x + U_r h), z = s(W_z x + U_z h), n = tanh(W_n x + r U_n h), h' = (1 - z) n + z h.</summary>
public sealed class GRU : nn.Module
{
    private readonly List<Parameter> _weights = [];
    private readonly long _hidden, _layers;
    private readonly bool _bias, _batchFirst, _bidirectional;
    private readonly double _dropout;

    internal GRU(long inputs, long hidden, long layers, bool bias, bool batchFirst, double dropout, bool bidirectional, Device? device, ScalarType? dtype) : base(nameof(GRU))
    {
        (_hidden, _layers, _bias, _batchFirst, _dropout, _bidirectional) = (hidden, layers, bias, batchFirst, dropout, bidirectional);
        var directions = bidirectional ? 2 : 1;
        for (var layer = 0; layer < layers; layer++)
            for (var direction = 0; direction < directions; direction++)
            {
                var tail = $"_l{layer.ToString(CultureInfo.InvariantCulture)}{(direction == 1 ? "_reverse" : "")}";
                Add("weight_ih" + tail, [3 * hidden, layer == 0 ? inputs : hidden * directions], device, dtype);
                Add("weight_hh" + tail, [3 * hidden, hidden], device, dtype);
                if (!bias) continue;
                Add("bias_ih" + tail, [3 * hidden], device, dtype);
                Add("bias_hh" + tail, [3 * hidden], device, dtype);
            }
    }

    private void Add(string name, long[] shape, Device? device, ScalarType? dtype)
    {
        var weight = Parameter.OfShape(shape, 0, device, dtype);
        nn.init.Uniform(weight, 1 / Math.Sqrt(_hidden));
        register_parameter(name, weight);
        _weights.Add(weight);
    }

    /// <summary>The outputs at every step, and the last hidden state of every layer.</summary>
    public unsafe (Tensor, Tensor) call(Tensor input, Tensor? h0 = null)
    {
        var shape = input.shape;
        var first = h0 ?? zeros([_layers * (_bidirectional ? 2 : 1), shape[_batchFirst ? 0 : 1], _hidden], input.dtype, input.device);
        var handles = new nint[_weights.Count];
        for (var i = 0; i < handles.Length; i++) handles[i] = _weights[i].Handle;
        nint y, h;
        fixed (nint* p = handles)
            Api.Check(Api.rl_gru(input.Handle, first.Handle, p, handles.Length, _bias ? 1 : 0, _layers, _dropout, training ? 1 : 0, _bidirectional ? 1 : 0, _batchFirst ? 1 : 0, out y, out h));
        return (Tensor.Of(y, input, first, _weights), Tensor.Of(h, input, first, _weights));
    }
}
