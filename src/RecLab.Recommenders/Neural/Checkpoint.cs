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

    /// <summary>Puts network, optimiser and the random state back to where the file left them. Nothing is touched before everything in the file has been found to fit.</summary>
    /// <returns>Null where there is no file, or where it belongs to another task.</returns>
    /// <exception cref="InvalidDataException">The file is damaged; network, optimiser and random state are as they were.</exception>
    public static Checkpoint? Resume(string path, string task, nn.Module network, optim.Optimizer optimizer)
    {
        if (!File.Exists(path)) return null;
        using var stream = File.OpenRead(path);
        var file = SafeTensors.Read(stream);
        if (file.Metadata.GetValueOrDefault("task") != task) return null;
        var (at, steps) = Position(file, task);
        var lengths = network.state_dict().ToDictionary(p => p.Key, p => p.Value.numel(), StringComparer.Ordinal);
        var weights = Part(file, "weight.", lengths);
        if (file.Keys.Any(k => k.StartsWith("best.", StringComparison.Ordinal))) at.BestWeights = Part(file, "best.", lengths);
        long[] parameters = [.. network.parameters().Select(p => p.numel())];
        var moments = file.Keys.Where(k => k.StartsWith("moment.", StringComparison.Ordinal)).ToDictionary(k => k["moment.".Length..], k => file.Floats(k, Moment(k, parameters)), StringComparer.Ordinal);
        SetRandom(file);
        SetWeights(network, weights);
        new OptimizerState(steps, moments).Restore(optimizer);
        return at;
    }

    private static (Checkpoint At, long Steps) Position(SafeTensors file, string task)
    {
        var position = file.Longs("position", 8);
        var (sum, best) = (BitConverter.Int64BitsToDouble(position[5]), BitConverter.Int64BitsToDouble(position[6]));
        if (position[..5].Append(position[7]).Any(n => n is < 0 or > int.MaxValue) || !double.IsFinite(sum) || double.IsNaN(best)) throw new InvalidDataException("The checkpoint's position is none.");
        return (new()
        {
            Task = task, Epoch = (int)position[0], Batch = (int)position[1], BestEpoch = (int)position[2], Waited = (int)position[3], LossSum = sum, Best = best, Drops = (int)position[7],
        }, position[4]);
    }

    private static Dictionary<string, float[]> Part(SafeTensors file, string prefix, Dictionary<string, long> lengths) =>
        lengths.ToDictionary(p => p.Key, p => file.Floats(prefix + p.Key, p.Value), StringComparer.Ordinal);

    /// <summary>How long a moment must be: as long as the parameter whose number its name ends with.</summary>
    private static long Moment(string name, long[] parameters) =>
        name.Split('.') is [_, "0" or "1" or "2", var number] && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var i) && i < parameters.Length
            ? parameters[i]
            : throw new InvalidDataException($"The array '{name}' belongs to no parameter.");

    private static void SetRandom(SafeTensors file)
    {
        if (!file.TryGetValue("random", out var state)) throw new InvalidDataException("The artifact has no array 'random'.");
        try
        {
            using var random = FromBytes(state.Bytes);
            set_rng_state(random);
        }
        catch (ExternalException e)
        {
            throw new InvalidDataException($"The array 'random' is no state of the random numbers: {e.Message.ReplaceLineEndings(" ")}", e);
        }
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
