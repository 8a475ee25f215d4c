// Arithmetic, reductions, shapes and selection.
#include "shim.h"

#define UNARY(name, expression) RL_API Handle rl_##name(Handle a) { return rl_wrap([&] { return expression; }); }
#define BINARY(name, expression) RL_API Handle rl_##name(Handle a, Handle b) { return rl_wrap([&] { return expression; }); }
#define WITH_SCALAR(name, expression) RL_API Handle rl_##name(Handle a, RlScalar s) { return rl_wrap([&] { return expression; }); }

UNARY(neg, at::neg(*a))
UNARY(exp, at::exp(*a))
UNARY(log, at::log(*a))
UNARY(sqrt, at::sqrt(*a))
UNARY(tanh, at::tanh(*a))
UNARY(sigmoid, at::sigmoid(*a))
UNARY(relu, at::relu(*a))
UNARY(gelu, at::gelu(*a))
UNARY(log_sigmoid, at::log_sigmoid(*a))
UNARY(t, a->t())
UNARY(contiguous, a->contiguous())
UNARY(clone, a->clone())
UNARY(mean_all, at::mean(*a))
UNARY(sum_all, at::sum(*a))
UNARY(isfinite, at::isfinite(*a))
UNARY(squeeze_all, a->squeeze())

BINARY(add, at::add(*a, *b))
BINARY(sub, at::sub(*a, *b))
BINARY(mul, at::mul(*a, *b))
BINARY(div, at::div(*a, *b))
BINARY(eq, at::eq(*a, *b))
BINARY(matmul, at::matmul(*a, *b))
BINARY(mm, a->is_sparse() ? at::_sparse_mm(*a, *b) : at::mm(*a, *b))
BINARY(bmm, at::bmm(*a, *b))

WITH_SCALAR(add_s, at::add(*a, s.get()))
WITH_SCALAR(sub_s, at::sub(*a, s.get()))
WITH_SCALAR(rsub_s, at::rsub(*a, s.get()))
WITH_SCALAR(mul_s, at::mul(*a, s.get()))
WITH_SCALAR(rdiv_s, at::mul(at::reciprocal(*a), s.get()))
WITH_SCALAR(pow_s, at::pow(*a, s.get()))
WITH_SCALAR(gt_s, at::gt(*a, s.get()))

RL_API Handle rl_div_s(Handle a, RlScalar s, int rounding) {
  return rl_wrap([&] {
    if (rounding == 1) return at::div(*a, s.get(), "trunc");
    if (rounding == 2) return at::div(*a, s.get(), "floor");
    return at::div(*a, s.get());
  });
}
RL_API Handle rl_to(Handle a, int type, int device, int copy, int non_blocking) {
  return rl_wrap([&] {
    return a->to(device == -2 ? a->device() : rl_device(device), type < 0 ? a->scalar_type() : (at::ScalarType)type, non_blocking != 0, copy != 0);
  });
}
RL_API Handle rl_sum_dim(Handle a, int64_t dim, int keep, int type) {
  return rl_wrap([&] { return type < 0 ? at::sum(*a, {dim}, keep != 0) : at::sum(*a, {dim}, keep != 0, (at::ScalarType)type); });
}
RL_API Handle rl_mean_dims(Handle a, const int64_t* dims, int n, int keep, int type) {
  return rl_wrap([&] { return type < 0 ? at::mean(*a, rl_dims(dims, n), keep != 0) : at::mean(*a, rl_dims(dims, n), keep != 0, (at::ScalarType)type); });
}
RL_API int rl_topk(Handle a, int64_t k, int64_t dim, int largest, int sorted, Handle* values, Handle* indices) {
  return rl_run([&] {
    auto [v, i] = at::topk(*a, k, dim, largest != 0, sorted != 0);
    *values = rl_new(v);
    *indices = rl_new(i);
  });
}
RL_API Handle rl_view(Handle a, const int64_t* dims, int n) { return rl_wrap([&] { return a->view(rl_dims(dims, n)); }); }
RL_API Handle rl_reshape(Handle a, const int64_t* dims, int n) { return rl_wrap([&] { return a->reshape(rl_dims(dims, n)); }); }
RL_API Handle rl_transpose(Handle a, int64_t i, int64_t j) { return rl_wrap([&] { return a->transpose(i, j); }); }
RL_API Handle rl_squeeze(Handle a, int64_t dim) { return rl_wrap([&] { return a->squeeze(dim); }); }
RL_API Handle rl_unsqueeze(Handle a, int64_t dim) { return rl_wrap([&] { return a->unsqueeze(dim); }); }
RL_API Handle rl_flatten(Handle a, int64_t start, int64_t end) { return rl_wrap([&] { return a->flatten(start, end); }); }
RL_API Handle rl_select(Handle a, int64_t dim, int64_t index) { return rl_wrap([&] { return a->select(dim, index); }); }
RL_API Handle rl_triu(Handle a, int64_t diagonal) { return rl_wrap([&] { return at::triu(*a, diagonal); }); }
RL_API Handle rl_index_select(Handle a, int64_t dim, Handle index) { return rl_wrap([&] { return at::index_select(*a, dim, *index); }); }
RL_API Handle rl_gather(Handle a, int64_t dim, Handle index) { return rl_wrap([&] { return at::gather(*a, dim, *index); }); }
RL_API Handle rl_masked_fill(Handle a, Handle mask, RlScalar value) { return rl_wrap([&] { return at::masked_fill(*a, *mask, value.get()); }); }
RL_API Handle rl_cat(Handle* list, int n, int64_t dim) { return rl_wrap([&] { return at::cat(rl_list(list, n), dim); }); }
RL_API Handle rl_stack(Handle* list, int n, int64_t dim) { return rl_wrap([&] { return at::stack(rl_list(list, n), dim); }); }

// In place: the tensor itself is changed, nothing new is handed out.
RL_API int rl_normal_(Handle a, double mean, double std) { return rl_run([&] { a->normal_(mean, std); }); }
RL_API int rl_uniform_(Handle a, double low, double high) { return rl_run([&] { a->uniform_(low, high); }); }
RL_API int rl_fill_(Handle a, RlScalar value) { return rl_run([&] { a->fill_(value.get()); }); }
