using RecLab.Torch.Native;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor cpu() => Of(Api.rl_to(Handle, -1, -1, 0, 0), this);

        public Tensor to(ScalarType type, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            Moved((int)type, -2, copy, disposeAfter, non_blocking);

        public Tensor to(ScalarType type, Device device, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            Moved((int)type, device.Code, copy, disposeAfter, non_blocking);

        public Tensor to(Device device, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            Moved(-1, device.Code, copy, disposeAfter, non_blocking);

        public Tensor to_type(ScalarType type, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            Moved((int)type, -2, copy, disposeAfter, non_blocking);

        private Tensor Moved(int type, int device, bool copy, bool disposeAfter, bool nonBlocking)
        {
            var moved = Of(Api.rl_to(Handle, type, device, copy ? 1 : 0, nonBlocking ? 1 : 0), this);
            if (disposeAfter) Dispose();
            return moved;
        }

        public unsafe Tensor view(params long[] shape) { fixed (long* p = shape) return Of(Api.rl_view(Handle, p, shape.Length), this); }
        public unsafe Tensor reshape(params long[] shape) { fixed (long* p = shape) return Of(Api.rl_reshape(Handle, p, shape.Length), this); }
        public Tensor transpose(long dim0, long dim1) => Of(Api.rl_transpose(Handle, dim0, dim1), this);
        public Tensor t() => Of(Api.rl_t(Handle), this);
        public Tensor squeeze(long? dim = null) => Of(dim is { } axis ? Api.rl_squeeze(Handle, axis) : Api.rl_squeeze_all(Handle), this);
        public Tensor unsqueeze(long dim) => Of(Api.rl_unsqueeze(Handle, dim), this);
        public Tensor flatten(long start_dim = 0, long end_dim = -1) => Of(Api.rl_flatten(Handle, start_dim, end_dim), this);
        public Tensor contiguous() => Of(Api.rl_contiguous(Handle), this);
        public Tensor detach() => Of(Api.rl_detach(Handle), this);
        public Tensor clone() => Of(Api.rl_clone(Handle), this);
        public Tensor triu(long diagonal = 0) => Of(Api.rl_triu(Handle, diagonal), this);

        /// <summary>One slice along the first axis: a view, so that writing to it writes here.</summary>
        public Tensor this[long i1] => Of(Api.rl_select(Handle, 0, i1), this);

        public Tensor this[long i1, long i2] => this[[(TensorIndex)i1, (TensorIndex)i2]];

        public Tensor this[params TensorIndex[] indices]
        {
            get
            {
                var (result, axis) = (this, 0);
                foreach (var index in indices)
                {
                    if (index.Position is { } position) result = Of(Api.rl_select(result.Handle, axis, position), result);
                    else axis++;
                }
                return ReferenceEquals(result, this) ? Of(Api.rl_to(Handle, -1, -2, 0, 0), this) : result;
            }
        }

        public Tensor index_select(long dim, Tensor index) => Of(Api.rl_index_select(Handle, dim, index.Handle), this, index);
        public Tensor gather(long dim, Tensor index) => Of(Api.rl_gather(Handle, dim, index.Handle), this, index);
        public Tensor masked_fill(Tensor mask, Scalar value) => Of(Api.rl_masked_fill(Handle, mask.Handle, value.Native), this, mask);

        public Tensor matmul(Tensor target) => Of(Api.rl_matmul(Handle, target.Handle), this, target);
        public Tensor bmm(Tensor batch2) => Of(Api.rl_bmm(Handle, batch2.Handle), this, batch2);
        public Tensor mul(Tensor target) => Of(Api.rl_mul(Handle, target.Handle), this, target);
        public Tensor div(Scalar target, RoundingMode rounding_mode = RoundingMode.None) => Of(Api.rl_div_s(Handle, target.Native, (int)rounding_mode), this);
        public Tensor pow(Scalar exponent) => Of(Api.rl_pow_s(Handle, exponent.Native), this);
        public Tensor exp() => Of(Api.rl_exp(Handle), this);
        public Tensor log() => Of(Api.rl_log(Handle), this);
        public Tensor sqrt() => Of(Api.rl_sqrt(Handle), this);
        public Tensor sigmoid() => Of(Api.rl_sigmoid(Handle), this);
        public Tensor eq(Tensor target) => Of(Api.rl_eq(Handle, target.Handle), this, target);
        public Tensor gt(Scalar target) => Of(Api.rl_gt_s(Handle, target.Native), this);

        public Tensor sum(ScalarType? type = null) => type is { } wanted ? to_type(wanted).sum() : Of(Api.rl_sum_all(Handle), this);
        public Tensor sum(long dim, bool keepdim = false, ScalarType? type = null) => Of(Api.rl_sum_dim(Handle, dim, keepdim ? 1 : 0, Code(type)), this);
        public Tensor mean() => Of(Api.rl_mean_all(Handle), this);
        public unsafe Tensor mean(long[] dimensions, bool keepdim = false, ScalarType? type = null)
        {
            fixed (long* p = dimensions) return Of(Api.rl_mean_dims(Handle, p, dimensions.Length, keepdim ? 1 : 0, Code(type)), this);
        }

        public (Tensor values, Tensor indexes) topk(int k, int dim = -1, bool largest = true, bool sorted = true)
        {
            Api.Check(Api.rl_topk(Handle, k, dim, largest ? 1 : 0, sorted ? 1 : 0, out var values, out var indices));
            return (Of(values, this), Of(indices, this));
        }

        /// <summary>Overwrites every element with a draw from N(mean, std^2).</summary>
        public Tensor normal_(double mean = 0, double std = 1, Generator? generator = null)
        {
            Api.Check(Api.rl_normal_(Handle, mean, std));
            return this;
        }

        public Tensor zero_()
        {
            Api.Check(Api.rl_fill_(Handle, ((Scalar)0).Native));
            return this;
        }

        internal static int Code(ScalarType? type) => type is { } t ? (int)t : -1;
    }
}
