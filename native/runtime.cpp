// Errors, threads, devices, random state and the life of a handle.
#include "shim.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/autocast_mode.h>
#include <c10/core/GradMode.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <dlfcn.h>
#include <torch/version.h>

thread_local std::string rl_error;
std::atomic<int64_t> rl_live{0};

RL_API const char* rl_last_error() { return rl_error.c_str(); }
RL_API const char* rl_version() { return RL_TORCH_VERSION; }
RL_API int64_t rl_live_handles() { return rl_live.load(); }
RL_API void rl_free(Handle t) {
  if (!t) return;
  delete t;
  rl_live.fetch_sub(1, std::memory_order_relaxed);
}

// OpenBLAS built on pthreads keeps a pool of its own, whose threads spin while they wait. It gets one thread: where several pay, the rows are
// shared out before the product (gemm.h).
RL_API int rl_set_num_threads(int n) {
  return rl_run([&] {
    TORCH_CHECK(n > 0, "the number of threads must be positive, it is ", n);
    at::set_num_threads(n);
    if (auto* blas = (void (*)(int))dlsym(RTLD_DEFAULT, "openblas_set_num_threads")) blas(1);
  });
}
RL_API int rl_get_num_threads() { return at::get_num_threads(); }

RL_API int rl_cuda_count() {
  int count = 0;
  if (rl_run([&] {
        if (c10::impl::hasDeviceGuardImpl(at::kCUDA)) count = c10::impl::VirtualGuardImpl(at::kCUDA).deviceCount();
      })) return 0;
  return count;
}

RL_API int rl_grad_mode(int on) {
  bool before = c10::GradMode::is_enabled();
  c10::GradMode::set_enabled(on != 0);
  return before;
}
RL_API int rl_grad_enabled() { return c10::GradMode::is_enabled(); }

// Inside, libtorch computes products of the forward pass on a CUDA device in bfloat16. Cast weights are forgotten at the end of the scope.
RL_API int rl_autocast(int on) {
  return rl_run([&] {
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
    at::autocast::set_autocast_dtype(at::kCUDA, at::kBFloat16);
    at::autocast::set_autocast_enabled(at::kCUDA, on != 0);
#else
    at::autocast::set_autocast_gpu_dtype(at::kBFloat16);
    at::autocast::set_enabled(on != 0);
#endif
    if (!on) at::autocast::clear_cache();
  });
}

// The kernels that BLAS chose for this processor, "Haswell" or "SkylakeX"; empty where it does not say.
RL_API const char* rl_blas() {
  auto* name = (char* (*)())dlsym(RTLD_DEFAULT, "openblas_get_corename");
  return name ? name() : "";
}

RL_API int rl_manual_seed(int64_t seed) { return rl_run([&] { at::manual_seed((uint64_t)seed); }); }
RL_API Handle rl_get_rng_state() {
  return rl_wrap([&] {
    auto generator = at::detail::getDefaultCPUGenerator();
    std::lock_guard<std::mutex> lock(generator.mutex());
    return generator.get_state();
  });
}
RL_API int rl_set_rng_state(Handle state) {
  return rl_run([&] {
    auto generator = at::detail::getDefaultCPUGenerator();
    std::lock_guard<std::mutex> lock(generator.mutex());
    generator.set_state(*state);
  });
}

RL_API int rl_ndim(Handle t) { return (int)t->dim(); }
RL_API void rl_shape(Handle t, int64_t* out) { auto s = t->sizes(); std::copy(s.begin(), s.end(), out); }
RL_API int64_t rl_numel(Handle t) { return t->numel(); }
RL_API int rl_dtype(Handle t) { return (int)t->scalar_type(); }
RL_API int rl_device_of(Handle t) { return t->device().is_cuda() ? t->device().index() : -1; }
RL_API int rl_is_leaf_grad(Handle t) { return t->requires_grad(); }
RL_API int rl_set_requires_grad(Handle t, int on) { return rl_run([&] { t->requires_grad_(on != 0); }); }
// A null handle with no error means that there is no gradient.
RL_API Handle rl_grad(Handle t) {
  rl_error.clear();
  return t->grad().defined() ? rl_wrap([&] { return t->grad(); }) : nullptr;
}
RL_API int rl_clear_grad(Handle t) { return rl_run([&] { t->mutable_grad().reset(); }); }
RL_API int rl_backward(Handle t) { return rl_run([&] { t->backward(); }); }
RL_API Handle rl_detach(Handle t) { return rl_wrap([&] { return t->detach(); }); }
RL_API int rl_item_double(Handle t, double* out) { return rl_run([&] { *out = t->item().toDouble(); }); }
RL_API int rl_item_long(Handle t, int64_t* out) { return rl_run([&] { *out = t->item().toLong(); }); }

// Copies the elements in row-major order; the caller's buffer has exactly numel elements of the tensor's own type.
RL_API int rl_copy_out(Handle t, void* out, int64_t bytes) {
  return rl_run([&] {
    at::NoGradGuard no_grad;
    auto c = t->detach().cpu().contiguous();
    TORCH_CHECK((int64_t)c.nbytes() == bytes, "the buffer has ", bytes, " bytes, the tensor ", c.nbytes());
    std::memcpy(out, c.data_ptr(), (size_t)bytes);
  });
}
// Overwrites the elements of a tensor in place, wherever it lives.
RL_API int rl_copy_in(Handle t, const void* from, int64_t bytes) {
  return rl_run([&] {
    at::NoGradGuard no_grad;
    TORCH_CHECK((int64_t)t->nbytes() == bytes, "the data has ", bytes, " bytes, the tensor ", t->nbytes());
    t->copy_(at::from_blob(const_cast<void*>(from), t->sizes(), at::TensorOptions().dtype(t->scalar_type())));
  });
}
RL_API int rl_copy_(Handle t, Handle from) { return rl_run([&] { t->copy_(*from); }); }
// Puts other data (another device, another type) behind the same tensor, so that everyone who holds it sees the move.
RL_API int rl_set_data(Handle t, Handle data) {
  return rl_run([&] {
    t->mutable_grad().reset();
    t->set_data(*data);
  });
}
