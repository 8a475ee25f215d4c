using RecLab.Torch.Native;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>What becomes of the losses of a batch.</summary>
        public enum Reduction { None = 0, Mean = 1, Sum = 2 }

        /// <summary>The computations of modules without their state.</summary>
        public static class functional
        {
            public static Tensor relu(Tensor x, bool inplace = false) => Tensor.Of(Api.rl_relu(x.Handle), x);

            /// <summary>While training, zeroes each element with probability p and scales the rest by 1/(1 - p).</summary>
            public static Tensor dropout(Tensor input, double p = 0.5, bool training = true, bool inplace = false) => Tensor.Of(Api.rl_dropout(input.Handle, p, training ? 1 : 0), input);

            /// <summary>x W' + b.</summary>
            public static Tensor linear(Tensor input, Tensor weights, Tensor? bias = null) => Tensor.Of(Api.rl_linear(input.Handle, weights.Handle, bias?.Handle ?? 0), input, weights, bias);

            public static Tensor softmax(Tensor input, long dim, ScalarType? dtype = null) => Tensor.Of(Api.rl_softmax(input.Handle, dim, Tensor.Code(dtype)), input);

            public static Tensor log_softmax(Tensor x, long dim) => Tensor.Of(Api.rl_log_softmax(x.Handle, dim), x);

            public static Tensor logsigmoid(Tensor x) => Tensor.Of(Api.rl_log_sigmoid(x.Handle), x);

            /// <summary>x / max(|x|_p, eps) along an axis.</summary>
            public static Tensor normalize(Tensor input, double p = 2, long dim = 1, double eps = 1e-12) => Tensor.Of(Api.rl_normalize(input.Handle, p, dim, eps), input);

            /// <summary>Negative log of the softmax probability of each target class; rows whose target is <paramref name="ignore_index"/> do not count.</summary>
            public static Tensor cross_entropy(Tensor input, Tensor target, Tensor? weight = null, long ignore_index = -100, Reduction reduction = Reduction.Mean, double label_smoothing = 0) =>
                Tensor.Of(Api.rl_cross_entropy(input.Handle, target.Handle, weight?.Handle ?? 0, (int)reduction, ignore_index, label_smoothing), input, target, weight);

            /// <summary>-(w_p y log s(x) + (1 - y) log(1 - s(x))), computed without overflow.</summary>
            public static Tensor binary_cross_entropy_with_logits(Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean, Tensor? pos_weights = null) =>
                Tensor.Of(Api.rl_bce_with_logits(input.Handle, target.Handle, weight?.Handle ?? 0, pos_weights?.Handle ?? 0, (int)reduction), input, target, weight, pos_weights);
        }
    }
}
