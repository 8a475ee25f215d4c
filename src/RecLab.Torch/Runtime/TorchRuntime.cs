using System.Runtime.InteropServices;
using RecLab.Torch.Native;

namespace RecLab.Torch;

/// <summary>Whether tensors can be used on this machine, and what with.</summary>
/// <param name="Available">The shim and its libtorch were loaded.</param>
/// <param name="Reason">One sentence: why not, or which libtorch.</param>
/// <param name="Version">libtorch's version, "1.13.1"; null where unavailable.</param>
/// <param name="Devices">"cpu", "cuda:0"...; empty where unavailable.</param>
public sealed record TorchAvailability(bool Available, string Reason, string? Version, IReadOnlyList<string> Devices);

/// <summary>Facts and switches of the tensor layer that TorchSharp has no name for.</summary>
public static class TorchRuntime
{
    private static readonly Lazy<TorchAvailability> Probed = new(Probe);

    /// <summary>Looks for libtorch once. Never throws: where it is missing, <see cref="TorchAvailability.Reason"/> says so.</summary>
    public static TorchAvailability Availability => Probed.Value;

    /// <summary>Native tensors alive at this moment, in the whole process; for leak checks.</summary>
    public static long LiveTensors => Api.rl_live_handles();

    /// <summary>Threads a tensor operation may use.</summary>
    public static int Threads => Api.rl_get_num_threads();

    /// <summary>The kernels OpenBLAS chose for this processor, "Haswell" or "SkylakeX"; empty where another BLAS is used.</summary>
    public static string Kernels => Marshal.PtrToStringUTF8(Api.rl_blas()) ?? "";

    /// <exception cref="TorchException">Tensors cannot be used here, or the device does not exist; the message is one sentence.</exception>
    public static void Require(string device)
    {
        var found = Availability;
        if (!found.Available) throw new TorchException(found.Reason);
        var name = device == "cuda" ? "cuda:0" : device;
        if (!found.Devices.Contains(name))
            throw new TorchException($"The device '{device}' does not exist here. There is: {string.Join(", ", found.Devices)}.");
    }

    private static TorchAvailability Probe()
    {
        try
        {
            var version = Marshal.PtrToStringUTF8(Api.rl_version()) ?? "unknown";
            string[] devices = ["cpu", .. Enumerable.Range(0, Api.rl_cuda_count()).Select(i => $"cuda:{i}")];
            return new(true, $"libtorch {version} through {ShimLibrary.Loaded}", version, devices);
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException or EntryPointNotFoundException or TypeInitializationException)
        {
            var cause = e is TypeInitializationException { InnerException: { } inner } ? inner : e;
            return new(false, $"Neural variants are unavailable: {cause.Message.ReplaceLineEndings(" ").TrimEnd()}", null, []);
        }
    }
}
