using System.Diagnostics;
using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace RecLab.Recommenders.Neural;

/// <summary>A look ahead: a few batches forward and backward before the first step, which change neither weights nor the random stream.</summary>
internal static class Probe
{
    /// <summary>Trainings of fewer batches are over before their end could be told.</summary>
    private const int FewestBatches = 200, Looked = 3;

    public static void Report<TBatch>(Network<TBatch> network, IBatches<TBatch> batches, NeuralOptions options, TrainingContext context, Checkpoint at)
    {
        var left = (long)(options.Epochs - at.Epoch) * batches.PerEpoch - at.Batch;
        if (left < FewestBatches) return;
        var random = get_rng_state();
        network.train();
        List<double> seconds = [];
        foreach (var batch in batches.Epoch(at.Epoch, 0).Take(Looked))
        {
            context.Cancellation.ThrowIfCancellationRequested();
            var clock = Stopwatch.StartNew();
            using var scope = NewDisposeScope();
            var loss = network.Loss(batch);
            loss.backward();
            loss.ToDouble(); // waits for a card
            seconds.Add(clock.Elapsed.TotalSeconds);
        }
        set_rng_state(random);
        random.Dispose();
        long parameters = 0;
        foreach (var parameter in network.parameters())
        {
            parameters += parameter.numel();
            if (parameter.grad is not { } grad) continue;
            using var quiet = no_grad();
            grad.zero_();
            grad.Dispose();
        }
        if (seconds.Count == 0) return;
        using var process = Process.GetCurrentProcess();
        // Two moments of the optimiser and the best weights come on top of what is there now.
        var expected = new Expected(TimeSpan.FromSeconds(seconds.Min() * left), process.WorkingSet64 + 3 * sizeof(float) * parameters);
        context.Progress.Report(new(0.99 * at.Epoch / options.Epochs, "starting")
        {
            Expected = expected,
            Log = string.Create(CultureInfo.InvariantCulture,
                $"Expected: at most {Words(expected.Time)} for {options.Epochs - at.Epoch} epochs of {batches.PerEpoch} batches ({1000 * seconds.Min():0.#} ms each) and the validations; {parameters:N0} weights, about {expected.Memory >> 20:N0} MB of memory."),
        });
    }

    private static string Words(TimeSpan time) => time.TotalSeconds < 90 ? FormattableString.Invariant($"{time.TotalSeconds:0} s") : time.TotalMinutes < 90 ? FormattableString.Invariant($"{time.TotalMinutes:0} min") : FormattableString.Invariant($"{time.TotalHours:0.0} h");
}
