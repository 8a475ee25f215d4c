using System.Diagnostics;
using System.Globalization;
using RecLab.Recommenders.Data;
using RecLab.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace RecLab.Recommenders.Neural;

/// <summary>The only training loop: batches, backward, clipping, Adam or AdamW, the learning rate's schedule, validation with the best weights kept,
/// checkpoints, progress and cancellation. Runs on one thread from beginning to end, because gradient mode and dispose scopes belong to it.</summary>
internal sealed class EpochLoop(NeuralOptions options, TrainingContext context, HoldOut holdOut)
{
    /// <summary>How often a checkpoint is written within an epoch.</summary>
    public TimeSpan BetweenCheckpoints { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether a few batches are looked at beforehand, to say what the training will take.</summary>
    public bool Probing { get; init; } = true;

    /// <summary>The best validation of the training, not a number where there was none.</summary>
    public double Best { get; private set; } = double.NaN;

    private static readonly TimeSpan BetweenReports = TimeSpan.FromMilliseconds(250);

    private readonly Stopwatch _clock = new(), _sinceReport = new(), _sinceCheckpoint = new();

    /// <summary>Trains the network and freezes it at its best validation, or at its end where nothing could be held out.</summary>
    /// <exception cref="TrainingException">A loss was not a number.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; answered within one pass forward or backward.</exception>
    public IModel Run<TBatch>(Network<TBatch> network, IBatches<TBatch> batches)
    {
        var (users, items) = (holdOut.Train.Users, holdOut.Train.Items);
        using optim.Optimizer optimizer = options.WeightDecay > 0
            ? optim.AdamW(network.parameters(), options.LearningRate, beta2: 0.98, weight_decay: options.WeightDecay)
            : optim.Adam(network.parameters(), options.LearningRate, beta2: 0.98);
        var at = Resumed(network, optimizer);
        var first = at.Epoch * batches.PerEpoch + at.Batch;
        if (Probing) Probe.Report(network, batches, options, context, at);
        _clock.Start(); _sinceReport.Start(); _sinceCheckpoint.Start();
        while (at.Epoch < options.Epochs && !(options.Patience > 0 && at.Waited >= options.Patience))
        {
            var began = _clock.Elapsed;
            network.train();
            foreach (var batch in batches.Epoch(at.Epoch, at.Batch))
            {
                at.LossSum += Step(network, optimizer, batch, at, batches.PerEpoch);
                at.Batch++;
                if (_sinceReport.Elapsed > BetweenReports) Report(at, batches.PerEpoch, first);
                if (_sinceCheckpoint.Elapsed > BetweenCheckpoints && at.Batch < batches.PerEpoch) Save(at, network, optimizer);
            }
            var loss = at.LossSum / batches.PerEpoch;
            (at.Epoch, at.Batch, at.LossSum) = (at.Epoch + 1, 0, 0);
            Validate(at, network, loss, batches.PerEpoch, first, _clock.Elapsed - began, users, items);
            Save(at, network, optimizer);
        }
        if (at.BestWeights.Count > 0)
        {
            Best = at.Best;
            Checkpoint.SetWeights(network, at.BestWeights);
        }
        network.eval();
        var model = network.Freeze(users, items);
        context.Progress.Report(new(1, "trained")
        {
            Left = TimeSpan.Zero,
            Log = at.BestWeights.Count == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"Kept epoch {at.BestEpoch}: NDCG@10 {at.Best:0.0000} on {holdOut.Users} validation users."),
        });
        return model;
    }

    private double Step<TBatch>(Network<TBatch> network, optim.Optimizer optimizer, TBatch batch, Checkpoint at, int perEpoch)
    {
        context.Cancellation.ThrowIfCancellationRequested();
        using var scope = NewDisposeScope();
        foreach (var group in optimizer.ParamGroups) group.LearningRate = options.LearningRate * Factor(at.Epoch * perEpoch + at.Batch, options.Epochs * perEpoch, at.Drops);
        optimizer.zero_grad();
        Tensor loss;
        using (options.Precision == Precision.BFloat16 ? MixedPrecision.BFloat16() : null) loss = network.Loss(batch);
        var value = loss.ToDouble();
        if (!double.IsFinite(value))
            throw new TrainingException($"The loss became {value.ToString(CultureInfo.InvariantCulture)} in epoch {at.Epoch + 1}, batch {at.Batch + 1} of {perEpoch}: try a lower learning rate or gradient clipping.");
        context.Cancellation.ThrowIfCancellationRequested();
        loss.backward();
        context.Cancellation.ThrowIfCancellationRequested();
        if (options.ClipNorm > 0) nn.utils.clip_grad_norm_(network.parameters(), options.ClipNorm);
        optimizer.step();
        return value;
    }

