// Products of a sparse matrix with a dense one, rows shared out among the threads, forward and backward.
#include "gemm.h"
#include "simd.h"

#include <torch/csrc/autograd/custom_function.h>

namespace {
constexpr int64_t kRows = 64;  // fewer rows are not worth a second thread

// y[r, :] = sum over the cells of row r of value * x[column, :]. Whole blocks of 64 columns stay in registers.
RL_SIMD void multiply(const int64_t* starts, const int32_t* columns, const float* values, const float* x, int64_t width, int64_t begin, int64_t end, float* y) {
  for (int64_t r = begin; r < end; r++) {
    float* out = y + r * width;
    const int64_t from = starts[r], to = starts[r + 1];
    int64_t d = 0;
    for (; d + 64 <= width; d += 64) {
      v16 a = {}, b = {}, c = {}, e = {};
      for (int64_t i = from; i < to; i++) {
        const float* row = x + columns[i] * width + d;
        const float v = values[i];
        a += v * load16(row); b += v * load16(row + 16); c += v * load16(row + 32); e += v * load16(row + 48);
      }
      store16(out + d, a); store16(out + d + 16, b); store16(out + d + 32, c); store16(out + d + 48, e);
    }
    for (; d + 16 <= width; d += 16) {
      v16 a = {};
      for (int64_t i = from; i < to; i++) a += values[i] * load16(x + columns[i] * width + d);
      store16(out + d, a);
    }
    for (; d < width; d++) {
      float a = 0;
      for (int64_t i = from; i < to; i++) a += values[i] * x[columns[i] * width + d];
      out[d] = a;
    }
  }
}

Tensor product(const Tensor& starts, const Tensor& columns, const Tensor& values, const Tensor& x) {
  const int64_t rows = starts.numel() - 1, width = x.size(1);
  auto y = at::empty({rows, width}, x.options().requires_grad(false));
  const auto* s = starts.data_ptr<int64_t>();
  const auto* c = columns.data_ptr<int32_t>();
  const float *v = values.data_ptr<float>(), *xp = x.data_ptr<float>();
  float* yp = y.data_ptr<float>();
  rl_parts(rows, kRows, [&](int64_t, int64_t b, int64_t e) { multiply(s, c, v, xp, width, b, e, yp); });
  return y;
}

struct Sparse : torch::autograd::Function<Sparse> {
  static Tensor forward(torch::autograd::AutogradContext* ctx, Tensor starts, Tensor columns, Tensor values, Tensor turned_starts, Tensor turned_columns, Tensor turned_values, Tensor x) {
    ctx->save_for_backward({turned_starts, turned_columns, turned_values});
    return product(starts, columns, values, x.contiguous());
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* ctx, torch::autograd::variable_list grads) {
    auto saved = ctx->get_saved_variables();
    return {Tensor(), Tensor(), Tensor(), Tensor(), Tensor(), Tensor(), product(saved[0], saved[1], saved[2], grads[0].contiguous())};
  }
};

void check(const Tensor& starts, const Tensor& columns, const Tensor& values, int64_t inner) {
  TORCH_CHECK(starts.is_cpu() && columns.is_cpu() && values.is_cpu(), "a matrix in compressed rows has to lie in the processor's memory");
  TORCH_CHECK(starts.scalar_type() == at::kLong && columns.scalar_type() == at::kInt && values.scalar_type() == at::kFloat, "compressed rows are 64-bit starts, 32-bit columns and float values");
  TORCH_CHECK(starts.is_contiguous() && columns.is_contiguous() && values.is_contiguous() && starts.numel() > 0, "compressed rows have to be contiguous");
  const auto* s = starts.data_ptr<int64_t>();
  const int64_t rows = starts.numel() - 1, cells = columns.numel();
  TORCH_CHECK(s[0] == 0 && s[rows] == cells && values.numel() == cells, "the rows end at ", s[rows], ", but there are ", cells, " columns and ", values.numel(), " values");
  for (int64_t r = 0; r < rows; r++) TORCH_CHECK(s[r] <= s[r + 1], "row ", r, " begins after it ends");
  const auto* c = columns.data_ptr<int32_t>();
  for (int64_t i = 0; i < cells; i++) TORCH_CHECK(c[i] >= 0 && c[i] < inner, "column ", c[i], " lies outside the ", inner, " rows of the other matrix");
}
}  // namespace

// Cells are checked once, by rl_sparse_check; the product itself only looks at shapes.
RL_API int rl_sparse_check(Handle starts, Handle columns, Handle values, int64_t inner) { return rl_run([&] { check(*starts, *columns, *values, inner); }); }

RL_API Handle rl_sparse_rows(Handle starts, Handle columns, Handle values, Handle turned_starts, Handle turned_columns, Handle turned_values, Handle x) {
  return rl_wrap([&]() -> Tensor {
    TORCH_CHECK(x->dim() == 2 && x->is_cpu() && x->scalar_type() == at::kFloat, "a sparse product needs a float matrix in the processor's memory");
    TORCH_CHECK(turned_starts->numel() - 1 == x->size(0), "the sparse matrix has ", turned_starts->numel() - 1, " columns, the other ", x->size(0), " rows");
    return Sparse::apply(*starts, *columns, *values, *turned_starts, *turned_columns, *turned_values, *x);
  });
}
