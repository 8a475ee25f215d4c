// Mean cross-entropy of softmax(hidden W') without ever keeping the logits: chunks of rows go through the product, the softmax and both
// gradient products while they lie in the cache. Memory: one chunk x classes instead of rows x classes, three times over.
#include "gemm.h"
#include "simd.h"

#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace {
constexpr int64_t kChunk = 128;

// In place: logits become (softmax - onehot) * weight. Gives the negative log-likelihood of the target.
RL_SIMD float softmax_row(float* row, int64_t classes, int64_t target, float weight) {
  const int64_t whole = classes / 16 * 16;
  float m = -INFINITY;
  if (whole > 0) {
    v16 top = load16(row);
    for (int64_t j = 16; j < whole; j += 16) { v16 x = load16(row + j); top = top > x ? top : x; }
    m = max16(top);
  }
  for (int64_t j = whole; j < classes; j++) m = row[j] > m ? row[j] : m;
  const float chosen = row[target] - m;
  v16 total = {};
  for (int64_t j = 0; j < whole; j += 16) { v16 e = exp16(load16(row + j) - m); store16(row + j, e); total += e; }
  float sum = sum16(total);
  for (int64_t j = whole; j < classes; j++) { row[j] = __builtin_expf(row[j] - m); sum += row[j]; }
  const float factor = weight / sum;
  for (int64_t j = 0; j < classes; j++) row[j] *= factor;
  row[target] -= weight;
  return std::log(sum) - chosen;
}

struct LinearCrossEntropy : torch::autograd::Function<LinearCrossEntropy> {
  static Tensor forward(torch::autograd::AutogradContext* ctx, Tensor hidden, Tensor weight, Tensor target) {
    TORCH_CHECK(hidden.dim() == 2 && weight.dim() == 2 && hidden.size(1) == weight.size(1), "hidden ", hidden.sizes(), " and weight ", weight.sizes(), " do not share their width");
    TORCH_CHECK(target.dim() == 1 && target.size(0) == hidden.size(0), hidden.size(0), " rows need as many targets, there are ", target.sizes());
    TORCH_CHECK(hidden.size(0) > 0, "no rows");
    TORCH_CHECK(hidden.device().is_cpu() && hidden.scalar_type() == at::kFloat && weight.scalar_type() == at::kFloat, "the chunked loss runs on the processor in float");
    auto h = hidden.contiguous(), w = weight.contiguous(), t = target.to(at::kLong).contiguous();
    const int64_t rows = h.size(0), classes = w.size(0);
    const auto* y = t.data_ptr<int64_t>();
    for (int64_t i = 0; i < rows; i++) TORCH_CHECK(y[i] >= 0 && y[i] < classes, "target ", y[i], " of row ", i, " is outside 0..", classes - 1);
    const int64_t width = h.size(1), most = at::get_num_threads();
    auto dh = at::empty_like(h), dws = at::zeros({most, classes, width}, h.options().requires_grad(false));
    const float *hp = h.data_ptr<float>(), *wp = w.data_ptr<float>();
    float *dhp = dh.data_ptr<float>(), *dwp = dws.data_ptr<float>();
    std::vector<double> losses((size_t)most, 0.0);
    const int64_t parts = rl_parts(rows, kChunk, [&](int64_t p, int64_t from, int64_t to) {
      static thread_local std::vector<float> logits;
      logits.resize((size_t)(kChunk * classes));
      float* z = logits.data();
      for (int64_t begin = from; begin < to; begin += kChunk) {
        const int64_t n = std::min(kChunk, to - begin);
        rl_gemm(false, true, n, classes, width, hp + begin * width, width, wp, width, 0.f, z, classes);
        for (int64_t i = 0; i < n; i++) losses[(size_t)p] += softmax_row(z + i * classes, classes, y[begin + i], (float)(1.0 / rows));
        rl_gemm(false, false, n, width, classes, z, classes, wp, width, 0.f, dhp + begin * width, width);
        rl_gemm(true, false, classes, width, n, z, classes, hp + begin * width, width, 1.f, dwp + p * classes * width, width);
      }
    });
    double loss = 0;
    for (double part : losses) loss += part;
    auto dw = parts == 1 ? dws[0] : dws.narrow(0, 0, parts).sum(0);
    ctx->save_for_backward({dh, dw});
    return at::scalar_tensor(loss / rows, h.options().requires_grad(false));
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* ctx, torch::autograd::variable_list grads) {
    auto saved = ctx->get_saved_variables();
    return {saved[0] * grads[0], saved[1] * grads[0], Tensor()};
  }
};

