using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using RecLab.Recommenders.Neural;
using RecLab.Recommenders.Neural.Batches;
using RecLab.Recommenders.Neural.Models;
using RecLab.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace RecLab.Bench;

/// <summary>A training step of SASRec beside the same step in plain Python torch, in turns within one run: batch 128, length 50, 64 wide, 2 layers, 3,500 items, full softmax, Adam,
/// clipping. Arguments: <c>step [THREADS] [ROUNDS] [DEVICE]</c>; <c>PYTHON</c> names the interpreter (else /usr/bin/python3).</summary>
internal static class Steps
{
    private const int Items = 3500, Batch = 128, Length = 50, Measured = 20, Warm = 3;

    public static int Run(string[] args)
    {
        int Number(int at, int otherwise) => args.Length > at ? int.Parse(args[at], CultureInfo.InvariantCulture) : otherwise;
        var (threads, rounds, on) = (Number(0, 1), Number(1, 5), args.Length > 2 ? args[2] : "cpu");
        if (NeuralRuntime.Missing is { } missing) { Console.Error.WriteLine(missing); return 1; }
        Console.WriteLine($"SASRec step, {threads} thread(s), {on}: {TorchRuntime.Availability.Reason}; OpenBLAS kernels: {TorchRuntime.Kernels}");
        List<(double Wall, double Cpu)> ours = [], theirs = [];
        for (var round = 1; round <= rounds; round++)
        {
            ours.Add(Ours(threads, on));
            if (Python(threads, on) is not { } peer) return 1;
            theirs.Add(peer);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"round {round}: ours {ours[^1].Wall:0.0} ms ({ours[^1].Cpu:0.0} ms of processor), Python {peer.Wall:0.0} ms ({peer.Cpu:0.0} ms)"));
        }
        double wall = Median(ours.Select(o => o.Wall)) / Median(theirs.Select(t => t.Wall)), cpu = Median(ours.Select(o => o.Cpu)) / Median(theirs.Select(t => t.Cpu));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"medians: ours {Median(ours.Select(o => o.Wall)):0.0} ms, Python {Median(theirs.Select(t => t.Wall)):0.0} ms; ratio {wall:0.00} by the clock, {cpu:0.00} by processor time"));
        return 0;
    }

    private static (double Wall, double Cpu) Ours(int threads, string on)
    {
        set_num_threads(threads);
        manual_seed(1);
        using var outer = NewDisposeScope();
        using var network = new SasRecNetwork(new() { MaxLength = Length, Dropout = 0.2 }, Items);
        network.to(device(on));
        using var optimizer = optim.Adam(network.parameters(), 1e-3, beta2: 0.98);
        var random = new Random(1);
        List<double> wall = [], cpu = [];
        for (var step = 0; step < Warm + Measured; step++)
        {
            var batch = Sequences(random);
            var (clock, busy) = (Stopwatch.StartNew(), Process.GetCurrentProcess().TotalProcessorTime);
            using (NewDisposeScope())
            {
                optimizer.zero_grad();
                var loss = network.Loss(batch);
                if (!double.IsFinite(loss.ToDouble())) throw new InvalidOperationException("The loss is no number.");
                loss.backward();
                nn.utils.clip_grad_norm_(network.parameters(), 5);
                optimizer.step();
                if (on != "cpu") network.parameters().First().data<float>(); // waits for the card
            }
            if (step < Warm) continue;
            wall.Add(clock.Elapsed.TotalMilliseconds);
            cpu.Add((Process.GetCurrentProcess().TotalProcessorTime - busy).TotalMilliseconds);
        }
        return (Median(wall), Median(cpu));
    }

    /// <summary>Whole sequences, so that packing leaves nothing out that the other side computes.</summary>
    private static SequenceBatch Sequences(Random random)
    {
        var rows = Batch * Length;
        return new([.. Enumerable.Range(0, rows).Select(_ => random.Next(Items))], [.. Enumerable.Range(0, rows).Select(r => r % Length)],
            [.. Enumerable.Range(0, rows).Select(_ => random.NextInt64(Items))], [.. Enumerable.Range(0, Batch + 1).Select(s => (long)s * Length)], []);
    }

    private static (double Wall, double Cpu)? Python(int threads, string on, [CallerFilePath] string here = "")
    {
        var script = Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(here))!, "sasrec_step.py");
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("PYTHON") ?? "/usr/bin/python3",
            [script, "--threads", threads.ToString(CultureInfo.InvariantCulture), "--steps", Measured.ToString(CultureInfo.InvariantCulture), "--device", on]) { RedirectStandardOutput = true };
        start.Environment["OMP_NUM_THREADS"] = start.Environment["OPENBLAS_NUM_THREADS"] = threads.ToString(CultureInfo.InvariantCulture);
        start.Environment["OMP_WAIT_POLICY"] = "passive";
        using var process = Process.Start(start)!;
        var words = process.StandardOutput.ReadToEnd().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        if (process.ExitCode == 0 && words.Length >= 2) return (double.Parse(words[0], CultureInfo.InvariantCulture), double.Parse(words[1], CultureInfo.InvariantCulture));
        Console.Error.WriteLine("Python torch is needed beside this: install python3-torch or set PYTHON.");
        return null;
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
