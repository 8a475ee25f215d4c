// The C interface of RecLab's tensor layer. Every entry catches: on failure it returns null or a non-zero code and leaves the message in a
// thread-local string, so no C++ exception ever crosses into the runtime above. Only ATen headers are used: they compile three times faster
// than torch/torch.h and are stable from libtorch 1.13 on.
#pragma once
#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <atomic>
#include <cstdint>
#include <cstring>
#include <exception>
#include <string>
#include <vector>

#define RL_API extern "C" __attribute__((visibility("default")))

// Own kernels are compiled for several instruction sets; the loader picks the widest this processor has.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define RL_SIMD __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define RL_SIMD
#endif

using at::Tensor;
using Handle = Tensor*;

// A number that keeps its kind, so that type promotion sees what the caller wrote.
struct RlScalar {
  int64_t bits;
  int32_t kind;  // 0 integer, 1 floating, 2 boolean
  at::Scalar get() const {
    if (kind == 1) { double d; std::memcpy(&d, &bits, sizeof d); return at::Scalar(d); }
    if (kind == 2) return at::Scalar(bits != 0);
    return at::Scalar(bits);
  }
};

// Device code: -1 is the processor, n >= 0 is the n-th CUDA device. Type code: at::ScalarType, or -1 for the default (float).
inline at::Device rl_device(int device) { return device < 0 ? at::Device(at::kCPU) : at::Device(at::kCUDA, (c10::DeviceIndex)device); }
inline at::TensorOptions rl_options(int type, int device, int grad) {
  return at::TensorOptions().dtype(type < 0 ? at::kFloat : (at::ScalarType)type).device(rl_device(device)).requires_grad(grad != 0);
}
inline at::IntArrayRef rl_dims(const int64_t* dims, int n) { return at::IntArrayRef(dims, (size_t)n); }

extern thread_local std::string rl_error;
extern std::atomic<int64_t> rl_live;

// Turns whatever was thrown into a sentence; a native back trace helps nobody above.
template <class F> int rl_run(F&& f) noexcept {
  try { f(); return 0; }
  catch (const c10::Error& e) { rl_error = e.what_without_backtrace(); }
  catch (const std::bad_alloc&) { rl_error = "out of memory"; }
  catch (const std::exception& e) { rl_error = e.what(); }
  catch (...) { rl_error = "unknown native error"; }
  return 1;
}

inline Handle rl_new(Tensor t) {
  auto* h = new Tensor(std::move(t));
  rl_live.fetch_add(1, std::memory_order_relaxed);
  return h;
}

template <class F> Handle rl_wrap(F&& f) noexcept {
  Handle h = nullptr;
  rl_run([&] { h = rl_new(f()); });
  return h;
}

inline std::vector<Tensor> rl_list(Handle* handles, int n) {
  std::vector<Tensor> list;
  list.reserve((size_t)n);
  for (int i = 0; i < n; i++) list.push_back(*handles[i]);
  return list;
}
