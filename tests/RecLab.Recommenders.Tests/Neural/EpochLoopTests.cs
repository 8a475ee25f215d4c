using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Neural;
using RecLab.Recommenders.Neural.Batches;
using RecLab.Recommenders.Neural.Models;
using RecLab.Recommenders.Tests.Data.Import;
using RecLab.Recommenders.Tests.Models;
using RecLab.Torch;
using Xunit;
using static TorchSharp.torch;

namespace RecLab.Recommenders.Tests.Neural;

[Collection(nameof(NeuralCollection))]
public sealed class EpochLoopTests
{
    public EpochLoopTests() => NeedsTorch.OrSkip();

    private static readonly NeuralOptions Plain = new DeepMlpOptions { Epochs = 2, Patience = 0 };

    [Fact]
    public void A_loss_that_is_no_number_stops_the_run_and_names_the_batch()
    {
        using var network = new ToyNetwork((batch, own) => batch == 3 ? own.Usual() / 0.0 - own.Usual() / 0.0 : null);
        var error = Assert.Throws<TrainingException>(() => Loop(Plain, new()).Run(network, new Numbers(5)));
        Assert.Equal("The loss became NaN in epoch 1, batch 4 of 5: try a lower learning rate or gradient clipping.", error.Message);
        Assert.All(network.Weights, w => Assert.True(float.IsFinite(w)));
    }

    [Fact]
    public void A_cancellation_within_a_batch_is_answered_before_the_weights_move()
    {
        using var cancel = new CancellationTokenSource();
        float[] before = [];
        using var network = new ToyNetwork((batch, own) =>
        {
            if (batch != 1) return null;
            before = own.Weights;
            cancel.Cancel(); // while the forward pass is under way
            return null;
        });
        Assert.Throws<OperationCanceledException>(() => Loop(Plain, new() { Cancellation = cancel.Token }).Run(network, new Numbers(5)));
        Assert.Equal(before, network.Weights);
    }

    [Fact]
    public void Memory_that_runs_out_halves_the_batch_once_and_says_so()
    {
        var toy = new ToyRecommender(new() { Epochs = 1, BatchSize = 9 }, size => size > 5 ? ones(1L << 31, 1L << 24) : null);
        var reports = new Reports();
        toy.Train(Checkerboard.Touches, new() { Threads = 1, Progress = reports });
        Assert.Equal([9, 5], toy.Sizes);
        Assert.Equal("Out of memory with batches of 9: trying once with 5.", reports.Log.First());
    }

    [Fact]
    public void Memory_that_runs_out_twice_is_one_sentence()
    {
        var toy = new ToyRecommender(new() { Epochs = 1, BatchSize = 8 }, _ => ones(1L << 31, 1L << 24));
        var error = Assert.Throws<TrainingException>(() => toy.Train(Checkerboard.Touches, new() { Threads = 1 }));
        Assert.Equal([8, 4], toy.Sizes);
        Assert.Equal("The memory of cpu is not enough: use smaller batches, a narrower model or shorter sequences.", error.Message);
    }

    [Fact]
    public void A_wrong_shape_inside_a_network_is_one_sentence_with_the_shapes()
    {
        var toy = new ToyRecommender(new(), _ => ones(2, 3).matmul(ones(2, 3)));
        var error = Assert.Throws<TrainingException>(() => toy.Train(Checkerboard.Touches, new() { Threads = 1 }));
        Assert.Equal("mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3).", error.Message);
    }

    [Fact]
    public void A_device_that_does_not_exist_is_one_sentence()
    {
        var error = Assert.Throws<TrainingException>(() => new ToyRecommender(new(), _ => null).Train(Checkerboard.Touches, new() { Device = "cuda:7" }));
        Assert.Equal($"The device 'cuda:7' does not exist here. There is: {string.Join(", ", NeuralRuntime.Devices)}.", error.Message);
    }

