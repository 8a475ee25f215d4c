using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using RecLab.Torch.Native;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>An array of numbers in native memory, with the operations that made it remembered for the backward pass. Freed by
    /// <see cref="Dispose"/>, by the dispose scope it was made in, or in the end by the finalizer.</summary>
    public partial class Tensor : IDisposable
    {
        private nint _handle;

        internal Tensor(nint handle, bool scoped = true)
        {
            _handle = Api.Check(handle);
            if (scoped) DisposeScope.Current?.Own(this);
        }

        ~Tensor() => Release();

        internal DisposeScope? Scope { get; set; }

        /// <exception cref="ObjectDisposedException">It was freed.</exception>
        internal nint Handle => _handle != 0 ? _handle : throw new ObjectDisposedException(nameof(Tensor), "The tensor was already freed, by itself or by the scope that owned it.");

        public void Dispose()
        {
            Release();
            GC.SuppressFinalize(this);
        }

        private void Release()
        {
            var handle = Interlocked.Exchange(ref _handle, 0);
            if (handle != 0) Api.rl_free(handle);
        }

        /// <summary>Wraps a result. The arguments stay alive until the native call that used them has returned.</summary>
        internal static Tensor Of(nint handle, object a, object? b = null, object? c = null, object? d = null, object? e = null)
        {
            GC.KeepAlive(a); GC.KeepAlive(b); GC.KeepAlive(c); GC.KeepAlive(d); GC.KeepAlive(e);
            return new(handle);
        }

        public unsafe long[] shape
        {
            get
            {
                var dims = new long[Api.rl_ndim(Handle)];
                fixed (long* p = dims) Api.rl_shape(Handle, p);
                GC.KeepAlive(this);
                return dims;
            }
        }

        public ScalarType dtype { get { var type = Api.rl_dtype(Handle); GC.KeepAlive(this); return (ScalarType)type; } }

        public Device device { get { var code = Api.rl_device_of(Handle); GC.KeepAlive(this); return new(code); } }

        public bool requires_grad
        {
            get { var on = Api.rl_is_leaf_grad(Handle); GC.KeepAlive(this); return on != 0; }
            set { Api.Check(Api.rl_set_requires_grad(Handle, value ? 1 : 0)); GC.KeepAlive(this); }
        }

        /// <summary>What the last backward pass left for this leaf, or null.</summary>
        public Tensor? grad
        {
            get
            {
                var handle = Api.rl_grad(Handle);
                GC.KeepAlive(this);
                return handle == 0 ? null : new(handle);
            }
        }

        public long numel() { var count = Api.rl_numel(Handle); GC.KeepAlive(this); return count; }

        /// <summary>The length of one axis; negative axes count from the end.</summary>
        public long size(int dim)
        {
            var dims = shape;
            return dims[dim < 0 ? dims.Length + dim : dim];
        }

        /// <summary>Adds d(this)/d(leaf) to every leaf's <see cref="grad"/>; this is one number.</summary>
        public void backward() { Api.Check(Api.rl_backward(Handle)); GC.KeepAlive(this); }

        /// <summary>The one element as a plain number.</summary>
        public T item<T>() where T : unmanaged
        {
            if (typeof(T) == typeof(float) || typeof(T) == typeof(double))
            {
                Api.Check(Api.rl_item_double(Handle, out var real));
                GC.KeepAlive(this);
                return typeof(T) == typeof(float) ? Unsafe.BitCast<float, T>((float)real) : Unsafe.BitCast<double, T>(real);
            }
            Api.Check(Api.rl_item_long(Handle, out var whole));
            GC.KeepAlive(this);
            return (T)Convert.ChangeType(whole, typeof(T), System.Globalization.CultureInfo.InvariantCulture);
        }

        /// <summary>The elements in row-major order.</summary>
        /// <exception cref="InvalidOperationException">T is not the element type.</exception>
        public Utils.TensorAccessor<T> data<T>() where T : unmanaged
        {
            if (TypeOf<T>() != dtype) throw new InvalidOperationException($"The tensor holds {dtype}, not {typeof(T).Name}.");
            return new(this);
        }

        internal unsafe T[] CopyOut<T>() where T : unmanaged
        {
            var copy = new T[numel()];
            fixed (T* p = copy) Api.Check(Api.rl_copy_out(Handle, p, (long)copy.Length * sizeof(T)));
            GC.KeepAlive(this);
            return copy;
        }

        internal unsafe void CopyIn<T>(ReadOnlySpan<T> values) where T : unmanaged
        {
            fixed (T* p = values) Api.Check(Api.rl_copy_in(Handle, p, (long)values.Length * sizeof(T)));
            GC.KeepAlive(this);
        }

        internal static ScalarType TypeOf<T>() where T : unmanaged => Type.GetTypeCode(typeof(T)) switch
        {
            TypeCode.Byte => ScalarType.Byte, TypeCode.SByte => ScalarType.Int8, TypeCode.Int16 => ScalarType.Int16, TypeCode.Int32 => ScalarType.Int32,
            TypeCode.Int64 => ScalarType.Int64, TypeCode.Single => ScalarType.Float32, TypeCode.Double => ScalarType.Float64, TypeCode.Boolean => ScalarType.Bool,
            _ => throw new InvalidOperationException($"Tensors hold no {typeof(T).Name}."),
        };

        /// <summary>Keeps this tensor beyond the scope it was made in.</summary>
        public Tensor MoveToOuterDisposeScope()
        {
            Scope?.HandOut(this);
            return this;
        }

        public override string ToString() => _handle == 0 ? "freed tensor" : $"[{string.Join("x", shape)}], type = {dtype}, device = {device}";
    }
}

/// <summary>Plain numbers out of tensors.</summary>
public static class TensorExtensionMethods
{
    /// <summary>The one element.</summary>
    public static double ToDouble(this torch.Tensor value) => value.item<double>();
}
