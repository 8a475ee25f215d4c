using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Neural;
using RecLab.Recommenders.Neural.Batches;
using RecLab.Recommenders.Neural.Models;
using RecLab.Recommenders.Tests.Data.Import;
using RecLab.Recommenders.Tests.Models;
using Xunit;
using static TorchSharp.torch;

namespace RecLab.Recommenders.Tests.Neural;

/// <summary>What a training leaves behind for its next attempt, sound and damaged.</summary>
[Collection(nameof(NeuralCollection))]
public sealed class CheckpointTests
{
    public CheckpointTests() => NeedsTorch.OrSkip();

    private static readonly NeuralOptions Plain = new DeepMlpOptions { Epochs = 2, Patience = 0 };

    [Theory]
    [InlineData(1, 0), InlineData(5, 2), InlineData(9, 1)]
    public void A_training_resumed_anywhere_ends_with_the_weights_of_an_uninterrupted_one(int afterEpochs, int andBatches)
    {
        using var scratch = new ScratchFolder();
        var options = new SasRecOptions { MaxLength = 8, Width = 16, Layers = 1, Epochs = 12, BatchSize = 8, LearningRate = 0.01, Patience = 3, Dropout = 0.3 };
        var whole = EpochLoopTests.Saved(Train(new() { Seed = 3, Threads = 1 }));

        var path = Path.Combine(scratch.Path, "checkpoint");
        using var cancel = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => Train(new() { Seed = 3, Threads = 1, CheckpointPath = path, Cancellation = cancel.Token }, afterEpochs, andBatches, cancel));
        var reports = new Reports();
        var resumed = EpochLoopTests.Saved(Train(new() { Seed = 3, Threads = 1, CheckpointPath = path, Progress = reports }));
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
            return new EpochLoop(options, context, holdOut) { BetweenCheckpoints = TimeSpan.Zero, Probing = false }.Run(network, new Stopping(inner, epochs, batches, stop));
        }
    }

    [Fact]
    public void A_family_cancelled_and_resumed_gives_the_same_model_bit_for_bit()
    {
        using var scratch = new ScratchFolder();
        var recommender = RecommenderCatalog.Get("mlp").Create(new DeepMlpOptions { Width = 8, HiddenWidth = 16, Epochs = 6, BatchSize = 64, Patience = 0, Dropout = 0.2 });
        var context = new TrainingContext { Seed = 5, Threads = 1 };
        var whole = EpochLoopTests.Saved(recommender.Train(Checkerboard.Touches, context));
        var path = Path.Combine(scratch.Path, "checkpoint");
        using var cancel = new CancellationTokenSource();
        var stopping = new Reports(r => { if (r.Epoch == 3) cancel.Cancel(); });
        Assert.Throws<OperationCanceledException>(() => recommender.Train(Checkerboard.Touches, context with { CheckpointPath = path, Cancellation = cancel.Token, Progress = stopping }));
        Assert.Equal(whole, EpochLoopTests.Saved(recommender.Train(Checkerboard.Touches, context with { CheckpointPath = path })));
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

    [Theory]
    [InlineData("header", "The artifact's header length 11529215046")]
    [InlineData("cut", "The array 'moment.1.0' lies outside the file.")]
    [InlineData("shape", "The array 'weight.user.weight' has 4 elements, expected 240.")]
    [InlineData("missing", "The artifact has no array 'weight.user.weight'.")]
    [InlineData("best", "The array 'best.user.weight' has 4 elements, expected 240.")]
    [InlineData("moment", "The array 'moment.0.0' has 4 elements, expected 240.")]
    [InlineData("stranger", "The array 'moment.0.99' belongs to no parameter.")]
    [InlineData("random", "The array 'random' is no state of the random numbers: ")]
    [InlineData("position", "The checkpoint's position is none.")]
    public void A_damaged_or_hostile_checkpoint_is_one_sentence_and_the_training_is_as_if_it_had_not_been_there(string fault, string sentence)
    {
        using var scratch = new ScratchFolder();
        var recommender = RecommenderCatalog.Get("mlp").Create(new DeepMlpOptions { Width = 8, HiddenWidth = 16, Epochs = 3, BatchSize = 64, Patience = 0, Dropout = 0.2 });
        var context = new TrainingContext { Seed = 5, Threads = 1, CheckpointPath = Path.Combine(scratch.Path, "checkpoint") };
        var whole = EpochLoopTests.Saved(recommender.Train(Checkerboard.Touches, context));
        var bytes = File.ReadAllBytes(context.CheckpointPath);
        var file = SafeTensors.Read(new MemoryStream(bytes));
        var four = NamedArray.Of([1f, 2, 3, 4], 2, 2);
        switch (fault)
        {
            case "header": bytes[7] = 16; break; // 2^60
            case "cut": bytes = bytes[..(bytes.Length / 2)]; break;
            case "shape": file["weight.user.weight"] = four; break;
            case "missing": file.Remove("weight.user.weight"); break;
            case "best": file["best.user.weight"] = four; break;
            case "moment": file["moment.0.0"] = four; break;
            case "stranger": file["moment.0.99"] = four; break;
            case "random": file["random"] = new("U8", [3], [1, 2, 3]); break;
            default: file["position"] = NamedArray.Of([1L, 0, 0, 0, -1, 0, 0, 0]); break;
        }
        if (fault is "header" or "cut") File.WriteAllBytes(context.CheckpointPath, bytes);
        else using (var stream = File.Create(context.CheckpointPath)) file.Write(stream);
        var reports = new Reports();
        Assert.Equal(whole, EpochLoopTests.Saved(recommender.Train(Checkerboard.Touches, context with { Progress = reports })));
        Assert.StartsWith($"The checkpoint is damaged, starting anew: {sentence}", reports.Log.First(), StringComparison.Ordinal);
        Assert.Single(reports.Log, l => l.StartsWith("Epoch 1:", StringComparison.Ordinal));
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