    [Theory]
    // 100 steps of 10 epochs; Step: times 0.5 after each quarter; Plateau: times 0.5 per drop; Cosine: 0.1 + 0.9 (1 + cos(pi 50/100)) / 2 in the middle.
    [InlineData(LearningRateSchedule.Step, 24, 0, 1), InlineData(LearningRateSchedule.Step, 25, 0, 0.5), InlineData(LearningRateSchedule.Step, 99, 0, 0.125)]
    [InlineData(LearningRateSchedule.Plateau, 99, 0, 1), InlineData(LearningRateSchedule.Plateau, 99, 3, 0.125)]
    [InlineData(LearningRateSchedule.Cosine, 50, 0, 0.55), InlineData(LearningRateSchedule.Constant, 99, 5, 1)]
    public void Each_schedule_moves_the_learning_rate_as_it_says(LearningRateSchedule schedule, int step, int drops, double expected) =>
        Assert.Equal(expected, Loop(Plain with { Schedule = schedule, WarmUp = 0 }, new()).Factor(step, 100, drops), 12);

    [Fact]
    public void The_plateau_schedule_lowers_the_rate_when_validations_stop_rising_and_a_resumed_training_remembers()
    {
        using var scratch = new ScratchFolder();
        var path = Path.Combine(scratch.Path, "checkpoint");
        // A model that answers nobody validates at zero: the first is the best, all others fail to beat it.
        var options = Plain with { Epochs = 9, Patience = 4, Schedule = LearningRateSchedule.Plateau, LearningRate = 0.01 };
        var reports = new Reports();
        using var network = new ToyNetwork();
        Loop(options, new() { CheckpointPath = path, Progress = reports }).Run(network, new Numbers(2));
        Assert.Equal(["Epoch 3: ... learning rate now 0.005", "Epoch 5: ... learning rate now 0.0025"],
            reports.Log.Where(l => l.Contains("learning rate now")).Select(l => $"{l[..8]} ... {l[l.IndexOf("learning rate", StringComparison.Ordinal)..]}"));
        using var again = new ToyNetwork();
        using var optimizer = optim.Adam(again.parameters(), 0.01, beta2: 0.98);
        var context = new TrainingContext();
        Assert.Equal(2, Checkpoint.Resume(path, Checkpoint.TaskOf(options, context, HoldOut.Of(Checkerboard.Touches, context).Train), again, optimizer)!.Drops);
    }

    [Fact]
    public void Looking_ahead_says_what_a_training_takes_and_changes_nothing()
    {
        var options = new SasRecOptions { MaxLength = 8, Width = 16, Layers = 1, Epochs = 60, BatchSize = 8, LearningRate = 0.01, Patience = 0, Dropout = 0.3 };
        var reports = new Reports();
        Assert.Equal(Train(new() { Seed = 3, Threads = 1 }, probing: false), Train(new() { Seed = 3, Threads = 1, Progress = reports }, probing: true));
        var expected = Assert.Single(reports.Seen, r => r.Expected is not null);
        // 16 wide: 30 items, 8 places, one block of 4 norms, (48 + 16 + 16 + 16) x 16 and as many biases, one last norm: 480 + 128 + 64 + 1536 + 96 + 32.
        Assert.Matches(@"^Expected: at most [\d.]+ (s|min|h) for 60 epochs of 4 batches \([\d.,]+ ms each\) and the validations; 2,336 weights, about [\d,]+ MB of memory\.$", expected.Log);
        Assert.True(expected.Expected!.Time > TimeSpan.Zero && expected.Expected.Memory > 1 << 20);

        byte[] Train(TrainingContext context, bool probing)
        {
            set_num_threads(1);
            manual_seed(context.Seed);
            using var scope = NewDisposeScope();
            var holdOut = HoldOut.Of(Checkerboard.Touches, context);
            using var network = new SasRecNetwork(options, Checkerboard.Size);
            return Saved(new EpochLoop(options, context, holdOut) { Probing = probing }.Run(network, new SequenceBatches(holdOut.Train, options.BatchSize, options.MaxLength, 0, context.Seed)));
        }
    }

