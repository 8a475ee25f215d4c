using RecLab.Torch.Native;
using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>First values of parameters, written in place.</summary>
        public static class init
        {
            public static Tensor normal_(Tensor tensor, double mean = 0, double std = 1, Generator? generator = null)
            {
                using var quiet = no_grad();
                return tensor.normal_(mean, std, generator);
            }

            /// <summary>U(-a, a) with a = gain sqrt(6 / (fan in + fan out)) (Glorot and Bengio 2010).</summary>
            public static Tensor xavier_uniform_(Tensor tensor, double gain = 1)
            {
                var dims = tensor.shape;
                if (dims.Length != 2) throw new ArgumentException($"Xavier's bound needs a matrix, the tensor has {dims.Length} axes.", nameof(tensor));
                return Uniform(tensor, gain * Math.Sqrt(6.0 / (dims[0] + dims[1])));
            }

            public static Tensor zeros_(Tensor tensor)
            {
                using var quiet = no_grad();
                return tensor.zero_();
            }

            internal static Tensor Uniform(Tensor tensor, double bound)
            {
                using var quiet = no_grad();
                Api.Check(Api.rl_uniform_(tensor.Handle, -bound, bound));
                GC.KeepAlive(tensor);
                return tensor;
            }
        }

        /// <summary>Between the backward pass and the step.</summary>
        public static class utils
        {
            /// <summary>Scales all gradients so that their joint norm is at most <paramref name="max_norm"/>; gives the norm before.</summary>
            public static unsafe double clip_grad_norm_(IEnumerable<Parameter> tensors, double max_norm, double norm_type = 2)
            {
                var list = tensors.ToArray();
                var handles = Array.ConvertAll(list, p => p.Handle);
                double found;
                fixed (nint* p = handles) Api.Check(Api.rl_clip_grad_norm(p, handles.Length, max_norm, norm_type, out found));
                GC.KeepAlive(list);
                return found;
            }
        }
    }
}
