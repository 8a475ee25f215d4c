using System.Runtime.InteropServices;

namespace RecLab.Torch;

/// <summary>libtorch refused a call: the message is its own sentence, with the shapes or the device in it. Building one costs milliseconds
/// (libtorch walks the native stack), so it is never used for control flow.</summary>
public sealed class TorchException(string message) : ExternalException(message)
{
    /// <summary>The device or the machine had no memory left for what was asked.</summary>
    public bool IsOutOfMemory => Message.Contains("out of memory", StringComparison.OrdinalIgnoreCase)
        || Message.Contains("can't allocate memory", StringComparison.OrdinalIgnoreCase);
}
