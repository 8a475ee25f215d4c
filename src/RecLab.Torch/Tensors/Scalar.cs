using RecLab.Torch.Native;

namespace TorchSharp;

/// <summary>A number that keeps its kind, so that libtorch promotes types as it was written: 1 stays an integer, 1.0 is floating.</summary>
public sealed class Scalar
{
    internal readonly NativeScalar Native;

    private Scalar(long bits, int kind) => Native = new(bits, kind);

    public static implicit operator Scalar(int value) => new(value, 0);
    public static implicit operator Scalar(long value) => new(value, 0);
    public static implicit operator Scalar(float value) => new(BitConverter.DoubleToInt64Bits(value), 1);
    public static implicit operator Scalar(double value) => new(BitConverter.DoubleToInt64Bits(value), 1);
    public static implicit operator Scalar(bool value) => new(value ? 1 : 0, 2);
}
