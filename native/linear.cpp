// y = x W' + b with the rows shared out among the threads, forward and backward.
#include "gemm.h"

#include <torch/csrc/autograd/custom_function.h>

namespace {
constexpr int64_t kRows = 128;  // fewer rows are not worth a second thread

struct Linear : torch::autograd::Function<Linear> {
  static Tensor forward(torch::autograd::AutogradContext* ctx, Tensor x, Tensor weight, Tensor bias) {
    const int64_t in = weight.size(1), out = weight.size(0), rows = x.numel() / in;
    auto h = x.contiguous(), w = weight.contiguous();
    auto shape = x.sizes().vec();
    shape.back() = out;
    auto y = at::empty(shape, x.options().requires_grad(false));
    const float *hp = h.data_ptr<float>(), *wp = w.data_ptr<float>(), *bp = bias.numel() > 0 ? bias.data_ptr<float>() : nullptr;
    float* yp = y.data_ptr<float>();
    rl_parts(rows, kRows, [&](int64_t, int64_t b, int64_t e) {
      if (bp) for (int64_t i = b; i < e; i++) std::memcpy(yp + i * out, bp, (size_t)out * sizeof(float));
      rl_gemm(false, true, e - b, out, in, hp + b * in, in, wp, in, bp ? 1.f : 0.f, yp + b * out, out);
    });
    ctx->save_for_backward({h, w});
    ctx->saved_data["bias"] = bias.numel() > 0;
    return y;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* ctx, torch::autograd::variable_list grads) {
    auto saved = ctx->get_saved_variables();
    auto &h = saved[0], &w = saved[1];
    const int64_t in = w.size(1), out = w.size(0), rows = h.numel() / in;
    auto dy = grads[0].contiguous();
    const bool wants_x = ctx->needs_input_grad(0), wants_w = ctx->needs_input_grad(1), has_bias = ctx->saved_data["bias"].toBool();
    Tensor dx = wants_x ? at::empty_like(h) : Tensor();
    const int64_t most = at::get_num_threads();
    Tensor dws = at::empty({most, out, in}, w.options().requires_grad(false)), dbs = at::zeros({most, out}, w.options().requires_grad(false));
    const float *hp = h.data_ptr<float>(), *wp = w.data_ptr<float>(), *gp = dy.data_ptr<float>();
    float *xp = wants_x ? dx.data_ptr<float>() : nullptr, *dwp = dws.data_ptr<float>(), *dbp = dbs.data_ptr<float>();
    const int64_t parts = rl_parts(rows, kRows, [&](int64_t p, int64_t b, int64_t e) {
      if (xp) rl_gemm(false, false, e - b, in, out, gp + b * out, out, wp, in, 0.f, xp + b * in, in);
      if (wants_w) rl_gemm(true, false, out, in, e - b, gp + b * out, out, hp + b * in, in, 0.f, dwp + p * out * in, in);
      if (has_bias) for (int64_t i = b; i < e; i++) for (int64_t o = 0; o < out; o++) dbp[p * out + o] += gp[i * out + o];
    });
    Tensor dw, db;
    if (wants_w) dw = parts == 1 ? dws[0] : dws.narrow(0, 0, parts).sum(0);
    if (has_bias) db = parts == 1 ? dbs[0] : dbs.narrow(0, 0, parts).sum(0);
    return {dx, dw, db};
  }
};

bool plain(const Tensor& t) { return t.device().is_cpu() && t.scalar_type() == at::kFloat; }
}  // namespace

RL_API Handle rl_linear(Handle x, Handle weight, Handle bias) {
  return rl_wrap([&]() -> Tensor {
    const bool fits = x->dim() >= 1 && weight->dim() == 2 && x->numel() > 0 && x->size(-1) == weight->size(1);
    if (fits && plain(*x) && plain(*weight)) return Linear::apply(*x, *weight, bias ? *bias : at::empty({0}, x->options().requires_grad(false)));  // an undefined argument has no device to record
    return bias ? at::linear(*x, *weight, *bias) : at::linear(*x, *weight);  // also says what is wrong with the shapes
  });
}
