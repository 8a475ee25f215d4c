namespace TorchSharp;

public static partial class torch
{
    /// <summary>One axis of an index: a position, or everything.</summary>
    public readonly struct TensorIndex
    {
        internal readonly long? Position;

        private TensorIndex(long? position) => Position = position;

        /// <summary>Everything along this axis.</summary>
        public static TensorIndex Colon { get; } = new(null);

        public static implicit operator TensorIndex(long value) => new(value);
    }
}