    [Fact]
    public void Several_seeds_are_one_run_that_keeps_the_best_and_tells_the_spread()
    {
        var options = new DeepMlpOptions { Width = 8, HiddenWidth = 16, Epochs = 3, BatchSize = 128, Patience = 0, Seeds = 3 };
        var reports = new Reports();
        var together = Saved(Train(options, 11, reports));
        var last = reports.Log.Last();
        var match = System.Text.RegularExpressions.Regex.Match(last, @"^Seeds 11: (0\.\d{4}), 12: (0\.\d{4}), 13: (0\.\d{4}); validation NDCG@10 (0\.\d{4}) on average, standard deviation (0\.\d{4})\. Kept seed (\d+)\.$");
        Assert.True(match.Success, last);
        double Number(int group) => double.Parse(match.Groups[group].Value, System.Globalization.CultureInfo.InvariantCulture);
        double[] values = [Number(1), Number(2), Number(3)];
        Assert.Equal(values.Average(), Number(4), 3);
        Assert.Equal(Math.Sqrt(values.Sum(v => Math.Pow(v - values.Average(), 2)) / 2), Number(5), 3);
        Assert.Equal(values.Max(), values[(int)Number(6) - 11]);
        Assert.Equal(Saved(Train(options with { Seeds = 1 }, (int)Number(6), null)), together);
        Assert.Equal(reports.Seen.Select(r => r.Fraction).Order(), reports.Seen.Select(r => r.Fraction));
        Assert.Equal(1, reports.Seen[^1].Fraction);
        Assert.Contains("validation ndcg@10 (seed 12)", reports.Seen.SelectMany(r => r.Curve?.Keys ?? []));

        static IModel Train(DeepMlpOptions options, int seed, Reports? reports)
        {
            var context = new TrainingContext { Seed = seed, Threads = 1 };
            // The same rows are held out for every seed where they are given.
            var rows = Checkerboard.Touches;
            var last = Enumerable.Range(0, Checkerboard.Size).Select(u => rows.ByUser[u][^1]).ToHashSet();
            return new DeepMlp(options).Train(rows.Where(r => !last.Contains(r)), (reports is null ? context : context with { Progress = reports }) with { Validation = rows.Where(last.Contains) });
        }
    }

    [Fact]
    public void Half_the_bits_on_a_processor_are_refused_in_a_sentence()
    {
        var error = Assert.Throws<TrainingException>(() => new ToyRecommender(new() { Precision = Precision.BFloat16 }, _ => null).Train(Checkerboard.Touches, new()));
        Assert.Equal("bfloat16 needs a CUDA device: choose single precision to train on the processor.", error.Message);
    }

    [Fact]
    public void Ten_thousand_steps_leave_native_memory_flat()
    {
        long early = 0, tensors = 0;
        var steps = 0;
        // 256 x 64 floats are 64 KiB: one such tensor lost a step would be 560 MiB over the last nine thousand.
        using var network = new ToyNetwork((_, _) =>
        {
            if (++steps == 1_000) (early, tensors) = (Resident(), TorchRuntime.LiveTensors);
            return null;
        }, rows: 256);
        var growth = 0L;
        var after = new Reports(r => { if (r.Epoch == 10) growth = Resident() - early; });
        using (NewDisposeScope()) Loop(Plain with { Epochs = 10 }, new() { Progress = after, Threads = 1 }).Run(network, new Numbers(1_000));
        Assert.Equal(10_000, steps);
        Assert.InRange(growth, long.MinValue, 64L << 20);
        Assert.InRange(TorchRuntime.LiveTensors, 0, tensors);
    }

    private static EpochLoop Loop(NeuralOptions options, TrainingContext context) => new(options, context, HoldOut.Of(Checkerboard.Touches, context)) { Probing = false };

    /// <summary>Bytes of this process in memory, garbage collected.</summary>
    private static long Resident()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    /// <summary>The artifact of a model.</summary>
    internal static byte[] Saved(IModel model)
    {
        using var stream = new MemoryStream();
        model.Save(stream);
        return stream.ToArray();
    }
}
