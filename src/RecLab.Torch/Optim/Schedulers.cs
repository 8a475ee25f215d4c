namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        /// <summary>Learning rates that change with the epoch (or whatever <see cref="LRScheduler.step"/> is called on).</summary>
        public static class lr_scheduler
        {
            /// <summary>lr = base * gamma^floor(epoch / step_size).</summary>
            public static LRScheduler StepLR(Optimizer optimizer, int step_size, double gamma = 0.1, int last_epoch = -1, bool verbose = false) =>
                new(optimizer, last_epoch, (start, epoch) => start * Math.Pow(gamma, epoch / step_size));

            /// <summary>lr = eta_min + (base - eta_min) (1 + cos(pi epoch / T_max)) / 2 (Loshchilov and Hutter 2017).</summary>
            public static LRScheduler CosineAnnealingLR(Optimizer optimizer, double T_max, double eta_min = 0, int last_epoch = -1, bool verbose = false) =>
                new(optimizer, last_epoch, (start, epoch) => eta_min + (start - eta_min) * (1 + Math.Cos(Math.PI * epoch / T_max)) / 2);

            /// <summary>lr = base * lr_lambda(epoch).</summary>
            public static LRScheduler LambdaLR(Optimizer optimizer, Func<int, double> lr_lambda, int last_epoch = -1, bool verbose = false) =>
                new(optimizer, last_epoch, (start, epoch) => start * lr_lambda(epoch));

            /// <summary>Sets an optimiser's learning rate as a function of how often it was stepped.</summary>
            public sealed class LRScheduler
            {
                private readonly ILearningRateController[] _groups;
                private readonly Func<double, int, double> _rate;
                private int _epoch;

                internal LRScheduler(Optimizer optimizer, int lastEpoch, Func<double, int, double> rate)
                {
                    (_groups, _rate, _epoch) = ([.. optimizer.ParamGroups], rate, lastEpoch);
                    step();
                }

                public void step()
                {
                    _epoch++;
                    foreach (var group in _groups) group.LearningRate = _rate(group.InitialLearningRate, _epoch);
                }
            }
        }
    }
}
