// Tensors from numbers, shapes and chance.
#include "shim.h"

RL_API Handle rl_from_data(const void* data, const int64_t* dims, int n, int type, int device, int grad) {
  return rl_wrap([&] {
    auto t = at::from_blob(const_cast<void*>(data), rl_dims(dims, n), at::TensorOptions().dtype((at::ScalarType)type)).clone();
    if (device >= 0) t = t.to(rl_device(device));
    return grad ? t.requires_grad_(true) : t;
  });
}
RL_API Handle rl_full(const int64_t* dims, int n, RlScalar value, int type, int device, int grad) {
  return rl_wrap([&] { return at::full(rl_dims(dims, n), value.get(), rl_options(type, device, grad)); });
}
RL_API Handle rl_empty(const int64_t* dims, int n, int type, int device, int grad) {
  return rl_wrap([&] { return at::empty(rl_dims(dims, n), rl_options(type, device, grad)); });
}
RL_API Handle rl_rand(const int64_t* dims, int n, int type, int device, int grad) {
  return rl_wrap([&] { return at::rand(rl_dims(dims, n), rl_options(type, device, grad)); });
}
RL_API Handle rl_randn(const int64_t* dims, int n, int type, int device, int grad) {
  return rl_wrap([&] { return at::randn(rl_dims(dims, n), rl_options(type, device, grad)); });
}
RL_API Handle rl_randint(int64_t low, int64_t high, const int64_t* dims, int n, int type, int device, int grad) {
  return rl_wrap([&] { return at::randint(low, high, rl_dims(dims, n), rl_options(type, device, grad)); });
}
RL_API Handle rl_randn_like(Handle t, int type, int device, int grad) {
  return rl_wrap([&] {
    auto options = t->options();
    if (type >= 0) options = options.dtype((at::ScalarType)type);
    if (device > -2) options = options.device(rl_device(device));
    return at::randn_like(*t, options.requires_grad(false)).requires_grad_(grad != 0);
  });
}
RL_API Handle rl_arange(RlScalar start, RlScalar stop, RlScalar step, int type, int device, int grad) {
  return rl_wrap([&] { return at::arange(start.get(), stop.get(), step.get(), rl_options(type, device, grad)); });
}
RL_API Handle rl_sparse_coo(Handle indices, Handle values, const int64_t* dims, int n, int type, int device, int grad) {
  return rl_wrap([&] {
    auto options = at::TensorOptions().dtype(type < 0 ? values->scalar_type() : (at::ScalarType)type).device(device > -2 ? rl_device(device) : values->device());
    return at::sparse_coo_tensor(*indices, *values, rl_dims(dims, n), options).coalesce().requires_grad_(grad != 0);
  });
}
