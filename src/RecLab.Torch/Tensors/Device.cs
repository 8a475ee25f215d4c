using System.Globalization;
using RecLab.Torch;
using RecLab.Torch.Native;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Where a tensor lives: "cpu", "cuda" (the first card) or "cuda:1".</summary>
    public sealed class Device : IEquatable<Device>
    {
        /// <exception cref="TorchException">The description names no device.</exception>
        public Device(string description)
        {
            var parts = description.Split(':');
            type = parts[0] switch
            {
                "cpu" => DeviceType.CPU,
                "cuda" => DeviceType.CUDA,
                _ => throw new TorchException($"'{description}' is not a device: use cpu, cuda or cuda:N."),
            };
            var card = type == DeviceType.CPU ? -1 : 0;
            if (parts.Length > 2 || (parts.Length == 2 && (type == DeviceType.CPU || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out card))))
                throw new TorchException($"'{description}' is not a device: use cpu, cuda or cuda:N.");
            index = card;
        }

        internal Device(int code) { type = code < 0 ? DeviceType.CPU : DeviceType.CUDA; index = code; }

        public DeviceType type { get; }

        /// <summary>Which card; -1 for the processor.</summary>
        public int index { get; }

        internal int Code => index;

        public bool Equals(Device? other) => other is not null && other.index == index;
        public override bool Equals(object? obj) => Equals(obj as Device);
        public override int GetHashCode() => index;
        public override string ToString() => index < 0 ? "cpu" : $"cuda:{index.ToString(CultureInfo.InvariantCulture)}";
    }

    public static readonly Device CPU = new(-1);
    public static Device CUDA { get; } = new(0);

    public static Device device(string description) => new(description);

    /// <summary>NVIDIA cards.</summary>
    public static class cuda
    {
        public static bool is_available() => device_count() > 0;
        public static int device_count() => Api.rl_cuda_count();
    }
}
