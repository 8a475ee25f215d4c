using RecLab.Recommenders.Data;

namespace RecLab.Recommenders;

/// <summary>The circumstances of a training: everything that is not part of what the model is.</summary>
public sealed record TrainingContext
{
    /// <summary><c>cpu</c> or <c>cuda:0</c>...</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>Same data, options, seed and device give the same model.</summary>
    public int Seed { get; init; } = 42;

    /// <summary>Threads a training may use; 0 for all cores.</summary>
    public int Threads { get; init; }

    /// <summary>Receives progress, curve points and log lines, on the training thread.</summary>
    public IProgress<TrainingProgress> Progress { get; init; } = Silent.Instance;

    public CancellationToken Cancellation { get; init; }

    /// <summary>Rows held out from training for early stopping and curves, or null: the trainer then holds out each user's last item itself where it needs one.</summary>
    public Interactions? Validation { get; init; }

    /// <summary>Where to keep a checkpoint (written beside, synced, renamed), or null for none. An existing file is resumed from.</summary>
    public string? CheckpointPath { get; init; }

    /// <summary>Reports, unless the training was cancelled.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public void Report(double fraction, string phase)
    {
        Cancellation.ThrowIfCancellationRequested();
        Progress.Report(new(fraction, phase));
    }

    private sealed class Silent : IProgress<TrainingProgress>
    {
        public static readonly Silent Instance = new();
        public void Report(TrainingProgress value) { }
    }
}

/// <summary>One report of a training under way. Fields left null have nothing new to say.</summary>
/// <param name="Fraction">Done so far, 0..1, never going backwards.</param>
/// <param name="Phase">What is being done now, in a few words: "epoch 3 of 20".</param>
public sealed record TrainingProgress(double Fraction, string Phase)
{
    /// <summary>Estimated time left, where known.</summary>
    public TimeSpan? Left { get; init; }

    /// <summary>Finished epochs or iterations (x of <see cref="Curve"/>).</summary>
    public int? Epoch { get; init; }

    /// <summary>Curve points of this epoch by series name: "loss", "validation ndcg@10", ...</summary>
    public IReadOnlyDictionary<string, double>? Curve { get; init; }

    /// <summary>A line for the run's log.</summary>
    public string? Log { get; init; }

    /// <summary>What the whole training will take, told once before its first step where it could be measured.</summary>
    public Expected? Expected { get; init; }
}

/// <summary>What a short probe found a training to take.</summary>
/// <param name="Time">At most, without the validations; early stopping may end it sooner.</param>
/// <param name="Memory">Bytes of the process.</param>
public sealed record Expected(TimeSpan Time, long Memory);
