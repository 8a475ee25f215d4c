using System.Runtime.InteropServices;

namespace RecLab.Torch.Native;

internal static unsafe partial class Api
{
    [LibraryImport(Shim)] internal static partial nint rl_neg(nint a);
    [LibraryImport(Shim)] internal static partial nint rl_exp(nint a);
    [LibraryImport(Shim)] internal static partial nint rl_log(nint a);
    [LibraryImport(Shim)] internal static partial nint rl_sqrt(nint a);
    [LibraryImport(Shim)] internal static partial nint rl_tanh(nint a);
    [LibraryImport(Shim)] internal static partial nint rl_sigmoid(nint a);
    [LibraryImport(Shim)] internal static partial nint rl_relu(nint a);
    [LibraryImport(Shim)] internal static partial nint rl_gelu(nint a);
    [LibraryImport(Shim)] internal static partial nint rl_log_sigmoid(nint a);
    [LibraryImport(Shim)] internal static partial nint rl_t(nint a);
    [LibraryImport(Shim)] internal static partial nint rl_contiguous(nint a);
    [LibraryImport(Shim)] internal static partial nint rl_clone(nint a);
    [LibraryImport(Shim)] internal static partial nint rl_mean_all(nint a);
    [LibraryImport(Shim)] internal static partial nint rl_sum_all(nint a);
    [LibraryImport(Shim)] internal static partial nint rl_squeeze_all(nint a);
    [LibraryImport(Shim)] internal static partial nint rl_add(nint a, nint b);
    [LibraryImport(Shim)] internal static partial nint rl_sub(nint a, nint b);
    [LibraryImport(Shim)] internal static partial nint rl_mul(nint a, nint b);
    [LibraryImport(Shim)] internal static partial nint rl_div(nint a, nint b);
    [LibraryImport(Shim)] internal static partial nint rl_matmul(nint a, nint b);
    [LibraryImport(Shim)] internal static partial nint rl_mm(nint a, nint b);
    [LibraryImport(Shim)] internal static partial nint rl_bmm(nint a, nint b);
    [LibraryImport(Shim)] internal static partial nint rl_add_s(nint a, NativeScalar s);
    [LibraryImport(Shim)] internal static partial nint rl_sub_s(nint a, NativeScalar s);
    [LibraryImport(Shim)] internal static partial nint rl_rsub_s(nint a, NativeScalar s);
    [LibraryImport(Shim)] internal static partial nint rl_mul_s(nint a, NativeScalar s);
    [LibraryImport(Shim)] internal static partial nint rl_rdiv_s(nint a, NativeScalar s);
    [LibraryImport(Shim)] internal static partial nint rl_pow_s(nint a, NativeScalar s);
    [LibraryImport(Shim)] internal static partial nint rl_gt_s(nint a, NativeScalar s);
    [LibraryImport(Shim)] internal static partial nint rl_div_s(nint a, NativeScalar s, int rounding);
    [LibraryImport(Shim)] internal static partial nint rl_to(nint a, int type, int device, int copy, int nonBlocking);
    [LibraryImport(Shim)] internal static partial nint rl_sum_dim(nint a, long dim, int keep, int type);
    [LibraryImport(Shim)] internal static partial nint rl_mean_dims(nint a, long* dims, int n, int keep, int type);
    [LibraryImport(Shim)] internal static partial int rl_topk(nint a, long k, long dim, int largest, int sorted, out nint values, out nint indices);
    [LibraryImport(Shim)] internal static partial nint rl_view(nint a, long* dims, int n);
    [LibraryImport(Shim)] internal static partial nint rl_reshape(nint a, long* dims, int n);
    [LibraryImport(Shim)] internal static partial nint rl_transpose(nint a, long i, long j);
    [LibraryImport(Shim)] internal static partial nint rl_squeeze(nint a, long dim);
    [LibraryImport(Shim)] internal static partial nint rl_unsqueeze(nint a, long dim);
    [LibraryImport(Shim)] internal static partial nint rl_flatten(nint a, long start, long end);
    [LibraryImport(Shim)] internal static partial nint rl_select(nint a, long dim, long index);
    [LibraryImport(Shim)] internal static partial nint rl_triu(nint a, long diagonal);
    [LibraryImport(Shim)] internal static partial nint rl_index_select(nint a, long dim, nint index);
    [LibraryImport(Shim)] internal static partial nint rl_gather(nint a, long dim, nint index);
    [LibraryImport(Shim)] internal static partial nint rl_masked_fill(nint a, nint mask, NativeScalar value);
    [LibraryImport(Shim)] internal static partial nint rl_cat(nint* list, int n, long dim);
    [LibraryImport(Shim)] internal static partial nint rl_stack(nint* list, int n, long dim);
    [LibraryImport(Shim)] internal static partial int rl_normal_(nint a, double mean, double std);
    [LibraryImport(Shim)] internal static partial int rl_uniform_(nint a, double low, double high);
    [LibraryImport(Shim)] internal static partial int rl_fill_(nint a, NativeScalar value);

    [LibraryImport(Shim)] internal static partial nint rl_linear(nint x, nint weight, nint bias);
    [LibraryImport(Shim)] internal static partial nint rl_embedding(nint weight, nint index, long padding, int scaleByFrequency, int sparse);
    [LibraryImport(Shim)] internal static partial nint rl_layer_norm(nint x, long* dims, int n, nint weight, nint bias, double eps);
    [LibraryImport(Shim)] internal static partial nint rl_softmax(nint x, long dim, int type);
    [LibraryImport(Shim)] internal static partial nint rl_log_softmax(nint x, long dim);
    [LibraryImport(Shim)] internal static partial nint rl_normalize(nint x, double p, long dim, double eps);
    [LibraryImport(Shim)] internal static partial nint rl_cross_entropy(nint x, nint target, nint weight, int reduction, long ignore, double smoothing);
    [LibraryImport(Shim)] internal static partial nint rl_bce_with_logits(nint x, nint target, nint weight, nint positive, int reduction);
    [LibraryImport(Shim)] internal static partial int rl_gru(nint x, nint h0, nint* weights, int n, int bias, long layers, double dropout, int train, int bidirectional, int batchFirst, out nint y, out nint h);
    [LibraryImport(Shim)] internal static partial nint rl_dropout(nint x, double p, int train);

    [LibraryImport(Shim)] internal static partial nint rl_optimizer(int kind, nint* parameters, int n, double lr, double beta1, double beta2, double eps, double decay, int amsgrad, int maximize, double momentum, double dampening, int nesterov);
    [LibraryImport(Shim)] internal static partial void rl_optimizer_free(nint o);
    [LibraryImport(Shim)] internal static partial void rl_optimizer_set_lr(nint o, double lr);
    [LibraryImport(Shim)] internal static partial long rl_optimizer_steps(nint o);
    [LibraryImport(Shim)] internal static partial void rl_optimizer_set_steps(nint o, long steps);
    [LibraryImport(Shim)] internal static partial int rl_optimizer_zero_grad(nint o);
    [LibraryImport(Shim)] internal static partial int rl_optimizer_step(nint o);
    [LibraryImport(Shim)] internal static partial nint rl_optimizer_moment(nint o, int slot, int i);
    [LibraryImport(Shim)] internal static partial int rl_optimizer_set_moment(nint o, int slot, int i, nint value);
    [LibraryImport(Shim)] internal static partial int rl_clip_grad_norm(nint* parameters, int n, double maxNorm, double normType, out double found);
}
