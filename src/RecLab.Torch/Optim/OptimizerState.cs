using RecLab.Torch.Native;
using static TorchSharp.torch;

namespace RecLab.Torch;

/// <summary>What an optimiser remembers between steps, as plain arrays: with it a training resumes as if it had never stopped.</summary>
/// <param name="Steps">Steps taken so far.</param>
/// <param name="Moments">First and second moments by "slot.parameter"; a parameter that never had a gradient has none.</param>
public sealed record OptimizerState(long Steps, IReadOnlyDictionary<string, float[]> Moments)
{
    /// <summary>Whether this build can read an optimiser's state at all.</summary>
    public const bool CanSave = true;

    public static OptimizerState Of(optim.Optimizer optimizer)
    {
        var moments = new Dictionary<string, float[]>(StringComparer.Ordinal);
        for (var slot = 0; slot < 3; slot++)
            for (var i = 0; i < optimizer.Parameters.Count; i++)
                if (Api.rl_optimizer_moment(optimizer.Handle, slot, i) is var handle and not 0)
                {
                    using var moment = new Tensor(handle, scoped: false);
                    moments[$"{slot}.{i}"] = moment.CopyOut<float>();
                }
        return new(Api.rl_optimizer_steps(optimizer.Handle), moments);
    }

    /// <exception cref="TorchException">The optimiser has other parameters.</exception>
    public void Restore(optim.Optimizer optimizer)
    {
        foreach (var (name, values) in Moments)
        {
            var parts = name.Split('.');
            var (slot, i) = (int.Parse(parts[0], System.Globalization.CultureInfo.InvariantCulture), int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture));
            if (slot is < 0 or > 2 || i < 0 || i >= optimizer.Parameters.Count) throw new TorchException($"The saved moment '{name}' belongs to another optimiser.");
            var parameter = optimizer.Parameters[i];
            if (parameter.numel() != values.Length) throw new TorchException($"The saved moment '{name}' has {values.Length} elements, its parameter {parameter.numel()}.");
            using var moment = tensor(values, parameter.shape, device: parameter.device);
            Api.Check(Api.rl_optimizer_set_moment(optimizer.Handle, slot, i, moment.Handle));
        }
        Api.rl_optimizer_set_steps(optimizer.Handle, Steps);
    }
}
