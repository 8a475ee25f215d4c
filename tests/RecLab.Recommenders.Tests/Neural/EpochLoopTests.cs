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

    [Theory]
    [InlineData(1, 0), InlineData(5, 2), InlineData(9, 1)]
    public void A_training_resumed_anywhere_ends_with_the_weights_of_an_uninterrupted_one(int afterEpochs, int andBatches)
    {
        using var scratch = new ScratchFolder();
        var options = new SasRecOptions { MaxLength = 8, Width = 16, Layers = 1, Epochs = 12, BatchSize = 8, LearningRate = 0.01, Patience = 3, Dropout = 0.3 };
        var whole = Saved(Train(new() { Seed = 3, Threads = 1 }));

        var path = Path.Combine(scratch.Path, "checkpoint");
        using var cancel = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => Train(new() { Seed = 3, Threads = 1, CheckpointPath = path, Cancellation = cancel.Token }, afterEpochs, andBatches, cancel));
        var reports = new Reports();
        var resumed = Saved(Train(new() { Seed = 3, Threads = 1, CheckpointPath = path, Progress = reports }));
        Assert.Equal($"Resumed after epoch {afterEpochs}, batch {andBatches}.", reports.Log.First());
        Assert.Equal(whole, resumed);

        // The family's own path but for a checkpoint after every batch and a cancellation at a given one.
        IModel Train(TrainingContext context, int epochs = int.MaxValue, int batches = 0, CancellationTokenSource? stop = null)
        {
            set_num_threads(1);
            manual_seed(context.Seed);
            using var scope = NewDisposeScope();
            var holdOut = HoldOut.Of(Checkerboard.Touches, context);
            using var network = new SasRecNetwork(options, Checkerboard.Size);
            var inner = new SequenceBatches(holdOut.Train, options.BatchSize, options.MaxLength, 0, context.Seed);
            return new EpochLoop(options, context, holdOut) { BetweenCheckpoints = TimeSpan.Zero }.Run(network, new Stopping(inner, epochs, batches, stop));
        }
    }

    [Fact]
    public void A_family_cancelled_and_resumed_gives_the_same_model_bit_for_bit()
    {
        using var scratch = new ScratchFolder();
        var recommender = RecommenderCatalog.Get("mlp").Create(new DeepMlpOptions { Width = 8, HiddenWidth = 16, Epochs = 6, BatchSize = 64, Patience = 0, Dropout = 0.2 });
        var context = new TrainingContext { Seed = 5, Threads = 1 };
        var whole = Saved(recommender.Train(Checkerboard.Touches, context));
        var path = Path.Combine(scratch.Path, "checkpoint");
        using var cancel = new CancellationTokenSource();
        var stopping = new Reports(r => { if (r.Epoch == 3) cancel.Cancel(); });
        Assert.Throws<OperationCanceledException>(() => recommender.Train(Checkerboard.Touches, context with { CheckpointPath = path, Cancellation = cancel.Token, Progress = stopping }));
        Assert.Equal(whole, Saved(recommender.Train(Checkerboard.Touches, context with { CheckpointPath = path })));
    }

    [Fact]
    public void A_checkpoint_of_other_options_is_not_resumed_from_and_says_so()
    {
        using var scratch = new ScratchFolder();
        var path = Path.Combine(scratch.Path, "checkpoint");
        Toy(Plain).Train(Checkerboard.Touches, new() { CheckpointPath = path, Threads = 1 });
        var reports = new Reports();
        Toy(Plain with { LearningRate = 0.5 }).Train(Checkerboard.Touches, new() { CheckpointPath = path, Threads = 1, Progress = reports });
        Assert.Equal("The checkpoint belongs to other options or data: starting anew.", reports.Log.First());

        static ToyRecommender Toy(NeuralOptions options) => new((DeepMlpOptions)options, _ => null);
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

    private static EpochLoop Loop(NeuralOptions options, TrainingContext context) => new(options, context, HoldOut.Of(Checkerboard.Touches, context));

    /// <summary>Bytes of this process in memory, garbage collected.</summary>
    private static long Resident()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    private static byte[] Saved(IModel model)
    {
        using var stream = new MemoryStream();
        model.Save(stream);
        return stream.ToArray();
    }

    /// <summary>Batches during which a training is cancelled.</summary>
    private sealed class Stopping(IBatches<SequenceBatch> inner, int epochs, int batches, CancellationTokenSource? stop) : IBatches<SequenceBatch>
    {
        public int PerEpoch => inner.PerEpoch;

        public IEnumerable<SequenceBatch> Epoch(int epoch, int from)
        {
            var at = from;
            foreach (var batch in inner.Epoch(epoch, from))
            {
                if (epoch == epochs && at == batches) stop!.Cancel();
                at++;
                yield return batch;
            }
        }
    }
}
