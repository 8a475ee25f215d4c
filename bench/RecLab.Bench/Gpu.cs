using System.Globalization;
using RecLab.Recommenders.Neural;
using RecLab.Recommenders.Neural.Batches;
using RecLab.Recommenders.Neural.Models;
using RecLab.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace RecLab.Bench;

/// <summary>What only a machine with a card can say: whether scores there equal the processor's, how long a step takes beside Python torch, and how long SASRec takes to its best epoch.
/// <c>bench/gpu/run.sh</c> builds the shim and runs this.</summary>
internal static class Gpu
{
    public static int Run()
    {
        if (NeuralRuntime.Missing is { } missing) { Console.Error.WriteLine(missing); return 1; }
        if (NeuralRuntime.Devices.FirstOrDefault(d => d.StartsWith("cuda", StringComparison.Ordinal)) is not { } card)
        {
            Console.Error.WriteLine($"There is no CUDA device here ({TorchRuntime.Availability.Reason}): nothing was measured.");
            return 1;
        }
        Console.WriteLine($"{TorchRuntime.Availability.Reason}; devices: {string.Join(", ", NeuralRuntime.Devices)}");
        var difference = Agreement(card);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"largest difference of scores, {card} against the processor: {difference:0.0e+00} (goal: under 1e-3)"));
        return Steps.Run(["1", "5", card]) | NextItem.Run([$"2@{card}", "sasrec:Epochs=80,MaxLength=200,Patience=10,BatchSize=128,Dropout=0.1"]) | (difference < 1e-3 ? 0 : 1);
    }

    /// <summary>The same weights and the same sequences on both.</summary>
    private static double Agreement(string card)
    {
        manual_seed(1);
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        using var network = new SasRecNetwork(new() { MaxLength = 50 }, 3500);
        network.eval();
        var random = new Random(1);
        long[] starts = [0, 50, 57, 58, 100];
        var batch = new SequenceBatch([.. Enumerable.Range(0, 100).Select(_ => random.Next(3500))], [.. starts.Zip(starts.Skip(1)).SelectMany(s => Enumerable.Range(0, (int)(s.Second - s.First)))], new long[100], starts, []);
        float[] Scores() => network.Hidden(batch).matmul(network.state_dict()["item.weight"].t()).Copied();
        var here = Scores();
        network.to(device(card));
        return here.Zip(Scores()).Max(p => Math.Abs(p.First - p.Second));
    }
}
