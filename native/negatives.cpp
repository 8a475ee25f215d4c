// Binary cross-entropy of each row's own class against classes drawn for that row alone, in one pass: rows x drawn vectors are never gathered, each is read where it lies.
#include "shim.h"
#include "simd.h"
#include "gemm.h"

#include <torch/csrc/autograd/custom_function.h>

#include <cmath>

namespace {
// log(1 + e^-x) without overflow, and sigma(-x) in slope.
inline float softplus_of_minus(float x, float& slope) {
  const float e = std::exp(-std::fabs(x));
  slope = x >= 0 ? e / (1 + e) : 1 / (1 + e);
  return std::log1p(e) + (x < 0 ? -x : 0.f);
}

RL_SIMD float dot_row(const float* a, const float* b, int64_t width) {
  const int64_t whole = width / 16 * 16;
  v16 total = {};
  for (int64_t k = 0; k < whole; k += 16) total += load16(a + k) * load16(b + k);
  float sum = sum16(total);
  for (int64_t k = whole; k < width; k++) sum += a[k] * b[k];
  return sum;
}

// to += slope * from
RL_SIMD void add_row(float* to, const float* from, float slope, int64_t width) {
  for (int64_t k = 0; k < width; k++) to[k] += slope * from[k];
}

struct OwnNegatives : torch::autograd::Function<OwnNegatives> {
  static Tensor forward(torch::autograd::AutogradContext* ctx, Tensor hidden, Tensor weight, Tensor target, Tensor drawn, double beta) {
    TORCH_CHECK(hidden.dim() == 2 && weight.dim() == 2 && hidden.size(1) == weight.size(1), "hidden ", hidden.sizes(), " and weight ", weight.sizes(), " do not share their width");
    TORCH_CHECK(target.dim() == 1 && target.size(0) == hidden.size(0), hidden.size(0), " rows need as many targets, there are ", target.sizes());
    TORCH_CHECK(drawn.dim() == 2 && drawn.size(0) == hidden.size(0) && drawn.size(1) > 0, hidden.size(0), " rows need as many rows of drawn classes, there are ", drawn.sizes());
    TORCH_CHECK(hidden.size(0) > 0, "no rows");
    TORCH_CHECK(hidden.device().is_cpu() && hidden.scalar_type() == at::kFloat && weight.scalar_type() == at::kFloat, "the fused loss runs on the processor in float");
    auto h = hidden.contiguous(), w = weight.contiguous(), t = target.to(at::kLong).contiguous(), d = drawn.to(at::kLong).contiguous();
    const int64_t rows = h.size(0), width = h.size(1), classes = w.size(0), count = d.size(1), most = at::get_num_threads();
    const auto *y = t.data_ptr<int64_t>(), *z = d.data_ptr<int64_t>();
    for (int64_t i = 0; i < rows; i++) TORCH_CHECK(y[i] >= 0 && y[i] < classes, "target ", y[i], " of row ", i, " is outside 0..", classes - 1);
    for (int64_t i = 0; i < rows * count; i++) TORCH_CHECK(z[i] >= 0 && z[i] < classes, "drawn class ", z[i], " is outside 0..", classes - 1);
    auto dh = at::zeros_like(h), dws = at::zeros({most, classes, width}, h.options().requires_grad(false));
    const float *hp = h.data_ptr<float>(), *wp = w.data_ptr<float>();
    float *dhp = dh.data_ptr<float>(), *dwp = dws.data_ptr<float>();
    const float scale = (float)(1.0 / ((double)rows * (count + 1)));
    std::vector<double> losses((size_t)most, 0.0);
    const int64_t parts = rl_parts(rows, 64, [&](int64_t p, int64_t from, int64_t to) {
      double loss = 0;
      for (int64_t i = from; i < to; i++) {
        const float* row = hp + i * width;
        auto pair = [&](int64_t c, float sign, float weight_of) {  // weight_of * log(1 + e^(-sign s))
          float slope;
          loss += weight_of * softplus_of_minus(sign * dot_row(row, wp + c * width, width), slope);
          const float g = -sign * weight_of * slope * scale;
          add_row(dhp + i * width, wp + c * width, g, width);
          add_row(dwp + (p * classes + c) * width, row, g, width);
        };
        pair(y[i], 1, (float)beta);
        for (int64_t j = 0; j < count; j++)
          if (z[i * count + j] != y[i]) pair(z[i * count + j], -1, 1);
      }
      losses[(size_t)p] = loss;
    });
    double loss = 0;
    for (double part : losses) loss += part;
    ctx->save_for_backward({dh, parts == 1 ? dws[0] : dws.narrow(0, 0, parts).sum(0)});
    return at::scalar_tensor(loss * scale, h.options().requires_grad(false));
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* ctx, torch::autograd::variable_list grads) {
    auto saved = ctx->get_saved_variables();
    return {saved[0] * grads[0], saved[1] * grads[0], Tensor(), Tensor(), Tensor()};
  }
};
}  // namespace

RL_API Handle rl_own_negatives(Handle hidden, Handle weight, Handle target, Handle drawn, double beta) {
  return rl_wrap([&] { return OwnNegatives::apply(*hidden, *weight, *target, *drawn, beta); });
}