    /// <summary>The learning rate of a step as a share of the highest.</summary>
    /// <param name="drops">How often the plateau schedule has lowered it.</param>
    internal double Factor(int step, int steps, int drops)
    {
        var warm = (int)Math.Ceiling(options.WarmUp * steps);
        if (step < warm) return (step + 1.0) / warm;
        var done = steps == warm ? 1 : (double)(step - warm) / (steps - warm);
        return options.Schedule switch
        {
            LearningRateSchedule.Cosine => 0.1 + 0.9 * (1 + Math.Cos(Math.PI * done)) / 2,
            LearningRateSchedule.Step => Math.Pow(options.Decay, (int)(4 * step / (double)steps)),
            LearningRateSchedule.Plateau => Math.Pow(options.Decay, drops),
            _ => 1,
        };
    }

    private void Validate<TBatch>(Checkpoint at, Network<TBatch> network, double loss, int perEpoch, int first, TimeSpan took, Vocabulary users, Vocabulary items)
    {
        var curve = new Dictionary<string, double> { ["loss"] = loss };
        var line = string.Create(CultureInfo.InvariantCulture, $"Epoch {at.Epoch}: loss {loss:0.0000}, {took.TotalSeconds:0.0} s");
        if (holdOut.Users > 0 && at.Epoch > options.FirstValidation && (at.Epoch % options.ValidateEvery == 0 || at.Epoch == options.Epochs))
        {
            network.eval();
            var ndcg = holdOut.Ndcg(network.Freeze(users, items), context);
            curve["validation ndcg@10"] = ndcg;
            line += string.Create(CultureInfo.InvariantCulture, $", validation NDCG@10 {ndcg:0.0000}");
            if (ndcg > at.Best) (at.Best, at.BestEpoch, at.Waited, at.BestWeights) = (ndcg, at.Epoch, 0, Checkpoint.Weights(network));
            else at.Waited++;
            if (options.Schedule == LearningRateSchedule.Plateau && at.Waited > 0 && at.Waited % Math.Max(1, options.Patience / 2) == 0)
            {
                at.Drops++;
                line += string.Create(CultureInfo.InvariantCulture, $", learning rate now {options.LearningRate * Math.Pow(options.Decay, at.Drops):0.######}");
            }
        }
        Report(at, perEpoch, first, curve, line);
    }

    private void Report(Checkpoint at, int perEpoch, int first, Dictionary<string, double>? curve = null, string? line = null)
    {
        _sinceReport.Restart();
        var (done, all) = (at.Epoch * perEpoch + at.Batch, options.Epochs * perEpoch);
        context.Progress.Report(new(0.99 * done / all, $"epoch {Math.Min(at.Epoch + (curve is null ? 1 : 0), options.Epochs)} of {options.Epochs}")
        {
            Epoch = curve is null ? null : at.Epoch,
            Curve = curve,
            Log = line,
            Left = done > first ? _clock.Elapsed * ((double)(all - done) / (done - first)) : null,
        });
    }

    private Checkpoint Resumed(nn.Module network, optim.Optimizer optimizer)
    {
        var fresh = new Checkpoint { Task = Checkpoint.TaskOf(options, context, holdOut.Train) };
        if (context.CheckpointPath is not { } path) return fresh;
        try
        {
            if (Checkpoint.Resume(path, fresh.Task, network, optimizer) is { } at)
            {
                context.Progress.Report(new(0.99 * at.Epoch / options.Epochs, "resuming") { Log = $"Resumed after epoch {at.Epoch}, batch {at.Batch}." });
                return at;
            }
            if (File.Exists(path)) context.Progress.Report(new(0, "starting") { Log = "The checkpoint belongs to other options or data: starting anew." });
        }
        catch (InvalidDataException e)
        {
            context.Progress.Report(new(0, "starting") { Log = $"The checkpoint is damaged, starting anew: {e.Message}" });
        }
        return fresh;
    }

    private void Save(Checkpoint at, nn.Module network, optim.Optimizer optimizer)
    {
        if (context.CheckpointPath is { } path) at.Write(path, network, optimizer);
        _sinceCheckpoint.Restart();
    }
}
