namespace RecLab.Training;

/// <summary>Which GPUs are taken. The schedulers' threads already limit how many runs go at a time; this says which GPU a run gets.</summary>
public sealed class DeviceSlots(TrainingSettings settings)
{
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);

    /// <summary>Takes the wanted GPU, or another free one; the CPU is shared by its slots.</summary>
    public Slot Take(string wanted)
    {
        if (!wanted.StartsWith("cuda", StringComparison.Ordinal)) return new(this, wanted);
        lock (_taken)
        {
            var device = _taken.Contains(wanted)
                ? Enumerable.Range(0, settings.CudaSlots).Select(i => $"cuda:{i}").FirstOrDefault(d => !_taken.Contains(d)) ?? wanted
                : wanted;
            _taken.Add(device);
            return new(this, device);
        }
    }

    /// <summary>A device until disposed.</summary>
    public sealed class Slot(DeviceSlots slots, string device) : IDisposable
    {
        public string Device => device;

        public void Dispose()
        {
            lock (slots._taken) slots._taken.Remove(device);
        }
    }
}
