using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace RecLab.Recommenders.Neural;

/// <summary>What a dense layer's outputs go through before the next.</summary>
public enum Activation
{
    /// <summary>max(0, x).</summary>
    Relu,

    /// <summary>x / (1 + e^-x), also called swish (Elfwing, Uchibe and Doya 2018, Neural Networks; Ramachandran, Zoph and Le 2017, arXiv 1710.05941).</summary>
    Silu,

    /// <summary>(e^x - e^-x) / (e^x + e^-x).</summary>
    Tanh,
}

/// <summary>Activations while training and in served models.</summary>
internal static class Activations
{
    public static Tensor Of(this Activation activation, Tensor x) => activation switch
    {
        Activation.Silu => x * x.sigmoid(),
        Activation.Tanh => tanh(x),
        _ => F.relu(x),
    };

    /// <summary>In place.</summary>
    public static void Of(this Activation activation, Span<float> x)
    {
        switch (activation)
        {
            case Activation.Silu:
                Span<float> gate = stackalloc float[512];
                for (; x.Length > 0; x = x[Math.Min(512, x.Length)..])
                {
                    var part = x[..Math.Min(512, x.Length)];
                    TensorPrimitives.Sigmoid(part, gate);
                    TensorPrimitives.Multiply(part, gate[..part.Length], part);
                }
                break;
            case Activation.Tanh:
                TensorPrimitives.Tanh(x, x);
                break;
            default:
                TensorPrimitives.Max(x, 0f, x);
                break;
        }
    }
}