// Mean of -log softmax over a row's own class and the drawn ones: the same chunks, column 0 the row's own, then the drawn, each counted exp(correction) times.
struct SampledCrossEntropy : torch::autograd::Function<SampledCrossEntropy> {
  static Tensor forward(torch::autograd::AutogradContext* ctx, Tensor hidden, Tensor own, Tensor drawn, Tensor target, Tensor numbers, double correction) {
    TORCH_CHECK(hidden.dim() == 2 && hidden.sizes() == own.sizes(), "hidden ", hidden.sizes(), " and the rows' own classes ", own.sizes(), " differ in shape");
    TORCH_CHECK(drawn.dim() == 2 && drawn.size(1) == hidden.size(1), "hidden ", hidden.sizes(), " and the drawn classes ", drawn.sizes(), " do not share their width");
    TORCH_CHECK(target.dim() == 1 && target.size(0) == hidden.size(0), hidden.size(0), " rows need as many targets, there are ", target.sizes());
    TORCH_CHECK(numbers.dim() == 1 && numbers.size(0) == drawn.size(0), drawn.size(0), " drawn classes need as many numbers, there are ", numbers.sizes());
    TORCH_CHECK(hidden.size(0) > 0, "no rows");
    for (const Tensor* t : {&hidden, &own, &drawn}) TORCH_CHECK(t->device().is_cpu() && t->scalar_type() == at::kFloat, "the chunked loss runs on the processor in float");
    auto h = hidden.contiguous(), o = own.contiguous(), w = drawn.contiguous(), t = target.to(at::kLong).contiguous(), ids = numbers.to(at::kLong).contiguous();
    const int64_t rows = h.size(0), width = h.size(1), count = w.size(0), columns = count + 1, most = at::get_num_threads();
    const auto *y = t.data_ptr<int64_t>(), *id = ids.data_ptr<int64_t>();
    std::vector<std::pair<int64_t, int64_t>> places;  // of each class among the drawn, to leave a row's own class out
    for (int64_t j = 0; j < count; j++) places.emplace_back(id[j], j);
    std::sort(places.begin(), places.end());
    auto dh = at::empty_like(h), d_own = at::empty_like(o), dws = at::zeros({most, count, width}, h.options().requires_grad(false));
    const float *hp = h.data_ptr<float>(), *op = o.data_ptr<float>(), *wp = w.data_ptr<float>();
    float *dhp = dh.data_ptr<float>(), *dop = d_own.data_ptr<float>(), *dwp = dws.data_ptr<float>();
    std::vector<double> losses((size_t)most, 0.0);
    const int64_t parts = rl_parts(rows, kChunk, [&](int64_t p, int64_t from, int64_t to) {
      static thread_local std::vector<float> logits;
      logits.resize((size_t)(kChunk * columns));
      float* z = logits.data();
      for (int64_t begin = from; begin < to; begin += kChunk) {
        const int64_t n = std::min(kChunk, to - begin);
        rl_gemm(false, true, n, count, width, hp + begin * width, width, wp, width, 0.f, z + 1, columns);
        for (int64_t i = 0; i < n; i++) {
          const float *hr = hp + (begin + i) * width, *own_row = op + (begin + i) * width;
          float *row = z + i * columns, dot = 0;
          for (int64_t k = 0; k < width; k++) dot += hr[k] * own_row[k];
          row[0] = dot;
          for (int64_t j = 1; j < columns; j++) row[j] += (float)correction;
          auto at = std::lower_bound(places.begin(), places.end(), std::make_pair(y[begin + i], (int64_t)0));
          for (; at != places.end() && at->first == y[begin + i]; ++at) row[1 + at->second] = -1e4f;
          losses[(size_t)p] += softmax_row(row, columns, 0, (float)(1.0 / rows));
        }
        rl_gemm(false, false, n, width, count, z + 1, columns, wp, width, 0.f, dhp + begin * width, width);
        rl_gemm(true, false, count, width, n, z + 1, columns, hp + begin * width, width, 1.f, dwp + p * count * width, width);
        for (int64_t i = begin; i < begin + n; i++)
          for (int64_t k = 0; k < width; k++) {
            const float slope = z[(i - begin) * columns];
            dhp[i * width + k] += slope * op[i * width + k];
            dop[i * width + k] = slope * hp[i * width + k];
          }
      }
    });
    double loss = 0;
    for (double part : losses) loss += part;
    ctx->save_for_backward({dh, d_own, parts == 1 ? dws[0] : dws.narrow(0, 0, parts).sum(0)});
    return at::scalar_tensor(loss / rows, h.options().requires_grad(false));
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* ctx, torch::autograd::variable_list grads) {
    auto saved = ctx->get_saved_variables();
    return {saved[0] * grads[0], saved[1] * grads[0], saved[2] * grads[0], Tensor(), Tensor(), Tensor()};
  }
};
}  // namespace

RL_API Handle rl_sampled_cross_entropy(Handle hidden, Handle own, Handle drawn, Handle target, Handle numbers, double correction) {
  return rl_wrap([&] { return SampledCrossEntropy::apply(*hidden, *own, *drawn, *target, *numbers, correction); });
}

RL_API Handle rl_linear_cross_entropy(Handle hidden, Handle weight, Handle target) {
  return rl_wrap([&] { return LinearCrossEntropy::apply(*hidden, *weight, *target); });
}
