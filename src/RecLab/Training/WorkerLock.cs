using System.Globalization;
using RecLab.Storage;

namespace RecLab.Training;

/// <summary>One process at a time carries out the trainings of a data folder (Quartz on SQLite knows no cluster). Held while the file is open,
/// so that a crash releases it.</summary>
public sealed class WorkerLock(HostPaths paths) : IDisposable
{
    private FileStream? _held;

    private string File => Path.Combine(paths.DataDir, "worker.lock");

    /// <summary>Takes the lock; false when another process has it.</summary>
    public bool TryTake()
    {
        if (_held is not null) return true;
        try
        {
            _held = new FileStream(File, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            _held.SetLength(0);
            _held.Write(System.Text.Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
            _held.Flush();
            return true;
        }
        catch (IOException)
        {
            return false; // another process has it open
        }
    }

    public void Dispose()
    {
        _held?.Dispose();
        _held = null;
    }
}
