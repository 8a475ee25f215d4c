using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Numerics;
using RecLab.Torch;
using static TorchSharp.torch;

namespace RecLab.Recommenders.Neural;

/// <summary>What all neural families share: a thread of their own, the device, the seed, the held-out rows, the loop, and errors as sentences.</summary>
/// <typeparam name="TOptions">The family's options.</typeparam>
/// <typeparam name="TBatch">What one step looks at.</typeparam>
public abstract class NeuralRecommender<TOptions, TBatch>(TOptions options) : IRecommender where TOptions : NeuralOptions
{
    protected TOptions Options => options;

    public IModel Train(Interactions data, TrainingContext context)
    {
        IModel? model = null;
        ExceptionDispatchInfo? failed = null;
        var thread = new Thread(() =>
        {
            try { model = TrainHere(data, context); }
            catch (Exception e) { failed = ExceptionDispatchInfo.Capture(e); } // rethrown below, on the caller's thread
        }) { Name = "training", IsBackground = true };
        thread.Start();
        thread.Join();
        failed?.Throw();
        return model!;
    }

    public abstract IModel Load(Stream artifact, Vocabulary users, Vocabulary items);

    /// <summary>The network with its first weights, and the batches to train it on.</summary>
    /// <param name="options">As given, or with a smaller batch after the memory ran out.</param>
    /// <param name="train">At least one row.</param>
    /// <exception cref="TrainingException">These data cannot be learnt from; the message says why.</exception>
    protected abstract (Network<TBatch> Network, IBatches<TBatch> Batches) Prepare(TOptions options, Interactions train, int seed);

    private IModel TrainHere(Interactions data, TrainingContext context)
    {
        context.Cancellation.ThrowIfCancellationRequested();
        if (data.Count == 0) throw new TrainingException("There are no interactions to learn from.");
        try
        {
            context = context with { Progress = new Forward(context.Progress) };
            if (!OptimizerState.CanSave && context.CheckpointPath is not null)
            {
                context.Progress.Report(new(0, "starting") { Log = "This build keeps no checkpoints: an interrupted training starts anew." });
                context = context with { CheckpointPath = null };
            }
            TorchRuntime.Require(context.Device);
            if (options.Precision == Precision.BFloat16 && context.Device == "cpu") throw new TrainingException("bfloat16 needs a CUDA device: choose single precision to train on the processor.");
            if (options.Precision == Precision.BFloat16 && MixedPrecision.Missing is { } missing) throw new TrainingException(missing);
            set_num_threads(context.Threads());
            var holdOut = HoldOut.Of(data, context);
            try
            {
                return Seeds.Run(options, context, (chosen, own) => Run(chosen, holdOut, own));
            }
            catch (ExternalException e) when (IsOutOfMemory(e) && options.BatchSize > 1)
            {
                var smaller = (TOptions)((NeuralOptions)options with { BatchSize = (options.BatchSize + 1) / 2 });
                context.Progress.Report(new(0, "starting again") { Log = $"Out of memory with batches of {options.BatchSize}: trying once with {smaller.BatchSize}." });
                return Seeds.Run(smaller, context, (chosen, own) => Run(chosen, holdOut, own));
            }
        }
        catch (ExternalException e)
        {
            throw new TrainingException(IsOutOfMemory(e) ? $"The memory of {context.Device} is not enough: use smaller batches, a narrower model or shorter sequences." : Sentence(e.Message), e);
        }
    }

    private (IModel Model, double Best) Run(TOptions chosen, HoldOut holdOut, TrainingContext context)
    {
        manual_seed(context.Seed);
        using var scope = NewDisposeScope();
        var (network, batches) = Prepare(chosen, holdOut.Train, context.Seed);
        using (network)
        {
            TorchSharp.ModuleExtensionMethods.to(network, device(context.Device));
            var loop = new EpochLoop(chosen, context, holdOut);
            return (loop.Run(network, batches), loop.Best);
        }
    }

    /// <summary>Keeps the share done from falling back when a training starts again.</summary>
    private sealed class Forward(IProgress<TrainingProgress> inner) : IProgress<TrainingProgress>
    {
        private double _most;

        public void Report(TrainingProgress value) => inner.Report(value with { Fraction = _most = Math.Max(_most, value.Fraction) });
    }

    /// <summary>Whatever library the tensors come from, its errors are <see cref="ExternalException"/>s with libtorch's words.</summary>
    private static bool IsOutOfMemory(ExternalException e) =>
        e.Message.Contains("out of memory", StringComparison.OrdinalIgnoreCase) || e.Message.Contains("can't allocate memory", StringComparison.OrdinalIgnoreCase);

    private static string Sentence(string message)
    {
        var line = message.ReplaceLineEndings(" ").Trim();
        return line.EndsWith('.') ? line : line + ".";
    }
}
