using System.Globalization;
using System.Runtime.InteropServices;
using RecLab.Torch;
using static TorchSharp.torch;

namespace RecLab.Recommenders.Neural;

/// <summary>Where a training stands: everything that decides what it does next. Written beside, synced and renamed, so that a reader finds the old
/// one or the new one, whole.</summary>
internal sealed class Checkpoint
{
    /// <summary>What is trained on what, in one line; a checkpoint of something else is not resumed from.</summary>
    public required string Task { get; init; }

    /// <summary>Finished epochs, and finished batches of the one under way.</summary>
    public int Epoch { get; set; }
    public int Batch { get; set; }

    /// <summary>Sum of the losses of the epoch under way.</summary>
    public double LossSum { get; set; }

    /// <summary>The best validation so far, the epoch it was in (1-based) and how many have failed to beat it since.</summary>
    public double Best { get; set; } = double.NegativeInfinity;
    public int BestEpoch { get; set; }
    public int Waited { get; set; }

    /// <summary>How often the plateau schedule has lowered the learning rate.</summary>
    public int Drops { get; set; }

    /// <summary>Weights at the best validation, by parameter.</summary>
    public Dictionary<string, float[]> BestWeights { get; set; } = [];

    public static Dictionary<string, float[]> Weights(nn.Module network) =>
        network.state_dict().ToDictionary(p => p.Key, p => p.Value.Copied(), StringComparer.Ordinal);

    public static void SetWeights(nn.Module network, IReadOnlyDictionary<string, float[]> weights)
    {
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        network.load_state_dict(network.state_dict().ToDictionary(p => p.Key, p => tensor(weights[p.Key], p.Value.shape), StringComparer.Ordinal));
    }

    public void Write(string path, nn.Module network, optim.Optimizer optimizer)
    {
        var file = new SafeTensors();
        foreach (var (name, values) in Weights(network)) file["weight." + name] = NamedArray.Of(values);
        foreach (var (name, values) in BestWeights) file["best." + name] = NamedArray.Of(values);
        var state = OptimizerState.Of(optimizer);
        foreach (var (name, values) in state.Moments) file["moment." + name] = NamedArray.Of(values);
        using (var random = get_rng_state()) { var bytes = random.data<byte>().ToArray(); file["random"] = new("U8", [bytes.Length], bytes); }
        file["position"] = NamedArray.Of([Epoch, Batch, BestEpoch, Waited, state.Steps, BitConverter.DoubleToInt64Bits(LossSum), BitConverter.DoubleToInt64Bits(Best), Drops]);
        file.Metadata["task"] = Task;
        var beside = path + ".new";
        using (var stream = new FileStream(beside, FileMode.Create, FileAccess.Write))
        {
            file.Write(stream);
            stream.Flush(flushToDisk: true);
        }
        File.Move(beside, path, overwrite: true);
    }

    /// <summary>Puts network, optimiser and the random state back to where the file left them.</summary>
    /// <returns>Null where there is no file, or where it belongs to another task.</returns>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static Checkpoint? Resume(string path, string task, nn.Module network, optim.Optimizer optimizer)
    {
        if (!File.Exists(path)) return null;
        using var stream = File.OpenRead(path);
        var file = SafeTensors.Read(stream);
        if (file.Metadata.GetValueOrDefault("task") != task) return null;
        Dictionary<string, float[]> Part(string prefix) => file.Keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal)).ToDictionary(k => k[prefix.Length..], k => file.Floats(k), StringComparer.Ordinal);
        var position = file.Longs("position", 8);
        SetWeights(network, Part("weight."));
        new OptimizerState(position[4], Part("moment.")).Restore(optimizer);
        using (var random = FromBytes(file["random"].Bytes)) set_rng_state(random);
        return new()
        {
            Task = task, Epoch = (int)position[0], Batch = (int)position[1], BestEpoch = (int)position[2], Waited = (int)position[3],
            LossSum = BitConverter.Int64BitsToDouble(position[5]), Best = BitConverter.Int64BitsToDouble(position[6]), Drops = (int)position[7], BestWeights = Part("best."),
        };
    }

    private static Tensor FromBytes(byte[] bytes)
    {
        using var wide = tensor(Array.ConvertAll(bytes, b => (int)b));
        return wide.to(ScalarType.Byte);
    }

    /// <summary>What makes two trainings the same: options, seed, device and the rows learnt from.</summary>
    public static string TaskOf(NeuralOptions options, TrainingContext context, Data.Interactions data)
    {
        using var hash = System.Security.Cryptography.IncrementalHash.CreateHash(System.Security.Cryptography.HashAlgorithmName.SHA256);
        hash.AppendData(MemoryMarshal.AsBytes<int>(data.User));
        hash.AppendData(MemoryMarshal.AsBytes<int>(data.Item));
        return string.Create(CultureInfo.InvariantCulture, $"{options} seed {context.Seed} on {context.Device}, {data.Users.Count} users, {data.Items.Count} items, rows {Convert.ToHexStringLower(hash.GetHashAndReset())}");
    }
}
