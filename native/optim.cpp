// Optimisers over a list of parameters: one call a step. On the processor a step is one fused pass over each parameter.
#include "shim.h"

#include <cmath>

namespace {
enum Kind { kSgd = 0, kAdam = 1, kAdamW = 2 };

struct Optimizer {
  int kind;
  std::vector<Tensor> parameters, first, second, largest;
  double lr, beta1, beta2, eps, decay, momentum = 0, dampening = 0;
  bool amsgrad = false, maximize = false, nesterov = false;
  int64_t steps = 0;
};

RL_SIMD void adam_block(float* __restrict p, const float* __restrict g, float* __restrict m, float* __restrict v, int64_t n, float b1, float b2, float step, float root, float eps, float l2, float shrink, float sign) {
  for (int64_t i = 0; i < n; i++) {
    float w = p[i] * shrink;
    float d = sign * g[i] + l2 * w;
    m[i] = b1 * m[i] + (1 - b1) * d;
    v[i] = b2 * v[i] + (1 - b2) * d * d;
    p[i] = w - step * m[i] / (__builtin_sqrtf(v[i]) * root + eps);
  }
}

bool plain(const Tensor& p, const Tensor& g) {
  return p.device().is_cpu() && p.scalar_type() == at::kFloat && p.is_contiguous() && g.scalar_type() == at::kFloat && g.layout() == at::kStrided;
}

void adam(Optimizer& o) {
  double c1 = 1 - std::pow(o.beta1, (double)o.steps), c2 = 1 - std::pow(o.beta2, (double)o.steps);
  double shrink = o.kind == kAdamW ? 1 - o.lr * o.decay : 1, l2 = o.kind == kAdam ? o.decay : 0;
  for (size_t i = 0; i < o.parameters.size(); i++) {
    auto& p = o.parameters[i];
    auto g = p.grad();
    if (!g.defined()) continue;
    TORCH_CHECK(!g.is_sparse(), "Adam takes dense gradients; parameter ", i, " of shape ", p.sizes(), " has a sparse one");
    if (!o.first[i].defined()) { o.first[i] = at::zeros_like(p); o.second[i] = at::zeros_like(p); if (o.amsgrad) o.largest[i] = at::zeros_like(p); }
    if (plain(p, g) && !o.amsgrad) {
      g = g.contiguous();
      auto *pp = p.data_ptr<float>(), *gp = g.data_ptr<float>(), *mp = o.first[i].data_ptr<float>(), *vp = o.second[i].data_ptr<float>();
      at::parallel_for(0, p.numel(), 1 << 15, [&](int64_t b, int64_t e) {
        adam_block(pp + b, gp + b, mp + b, vp + b, e - b, (float)o.beta1, (float)o.beta2, (float)(o.lr / c1), (float)(1 / std::sqrt(c2)), (float)o.eps, (float)l2, (float)shrink, o.maximize ? -1.0f : 1.0f);
      });
      continue;
    }
    if (o.maximize) g = g.neg();
    if (shrink != 1) p.mul_(shrink);
    if (l2 != 0) g = g.add(p, l2);
    o.first[i].mul_(o.beta1).add_(g, 1 - o.beta1);
    o.second[i].mul_(o.beta2).addcmul_(g, g, 1 - o.beta2);
    if (o.amsgrad) o.largest[i] = at::maximum(o.largest[i], o.second[i]);
    auto& v = o.amsgrad ? o.largest[i] : o.second[i];
    p.addcdiv_(o.first[i], v.sqrt().div_(std::sqrt(c2)).add_(o.eps), -o.lr / c1);
  }
}

void sgd(Optimizer& o) {
  for (size_t i = 0; i < o.parameters.size(); i++) {
    auto& p = o.parameters[i];
    auto g = p.grad();
    if (!g.defined()) continue;
    if (o.maximize) g = g.neg();
    if (o.decay != 0) g = g.add(p, o.decay);
    if (o.momentum != 0) {
      auto& m = o.first[i];
      if (!m.defined()) m = g.clone(); else m.mul_(o.momentum).add_(g, 1 - o.dampening);
      g = o.nesterov ? g.add(m, o.momentum) : m;
    }
    p.add_(g, -o.lr);
  }
}
}  // namespace

RL_API Optimizer* rl_optimizer(int kind, Handle* parameters, int n, double lr, double beta1, double beta2, double eps, double decay, int amsgrad, int maximize, double momentum, double dampening, int nesterov) {
  Optimizer* made = nullptr;
  rl_run([&] {
    TORCH_CHECK(n > 0, "optimizer got an empty parameter list");
    made = new Optimizer{kind, rl_list(parameters, n), {}, {}, {}, lr, beta1, beta2, eps, decay, momentum, dampening, amsgrad != 0, maximize != 0, nesterov != 0};
    made->first.resize((size_t)n); made->second.resize((size_t)n); made->largest.resize((size_t)n);
  });
  return made;
}
RL_API void rl_optimizer_free(Optimizer* o) { delete o; }
RL_API void rl_optimizer_set_lr(Optimizer* o, double lr) { o->lr = lr; }
RL_API int64_t rl_optimizer_steps(Optimizer* o) { return o->steps; }
RL_API void rl_optimizer_set_steps(Optimizer* o, int64_t steps) { o->steps = steps; }
RL_API int rl_optimizer_zero_grad(Optimizer* o) {
  return rl_run([&] { for (auto& p : o->parameters) p.mutable_grad().reset(); });
}
RL_API int rl_optimizer_step(Optimizer* o) {
  return rl_run([&] {
    at::NoGradGuard no_grad;
    o->steps++;
    if (o->kind == kSgd) sgd(*o); else adam(*o);
  });
}
// Moment `slot` (0 first, 1 second, 2 largest second) of parameter i; a null handle with no error where the parameter has none yet.
RL_API Handle rl_optimizer_moment(Optimizer* o, int slot, int i) {
  rl_error.clear();
  auto& list = slot == 0 ? o->first : slot == 1 ? o->second : o->largest;
  return list[(size_t)i].defined() ? rl_wrap([&] { return list[(size_t)i]; }) : nullptr;
}
RL_API int rl_optimizer_set_moment(Optimizer* o, int slot, int i, Handle value) {
  return rl_run([&] {
    auto& list = slot == 0 ? o->first : slot == 1 ? o->second : o->largest;
    TORCH_CHECK(value->sizes() == o->parameters[(size_t)i].sizes(), "the moment of parameter ", i, " has shape ", value->sizes(), ", the parameter ", o->parameters[(size_t)i].sizes());
    list[(size_t)i] = value->detach().clone();
  });
}

// Scales all gradients so that their joint norm is at most max_norm; gives the norm found before.
RL_API int rl_clip_grad_norm(Handle* parameters, int n, double max_norm, double norm_type, double* found) {
  return rl_run([&] {
    at::NoGradGuard no_grad;
    std::vector<Tensor> norms, gradients;
    for (int i = 0; i < n; i++) {
      auto g = parameters[i]->grad();
      if (!g.defined()) continue;
      gradients.push_back(g);
      norms.push_back(at::norm(g, norm_type).reshape({1}));
    }
    *found = 0;
    if (norms.empty()) return;
    *found = at::norm(at::cat(norms), norm_type).item().toDouble();
    double scale = max_norm / (*found + 1e-6);
    if (scale < 1) for (auto& g : gradients) g.mul_(scale);
  });
}
