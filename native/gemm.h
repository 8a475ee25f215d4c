// Single-threaded products of row-major matrices, for use inside at::parallel_for: the rows are shared out there, so that waiting threads
// sleep with OpenMP's instead of spinning in the BLAS library's own pool.
#pragma once
#include "shim.h"

#ifndef RL_NO_CPUBLAS
#include <ATen/native/CPUBlas.h>
#endif

// C (m x n) = A (m x k) B (k x n) + beta C; ta: A is stored k x m; tb: B is stored n x k.
inline void rl_gemm(bool ta, bool tb, int64_t m, int64_t n, int64_t k, const float* a, int64_t lda, const float* b, int64_t ldb, float beta, float* c, int64_t ldc) {
  if (m == 0 || n == 0) return;
#ifdef RL_NO_CPUBLAS  // this libtorch keeps its BLAS to itself: the same through tensors over the same memory
  auto view = [](const float* p, int64_t rows, int64_t columns, int64_t ld) { return at::from_blob(const_cast<float*>(p), {rows, columns}, {ld, 1}, at::kFloat); };
  auto left = ta ? view(a, k, m, lda).t() : view(a, m, k, lda), right = tb ? view(b, n, k, ldb).t() : view(b, k, n, ldb), result = view(c, m, n, ldc);
  at::NoGradGuard no_grad;
  at::addmm_out(result, result, left, right, beta, 1);
#else
  using T = at::native::TransposeType;
  at::native::cpublas::gemm(tb ? T::Transpose : T::NoTranspose, ta ? T::Transpose : T::NoTranspose, n, m, k, 1.0f, b, ldb, a, lda, beta, c, ldc);
#endif
}

// Shares [0, rows) out among the threads in as many contiguous parts, always in the same way: f(part, begin, end).
template <class F> int64_t rl_parts(int64_t rows, int64_t least, const F& f) {
  const int64_t parts = std::max<int64_t>(1, std::min<int64_t>(at::in_parallel_region() ? 1 : at::get_num_threads(), rows / std::max<int64_t>(1, least)));
  if (parts == 1) { f(0, 0, rows); return 1; }
  at::parallel_for(0, parts, 1, [&](int64_t from, int64_t to) {
    for (int64_t p = from; p < to; p++) f(p, rows * p / parts, rows * (p + 1) / parts);
  });
  return parts;
}
