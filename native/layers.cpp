// What the modules of a network compute.
#include "shim.h"
#include "simd.h"

#include <ATen/CPUGeneratorImpl.h>

RL_API Handle rl_embedding(Handle weight, Handle index, int64_t padding, int scale_by_frequency, int sparse) {
  return rl_wrap([&] { return at::embedding(*weight, *index, padding, scale_by_frequency != 0, sparse != 0); });
}
RL_API Handle rl_layer_norm(Handle x, const int64_t* dims, int n, Handle weight, Handle bias, double eps) {
  return rl_wrap([&] {
    return at::layer_norm(*x, rl_dims(dims, n), weight ? *weight : Tensor(), bias ? *bias : Tensor(), eps);
  });
}
RL_API Handle rl_softmax(Handle x, int64_t dim, int type) {
  return rl_wrap([&] { return type < 0 ? at::softmax(*x, dim) : at::softmax(*x, dim, (at::ScalarType)type); });
}
RL_API Handle rl_log_softmax(Handle x, int64_t dim) { return rl_wrap([&] { return at::log_softmax(*x, dim); }); }
RL_API Handle rl_normalize(Handle x, double p, int64_t dim, double eps) {
  return rl_wrap([&] { return at::div(*x, at::norm(*x, p, {dim}, true).clamp_min(eps)); });
}
RL_API Handle rl_cross_entropy(Handle x, Handle target, Handle weight, int reduction, int64_t ignore, double smoothing) {
  return rl_wrap([&] { return at::cross_entropy_loss(*x, *target, weight ? *weight : Tensor(), reduction, ignore, smoothing); });
}
RL_API Handle rl_bce_with_logits(Handle x, Handle target, Handle weight, Handle positive, int reduction) {
  return rl_wrap([&] {
    return at::binary_cross_entropy_with_logits(*x, *target, weight ? *weight : Tensor(), positive ? *positive : Tensor(), reduction);
  });
}
RL_API int rl_gru(Handle x, Handle h0, Handle* weights, int n, int bias, int64_t layers, double dropout, int train, int bidirectional, int batch_first, Handle* y, Handle* h) {
  return rl_run([&] {
    auto [output, hidden] = at::gru(*x, *h0, rl_list(weights, n), bias != 0, layers, dropout, train != 0, bidirectional != 0, batch_first != 0);
    *y = rl_new(output);
    *h = rl_new(hidden);
  });
}
RL_API int rl_lstm(Handle x, Handle h0, Handle c0, Handle* weights, int n, int bias, int64_t layers, double dropout, int train, int bidirectional, int batch_first, Handle* y, Handle* h, Handle* c) {
  return rl_run([&] {
    auto [output, hidden, cell] = at::lstm(*x, {*h0, *c0}, rl_list(weights, n), bias != 0, layers, dropout, train != 0, bidirectional != 0, batch_first != 0);
    *y = rl_new(output);
    *h = rl_new(hidden);
    *c = rl_new(cell);
  });
}

namespace {
inline uint64_t splitmix(uint64_t& state) {
  uint64_t z = (state += 0x9e3779b97f4a7c15ull);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
  return z ^ (z >> 31);
}

// Fills out with 0 or `keep_value`: element i is kept where its coin is at least the threshold. A counter-based hash vectorises; a
// Mersenne twister does not, and took most of a dropout's time.
RL_SIMD void fill_mask(float* out, int64_t begin, int64_t end, uint32_t seed_low, uint32_t seed_high, uint32_t threshold, float keep_value) {
  for (int64_t i = begin; i < end; i++) out[i] = coin((uint32_t)i, seed_low, seed_high) >= threshold ? keep_value : 0.0f;
}
}  // namespace

// Inverted dropout: y = x * m / (1 - p), m ~ Bernoulli(1 - p) (Srivastava et al. 2014). On the processor the mask comes from one 64-bit draw of
// the default generator, so manual_seed and the saved random state govern it.
RL_API Handle rl_dropout(Handle x, double p, int train) {
  return rl_wrap([&]() -> Tensor {
    TORCH_CHECK(p >= 0 && p <= 1, "dropout probability has to be between 0 and 1, but got ", p);
    if (!train || p == 0) return *x;
    if (p == 1 || !x->device().is_cpu() || x->scalar_type() != at::kFloat) return at::dropout(*x, p, true);
    uint64_t seed;
    {
      auto* generator = at::check_generator<at::CPUGeneratorImpl>(at::detail::getDefaultCPUGenerator());
      std::lock_guard<std::mutex> lock(generator->mutex_);
      seed = generator->random64();
    }
    auto mask = at::empty(x->sizes(), x->options().requires_grad(false));
    float* m = mask.data_ptr<float>();
    auto threshold = (uint32_t)std::min(4294967295.0, p * 4294967296.0);
    auto keep_value = (float)(1.0 / (1.0 - p));
    at::parallel_for(0, mask.numel(), 1 << 15, [&](int64_t begin, int64_t end) {
      // Blocks of 2^30 elements get a seed of their own, so that the 32-bit index never wraps within one.
      for (int64_t at = begin; at < end;) {
        uint64_t state = seed + (uint64_t)(at >> 30);
        uint64_t mixed = splitmix(state);
        int64_t stop = std::min(end, ((at >> 30) + 1) << 30);
        fill_mask(m, at, stop, (uint32_t)mixed, (uint32_t)(mixed >> 32), threshold, keep_value);
        at = stop;
      }
    });
    return at::mul(*x, mask);
  });
}
