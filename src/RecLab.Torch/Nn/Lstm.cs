using System.Globalization;
using RecLab.Torch.Native;
using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Long short-term memory (Hochreiter and Schmidhuber 1997, with forget gates): i, f, o = s(W x + U h), g = tanh(W_g x + U_g h), c' = f c + i g, h' = o tanh(c').</summary>
public sealed class LSTM : nn.Module
{
    private readonly List<Parameter> _weights = [];
    private readonly long _hidden, _layers;
    private readonly bool _bias, _batchFirst, _bidirectional;
    private readonly double _dropout;

    internal LSTM(long inputs, long hidden, long layers, bool bias, bool batchFirst, double dropout, bool bidirectional, Device? device, ScalarType? dtype) : base(nameof(LSTM))
    {
        (_hidden, _layers, _bias, _batchFirst, _dropout, _bidirectional) = (hidden, layers, bias, batchFirst, dropout, bidirectional);
        var directions = bidirectional ? 2 : 1;
        for (var layer = 0; layer < layers; layer++)
            for (var direction = 0; direction < directions; direction++)
            {
                var tail = $"_l{layer.ToString(CultureInfo.InvariantCulture)}{(direction == 1 ? "_reverse" : "")}";
                Add("weight_ih" + tail, [4 * hidden, layer == 0 ? inputs : hidden * directions], device, dtype);
                Add("weight_hh" + tail, [4 * hidden, hidden], device, dtype);
                if (!bias) continue;
                Add("bias_ih" + tail, [4 * hidden], device, dtype);
                Add("bias_hh" + tail, [4 * hidden], device, dtype);
            }
    }

    private void Add(string name, long[] shape, Device? device, ScalarType? dtype)
    {
        var weight = Parameter.OfShape(shape, 0, device, dtype);
        nn.init.Uniform(weight, 1 / Math.Sqrt(_hidden));
        register_parameter(name, weight);
        _weights.Add(weight);
    }

    /// <summary>The outputs at every step, and the last hidden and cell state of every layer.</summary>
    public unsafe (Tensor, Tensor, Tensor) call(Tensor input, (Tensor, Tensor)? h0_c0 = null)
    {
        var shape = input.shape;
        Tensor Nothing() => zeros([_layers * (_bidirectional ? 2 : 1), shape[_batchFirst ? 0 : 1], _hidden], input.dtype, input.device);
        var (hidden, cell) = h0_c0 ?? (Nothing(), Nothing());
        var handles = new nint[_weights.Count];
        for (var i = 0; i < handles.Length; i++) handles[i] = _weights[i].Handle;
        nint y, h, c;
        fixed (nint* p = handles)
            Api.Check(Api.rl_lstm(input.Handle, hidden.Handle, cell.Handle, p, handles.Length, _bias ? 1 : 0, _layers, _dropout, training ? 1 : 0, _bidirectional ? 1 : 0, _batchFirst ? 1 : 0, out y, out h, out c));
        GC.KeepAlive(cell);
        return (Tensor.Of(y, input, hidden, _weights), Tensor.Of(h, input, hidden, _weights), Tensor.Of(c, input, hidden, _weights));
    }
}
