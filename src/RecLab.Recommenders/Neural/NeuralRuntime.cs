using RecLab.Torch;

namespace RecLab.Recommenders.Neural;

/// <summary>Whether families that need libtorch can be trained on this machine; all that is known of tensors above the recommenders.</summary>
public static class NeuralRuntime
{
    /// <summary>Null where libtorch is usable, else one sentence that says why it is not. The first question loads libtorch.</summary>
    public static string? Missing => TorchRuntime.Availability is { Available: false } none ? none.Reason : null;

    /// <summary>libtorch's version, or null where it is missing.</summary>
    public static string? Version => TorchRuntime.Availability.Version;

    /// <summary>"cpu", "cuda:0", ...; empty where it is missing.</summary>
    public static IReadOnlyList<string> Devices => TorchRuntime.Availability.Devices;
}
