using RecLab.Torch.Native;
using TorchSharp.Modules;

namespace TorchSharp
{
    public static partial class torch
    {
        /// <summary>Ways of stepping down a gradient.</summary>
        public static partial class optim
        {
            public static Adam Adam(IEnumerable<Parameter> parameters, double lr = 0.001, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-08, double weight_decay = 0, bool amsgrad = false, bool maximize = false) =>
                new(parameters, lr, beta1, beta2, eps, weight_decay, amsgrad, maximize);

            public static AdamW AdamW(IEnumerable<Parameter> parameters, double lr = 0.001, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-08, double weight_decay = 0, bool amsgrad = false, bool maximize = false) =>
                new(parameters, lr, beta1, beta2, eps, weight_decay, amsgrad, maximize);

            public static SGD SGD(IEnumerable<Parameter> parameters, double learningRate, double momentum = 0, double dampening = 0, double weight_decay = 0, bool nesterov = false, bool maximize = false) =>
                new(parameters, learningRate, momentum, dampening, weight_decay, nesterov, maximize);

            /// <summary>Changes parameters by their gradients; one native call a step.</summary>
            public abstract class Optimizer : IDisposable
            {
                private readonly Parameter[] _parameters;
                private readonly Group _group;
                private nint _handle;

                internal unsafe Optimizer(int kind, IEnumerable<Parameter> parameters, double lr, double beta1, double beta2, double eps, double decay, bool amsgrad, bool maximize, double momentum, double dampening, bool nesterov)
                {
                    _parameters = [.. parameters];
                    var handles = Array.ConvertAll(_parameters, p => p.Handle);
                    fixed (nint* p = handles)
                        _handle = Api.Check(Api.rl_optimizer(kind, p, handles.Length, lr, beta1, beta2, eps, decay, amsgrad ? 1 : 0, maximize ? 1 : 0, momentum, dampening, nesterov ? 1 : 0));
                    _group = new(this, lr);
                }

                ~Optimizer() => Release();

                internal nint Handle => _handle != 0 ? _handle : throw new ObjectDisposedException(nameof(Optimizer));

                internal IReadOnlyList<Parameter> Parameters => _parameters;

                public IEnumerable<ILearningRateController> ParamGroups => [_group];

                public virtual void zero_grad() { Api.Check(Api.rl_optimizer_zero_grad(Handle)); GC.KeepAlive(this); }

                /// <summary>One step; the closure, where given, computes the loss and its gradients first.</summary>
                public virtual Tensor? step(Func<Tensor>? closure = null)
                {
                    var loss = closure?.Invoke();
                    Api.Check(Api.rl_optimizer_step(Handle));
                    GC.KeepAlive(this);
                    return loss;
                }

                public void Dispose()
                {
                    Release();
                    GC.SuppressFinalize(this);
                }

                private void Release()
                {
                    var handle = Interlocked.Exchange(ref _handle, 0);
                    if (handle != 0) Api.rl_optimizer_free(handle);
                }

                private sealed class Group(Optimizer owner, double lr) : ILearningRateController
                {
                    private double _lr = lr;

                    public double LearningRate
                    {
                        get => _lr;
                        set { _lr = value; Api.rl_optimizer_set_lr(owner.Handle, value); }
                    }

                    public double InitialLearningRate { get; set; } = lr;
                }
            }

            /// <summary>Who may change a learning rate while training.</summary>
            public interface ILearningRateController
            {
                double LearningRate { get; set; }
                double InitialLearningRate { get; set; }
            }
        }
    }
}

namespace TorchSharp.Modules
{
    /// <summary>Adam (Kingma and Ba 2015); weight decay is added to the gradient.</summary>
    public sealed class Adam : torch.optim.Optimizer
    {
        internal Adam(IEnumerable<Parameter> parameters, double lr, double beta1, double beta2, double eps, double decay, bool amsgrad, bool maximize)
            : base(1, parameters, lr, beta1, beta2, eps, decay, amsgrad, maximize, 0, 0, false) { }
    }

    /// <summary>Adam with decoupled weight decay (Loshchilov and Hutter 2019): parameters shrink by lr * decay before the step.</summary>
    public sealed class AdamW : torch.optim.Optimizer
    {
        internal AdamW(IEnumerable<Parameter> parameters, double lr, double beta1, double beta2, double eps, double decay, bool amsgrad, bool maximize)
            : base(2, parameters, lr, beta1, beta2, eps, decay, amsgrad, maximize, 0, 0, false) { }
    }

    /// <summary>Stochastic gradient descent with momentum.</summary>
    public sealed class SGD : torch.optim.Optimizer
    {
        internal SGD(IEnumerable<Parameter> parameters, double lr, double momentum, double dampening, double decay, bool nesterov, bool maximize)
            : base(0, parameters, lr, 0, 0, 0, decay, false, maximize, momentum, dampening, nesterov) { }
    }
}
