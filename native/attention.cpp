// Causal self-attention over packed sequences: sequences of different lengths lie one after the other without padding, only the lower
// triangle is computed, and one sequence's scores stay in the cache from the product to the weighted sum. On the processor, in float.
#include "shim.h"
#include "simd.h"

#include <ATen/CPUGeneratorImpl.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>

namespace {
int64_t up(int64_t n, int64_t to) { return (n + to - 1) / to * to; }

uint64_t draw() {
  auto* generator = at::check_generator<at::CPUGeneratorImpl>(at::detail::getDefaultCPUGenerator());
  std::lock_guard<std::mutex> lock(generator->mutex_);
  return generator->random64();
}

struct Plan {
  int64_t heads, width, head, padded;  // model width, width of a head, and that rounded up to whole vectors
  float scale, p;
  uint64_t seed;
};

// Row-major copy of one head's rows, zero-padded to whole blocks.
RL_INLINE void pack(const float* from, int64_t stride, int64_t n, int64_t head, float* to, int64_t padded, int64_t rows) {
  for (int64_t i = 0; i < rows; i++)
    for (int64_t d = 0; d < padded; d++) to[i * padded + d] = i < n && d < head ? from[i * stride + d] : 0.f;
}
// Column-major copy: element (d, i) at d * ld + i.
RL_INLINE void pack_transposed(const float* from, int64_t stride, int64_t n, int64_t head, float* to, int64_t ld) {
  for (int64_t d = 0; d < head; d++)
    for (int64_t i = 0; i < ld; i++) to[d * ld + i] = i < n ? from[i * stride + d] : 0.f;
}

// One sequence, one head. weights: rows8 x ld; afterwards softmax probabilities, negative where dropout removed them, 0 above the diagonal.
RL_SIMD void forward(const float* qkv, int64_t n, const Plan& plan, uint64_t stream, float* weights, float* out, float* work) {
  const int64_t D = plan.width, head = plan.head, hp = plan.padded, rows = (n + 7) / 8 * 8, ld = (n + 15) / 16 * 16;
  float *q = work, *kt = q + rows * hp, *v = kt + head * ld, *o = v + ld * hp;
  pack(qkv, 3 * D, n, head, q, hp, rows);
  pack_transposed(qkv + D, 3 * D, n, head, kt, ld);
  pack(qkv + 2 * D, 3 * D, n, head, v, hp, ld);
  const uint32_t low = (uint32_t)stream, high = (uint32_t)(stream >> 32);
  const uint32_t threshold = (uint32_t)((double)plan.p * 4294967296.0);
  const float keep = 1.f / (1.f - plan.p);
  for (int64_t i0 = 0; i0 < rows; i0 += 8) {
    const int64_t columns = (i0 + 8 + 15) / 16 * 16 < ld ? (i0 + 8 + 15) / 16 * 16 : ld;
    float* w = weights + i0 * ld;
    for (int64_t j = 0; j < columns; j += 16) block8x16<false>(q + i0 * hp, hp, 1, kt + j, ld, head, w + j, ld);
    for (int64_t r = 0; r < 8; r++) {
      float* row = w + r * ld;
      const int64_t last = i0 + r;
      if (last >= n) { for (int64_t j = 0; j < columns; j++) row[j] = 0.f; continue; }
      for (int64_t j = last + 1; j < columns; j++) row[j] = -1e30f;
      v16 top = load16(row);
      for (int64_t j = 16; j < columns; j += 16) { v16 x = load16(row + j); top = top > x ? top : x; }
      const float m = max16(top);
      v16 total = {};
      for (int64_t j = 0; j < columns; j += 16) { v16 e = exp16((load16(row + j) - m) * plan.scale); store16(row + j, e); total += e; }
      for (int64_t j = last + 1; j < columns; j++) { total[j & 15] -= row[j]; row[j] = 0.f; }
      const float inverse = 1.f / sum16(total);
      if (plan.p == 0) { for (int64_t j = 0; j < columns; j++) row[j] *= inverse; continue; }
      for (int64_t j = 0; j < columns; j++) {
        const float x = row[j] * inverse;
        row[j] = coin((uint32_t)(last * ld + j), low, high) >= threshold ? x : -x;
      }
    }
    float kept[8 * 16];
    for (int64_t c = 0; c < hp; c += 16) {
      float* into = o + i0 * hp + c;
      for (int64_t r = 0; r < 8; r++) store16(into + r * hp, v16{});
      for (int64_t j = 0; j < columns; j += 16) {
        for (int64_t r = 0; r < 8; r++) { v16 x = load16(w + r * ld + j); store16(kept + r * 16, x > 0.f ? x * keep : v16{}); }
        block8x16<true>(kept, 16, 1, v + j * hp + c, hp, 16, into, hp);
      }
    }
  }
  for (int64_t i = 0; i < n; i++) std::memcpy(out + i * D, o + i * hp, (size_t)head * sizeof(float));
}

// Gradients of one sequence and head. dqkv is written, not added to.
RL_SIMD void backward(const float* qkv, const float* dout, int64_t n, const Plan& plan, const float* weights, float* dqkv, float* work) {
  const int64_t D = plan.width, head = plan.head, hp = plan.padded, rows = (n + 7) / 8 * 8, ld = (n + 15) / 16 * 16;
  float *q = work, *k = q + rows * hp, *vt = k + ld * hp, *d = vt + head * ld, *ds = d + rows * hp, *kept = ds + rows * ld, *g = kept + rows * ld;
  pack(qkv, 3 * D, n, head, q, hp, rows);
  pack(qkv + D, 3 * D, n, head, k, hp, ld);
  pack_transposed(qkv + 2 * D, 3 * D, n, head, vt, ld);
  pack(dout, D, n, head, d, hp, rows);
  const float keep = 1.f / (1.f - plan.p);
  for (int64_t i0 = 0; i0 < rows; i0 += 8) {
    const int64_t columns = (i0 + 8 + 15) / 16 * 16 < ld ? (i0 + 8 + 15) / 16 * 16 : ld;
    for (int64_t j = 0; j < columns; j += 16) block8x16<false>(d + i0 * hp, hp, 1, vt + j, ld, head, ds + i0 * ld + j, ld);
    for (int64_t r = 0; r < 8; r++) {
      const float* w = weights + (i0 + r) * ld;
      float *row = ds + (i0 + r) * ld, *into = kept + (i0 + r) * ld;
      v16 total = {};
      for (int64_t j = 0; j < columns; j += 16) {
        v16 x = load16(w + j);
        v16 grad = x > 0.f ? load16(row + j) * keep : v16{};
        store16(into + j, x > 0.f ? x * keep : v16{});
        v16 size = x > 0.f ? x : -x;
        total += size * grad;
        store16(row + j, grad);
      }
      const float mean = sum16(total);
      for (int64_t j = 0; j < columns; j += 16) {
        v16 x = load16(w + j);
        v16 size = x > 0.f ? x : -x;
        store16(row + j, size * (load16(row + j) - mean) * plan.scale);
      }
    }
    // dQ_i = scale sum_j dS_ij K_j
    for (int64_t c = 0; c < hp; c += 16) block8x16<false>(ds + i0 * ld, ld, 1, k + c, hp, columns, g + i0 * hp + c, hp);
  }
  for (int64_t i = 0; i < n; i++) std::memcpy(dqkv + i * 3 * D, g + i * hp, (size_t)head * sizeof(float));
  // dK_j = scale sum_i dS_ij Q_i and dV_j = sum_i P_ij dO_i: rows above the diagonal's block hold nothing.
  for (int64_t j0 = 0; j0 < rows; j0 += 8)
    for (int64_t c = 0; c < hp; c += 16) block8x16<false>(ds + j0 * ld + j0, 1, ld, q + j0 * hp + c, hp, rows - j0, g + j0 * hp + c, hp);
  for (int64_t i = 0; i < n; i++) std::memcpy(dqkv + i * 3 * D + D, g + i * hp, (size_t)head * sizeof(float));
  for (int64_t j0 = 0; j0 < rows; j0 += 8)
    for (int64_t c = 0; c < hp; c += 16) block8x16<false>(kept + j0 * ld + j0, 1, ld, d + j0 * hp + c, hp, rows - j0, g + j0 * hp + c, hp);
  for (int64_t i = 0; i < n; i++) std::memcpy(dqkv + i * 3 * D + 2 * D, g + i * hp, (size_t)head * sizeof(float));
}

float* scratch(int64_t floats) {
  static thread_local std::vector<float> memory;
  if ((int64_t)memory.size() < floats + 16) memory.resize((size_t)floats + 16);
  return memory.data();
}

struct Attention : torch::autograd::Function<Attention> {
  static Tensor forward(torch::autograd::AutogradContext* ctx, Tensor qkv, Tensor starts, int64_t heads, double p) {
    TORCH_CHECK(qkv.dim() == 2 && qkv.size(1) % 3 == 0 && qkv.size(1) / 3 % heads == 0, "packed attention takes rows of 3 x width with width divisible by ", heads, " heads, it got ", qkv.sizes());
    TORCH_CHECK(qkv.device().is_cpu() && qkv.scalar_type() == at::kFloat, "packed attention runs on the processor in float");
    TORCH_CHECK(p >= 0 && p < 1, "dropout probability has to be in [0, 1), but got ", p);
    qkv = qkv.contiguous();
    starts = starts.to(at::kLong).contiguous();
    const int64_t D = qkv.size(1) / 3, B = starts.numel() - 1;
    const auto* s = starts.data_ptr<int64_t>();
    TORCH_CHECK(B >= 0 && s[0] == 0 && s[B] == qkv.size(0), "the sequences' starts do not cover the ", qkv.size(0), " rows");
    Plan plan{heads, D, D / heads, up(D / heads, 16), (float)(1.0 / std::sqrt((double)(D / heads))), (float)p, p > 0 ? draw() : 0};
    auto offsets = at::empty({B + 1}, at::kLong);
    auto* at_weights = offsets.data_ptr<int64_t>();
    at_weights[0] = 0;
    for (int64_t b = 0; b < B; b++) {
      const int64_t n = s[b + 1] - s[b];
      TORCH_CHECK(n >= 0, "sequence ", b, " has a negative length");
      at_weights[b + 1] = at_weights[b] + heads * up(n, 8) * up(n, 16);
    }
    auto weights = at::empty({at_weights[B]}, qkv.options().requires_grad(false));
    auto out = at::empty({qkv.size(0), D}, qkv.options().requires_grad(false));
    const float* x = qkv.data_ptr<float>();
    float *w = weights.data_ptr<float>(), *y = out.data_ptr<float>();
    at::parallel_for(0, B * heads, 1, [&](int64_t begin, int64_t end) {
      for (int64_t t = begin; t < end; t++) {
        const int64_t b = t / heads, h = t % heads, n = s[b + 1] - s[b], rows = up(n, 8), ld = up(n, 16);
        if (n == 0) continue;
        ::forward(x + s[b] * 3 * D + h * plan.head, n, plan, plan.seed + 0x9e3779b97f4a7c15ull * (uint64_t)(t + 1), w + at_weights[b] + h * rows * ld,
                  y + s[b] * D + h * plan.head, scratch(2 * rows * plan.padded + plan.head * ld + ld * plan.padded));
      }
    });
    ctx->save_for_backward({qkv, starts, offsets, weights});
    ctx->saved_data["heads"] = heads;
    ctx->saved_data["p"] = p;
    return out;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* ctx, torch::autograd::variable_list grads) {
    auto saved = ctx->get_saved_variables();
    auto &qkv = saved[0], &starts = saved[1], &offsets = saved[2], &weights = saved[3];
    const int64_t heads = ctx->saved_data["heads"].toInt(), D = qkv.size(1) / 3, B = starts.numel() - 1;
    Plan plan{heads, D, D / heads, up(D / heads, 16), (float)(1.0 / std::sqrt((double)(D / heads))), (float)ctx->saved_data["p"].toDouble(), 0};
    auto grad = grads[0].contiguous();
    auto result = at::empty_like(qkv);
    const auto *s = starts.data_ptr<int64_t>(), *at_weights = offsets.data_ptr<int64_t>();
    const float *x = qkv.data_ptr<float>(), *w = weights.data_ptr<float>(), *dy = grad.data_ptr<float>();
    float* dx = result.data_ptr<float>();
    at::parallel_for(0, B * heads, 1, [&](int64_t begin, int64_t end) {
      for (int64_t t = begin; t < end; t++) {
        const int64_t b = t / heads, h = t % heads, n = s[b + 1] - s[b], rows = up(n, 8), ld = up(n, 16);
        if (n == 0) continue;
        ::backward(x + s[b] * 3 * D + h * plan.head, dy + s[b] * D + h * plan.head, n, plan, w + at_weights[b] + h * rows * ld,
                   dx + s[b] * 3 * D + h * plan.head, scratch(3 * rows * plan.padded + ld * plan.padded + plan.head * ld + 2 * rows * ld));
      }
    });
    return {result, Tensor(), Tensor(), Tensor()};
  }
};
}  // namespace

// qkv: rows x 3 width (queries, keys, values side by side); starts: first row of each sequence, and the number of rows at the end.
RL_API Handle rl_packed_attention(Handle qkv, Handle starts, int64_t heads, double p) {
  return rl_wrap([&] { return Attention::apply(*qkv, *starts, heads, p); });
}
