namespace TorchSharp;

public static partial class torch
{
    /// <summary>Element types, with libtorch's codes.</summary>
    public enum ScalarType : sbyte
    {
        Byte = 0, Int8 = 1, Int16 = 2, Int32 = 3, Int64 = 4, Float16 = 5, Float32 = 6, Float64 = 7, Bool = 11, BFloat16 = 15,
    }
}

/// <summary>Kinds of device, with libtorch's codes.</summary>
public enum DeviceType { CPU = 0, CUDA = 1 }

/// <summary>How a division is rounded.</summary>
public enum RoundingMode { None = 0, trunc = 1, floor = 2 }
