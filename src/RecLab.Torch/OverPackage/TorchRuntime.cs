using System.Reflection;

namespace RecLab.Torch;

/// <summary>What a build with <c>-p:UseTorchSharp=true</c> has instead of the own tensor assembly's extras: the same questions asked of the TorchSharp package.</summary>
internal sealed record TorchAvailability(bool Available, string Reason, string? Version, IReadOnlyList<string> Devices);

internal static class TorchRuntime
{
    private static readonly Lazy<TorchAvailability> Probed = new(Probe);

    public static TorchAvailability Availability => Probed.Value;

    /// <summary>The package does not say.</summary>
    public static string Kernels => "";

    /// <exception cref="TorchException">Tensors cannot be used here, or the device does not exist; the message is one sentence.</exception>
    public static void Require(string device)
    {
        var found = Availability;
        if (!found.Available) throw new TorchException(found.Reason);
        if (!found.Devices.Contains(device == "cuda" ? "cuda:0" : device))
            throw new TorchException($"The device '{device}' does not exist here. There is: {string.Join(", ", found.Devices)}.");
    }

    private static TorchAvailability Probe()
    {
        var version = typeof(TorchSharp.torch).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
        try
        {
            string[] devices = ["cpu", .. Enumerable.Range(0, TorchSharp.torch.cuda.is_available() ? TorchSharp.torch.cuda.device_count() : 0).Select(i => $"cuda:{i}")];
            return new(true, $"TorchSharp {version}", version, devices);
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException or TypeInitializationException or NotSupportedException)
        {
            return new(false, $"Neural variants are unavailable: {e.GetBaseException().Message.ReplaceLineEndings(" ").TrimEnd()}", null, []);
        }
    }
}

internal sealed class TorchException(string message) : System.Runtime.InteropServices.ExternalException(message);

/// <summary>The package hands out no optimiser's moments under the recorded surface, so that this build keeps no checkpoints (see <see cref="CanSave"/>).</summary>
internal sealed record OptimizerState(long Steps, IReadOnlyDictionary<string, float[]> Moments)
{
    public const bool CanSave = false;

    public static OptimizerState Of(TorchSharp.torch.optim.Optimizer optimizer) => throw new NotSupportedException($"{optimizer.GetType().Name} keeps its state to itself.");

    public void Restore(TorchSharp.torch.optim.Optimizer optimizer) => throw new NotSupportedException($"{optimizer.GetType().Name} keeps its state to itself.");
}

/// <summary>The recorded surface has no autocast.</summary>
internal static class MixedPrecision
{
    public static string? Missing => "This build computes in single precision only.";

    public static IDisposable BFloat16() => throw new NotSupportedException(Missing);
}
