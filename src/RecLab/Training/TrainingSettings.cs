namespace RecLab.Training;

/// <summary>How trainings run on this machine; section <c>RecLab</c> of the settings.</summary>
public sealed record TrainingSettings
{
    /// <summary>Threads a training may use (<c>TrainingThreads</c>). Default: all cores but one, which stays with serving.</summary>
    public int Threads { get; init; } = Math.Max(1, Environment.ProcessorCount - 1);

    /// <summary>CPU trainings at a time (<c>CpuSlots</c>), 1..64.</summary>
    public int CpuSlots { get; init; } = 1;

    /// <summary>GPUs this process offers (<c>CudaSlots</c>), 0..64: <c>cuda:0</c>, <c>cuda:1</c>, ... Default: as many as the driver shows.</summary>
    public int CudaSlots { get; init; } = Directory.Exists("/proc/driver/nvidia/gpus") ? Directory.GetDirectories("/proc/driver/nvidia/gpus").Length : 0;

    /// <summary>Whether this process carries out trainings (<c>RunJobs</c>); false leaves them to <c>reclab worker</c>.</summary>
    public bool RunJobs { get; init; } = true;

    /// <summary>A running training that has not reported for so long is lost (<c>HeartbeatSeconds</c>).</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Time between asking a training to stop and SIGTERM, and again until SIGKILL (<c>CancelSeconds</c>).</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How far a training stands back behind serving for the processor (<c>TrainingNice</c>): 0 not at all, 19 as far as the system allows.</summary>
    public int Nice { get; init; } = 10;

    /// <exception cref="InvalidOperationException">A value is out of its range.</exception>
    public static TrainingSettings From(IConfiguration configuration)
    {
        var section = configuration.GetSection("RecLab");
        var fallback = new TrainingSettings();
        return new()
        {
            Threads = Whole("TrainingThreads", fallback.Threads, 1, 1024),
            CpuSlots = Whole("CpuSlots", fallback.CpuSlots, 1, 64),
            CudaSlots = Whole("CudaSlots", fallback.CudaSlots, 0, 64),
            RunJobs = section.GetValue("RunJobs", fallback.RunJobs),
            Silence = TimeSpan.FromSeconds(Whole("HeartbeatSeconds", (int)fallback.Silence.TotalSeconds, 2, 86400)),
            Nice = Whole("TrainingNice", fallback.Nice, 0, 19),
            Patience = TimeSpan.FromSeconds(Whole("CancelSeconds", (int)fallback.Patience.TotalSeconds, 1, 3600)),
        };

        int Whole(string name, int otherwise, int low, int high)
        {
            var value = section.GetValue(name, otherwise);
            return value >= low && value <= high ? value : throw new InvalidOperationException($"The setting RecLab:{name} must lie between {low} and {high}, it is {value}.");
        }
    }
}
