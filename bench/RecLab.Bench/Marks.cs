using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using RecLab.Recommenders;
using RecLab.Recommenders.Neural;
using RecLab.Recommenders.Neural.Models;
using RecLab.Recommenders.Reproductions;
using RecLab.Testing;

namespace RecLab.Bench;

/// <summary>Seconds until SASRec (64 wide, 2 layers, length 100, batches of 64, full softmax) first validates at NDCG@10 of 0.12, 0.15 and 0.17 on ml-1m-sasrec, beside a plain Python torch
/// loop (bench/sasrec_loop.py) with the same layers, batches, schedule and validation on the same libtorch, one after the other; each epoch's validation counts.
/// Arguments: <c>marks [THREADS] [SECONDS] [ours|python]</c>, the seconds by the clock after which each gives up; <c>PYTHON</c> names the interpreter (else /usr/bin/python3).</summary>
internal static class Marks
{
    private const int Epochs = 80, Length = 100;
    private static readonly double[] Wanted = [0.12, 0.15, 0.17];

    private sealed record Point(double Wall, double Cpu, double Ndcg);

    public static int Run(string[] args)
    {
        var (threads, seconds) = (args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 2, args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 900);
        if (NeuralRuntime.Missing is { } missing) { Console.Error.WriteLine(missing); return 1; }
        if (TestPaths.Dataset("ml-1m-sasrec") is not { } folder) { Console.WriteLine("ml-1m-sasrec does not lie beside the checkout."); return 1; }
        if (args is not [_, _, "python", ..]) Print("ours", Ours(folder, threads, seconds));
        if (args is not [_, _, "ours", ..]) Print("Python", Python(folder, threads, seconds));
        return 0;
    }

    private static List<Point> Ours(string folder, int threads, int seconds)
    {
        var split = PublishedSplits.LastItems(folder);
        using var enough = new CancellationTokenSource();
        var points = new Points(seconds, enough);
        try
        {
            new SasRec(new() { MaxLength = Length, Epochs = Epochs, Patience = 0 }).Train(split.Train, new() { Threads = threads, Validation = split.Validation, Progress = points, Cancellation = enough.Token });
        }
        catch (OperationCanceledException) { Console.WriteLine("time is up"); }
        return points.Seen;
    }

    private static List<Point> Python(string folder, int threads, int seconds, [CallerFilePath] string here = "")
    {
        var script = Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(here))!, "sasrec_loop.py");
        string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("PYTHON") ?? "/usr/bin/python3",
            [script, "--data", Path.Combine(folder, "ml-1m.txt.gz"), "--threads", Text(threads), "--length", Text(Length), "--epochs", Text(Epochs), "--seconds", Text(seconds)]) { RedirectStandardOutput = true };
        start.Environment["OMP_NUM_THREADS"] = start.Environment["OPENBLAS_NUM_THREADS"] = Text(threads);
        start.Environment["OMP_WAIT_POLICY"] = "passive";
        using var process = Process.Start(start)!;
        List<Point> points = [];
        while (process.StandardOutput.ReadLine()?.Split(' ') is [_, var wall, var cpu, var ndcg])
        {
            points.Add(new(double.Parse(wall, CultureInfo.InvariantCulture), double.Parse(cpu, CultureInfo.InvariantCulture), double.Parse(ndcg, CultureInfo.InvariantCulture)));
            Console.WriteLine($"python: {wall} s, {cpu} s of processor, {ndcg}");
        }
        process.WaitForExit();
        if (process.ExitCode != 0) Console.Error.WriteLine("The Python loop failed; it needs python3-torch and numpy, or PYTHON that names an interpreter which has them.");
        return points;
    }

    private static void Print(string who, List<Point> points)
    {
        foreach (var mark in Wanted)
            Console.WriteLine(points.FirstOrDefault(p => p.Ndcg >= mark) is { } first
                ? string.Create(CultureInfo.InvariantCulture, $"{who}: NDCG@10 of {mark:0.00} after {first.Wall:0} s ({first.Cpu:0} s of processor)")
                : string.Create(CultureInfo.InvariantCulture, $"{who}: NDCG@10 of {mark:0.00} not reached in {points.LastOrDefault()?.Wall:0} s ({points.LastOrDefault()?.Cpu:0} s of processor); best {points.Select(p => p.Ndcg).DefaultIfEmpty().Max():0.0000}"));
        if (points.Count > 0) Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{who}: {points[^1].Wall / points.Count:0.0} s an epoch ({points[^1].Cpu / points.Count:0.0} s of processor), {points.Count} epochs"));
    }

    private sealed class Points(int seconds, CancellationTokenSource enough) : IProgress<TrainingProgress>
    {
        private readonly Stopwatch _clock = Stopwatch.StartNew();
        private readonly TimeSpan _busy = Process.GetCurrentProcess().TotalProcessorTime;

        public List<Point> Seen { get; } = [];

        public void Report(TrainingProgress value)
        {
            if (_clock.Elapsed.TotalSeconds > seconds) enough.Cancel();
            if (value.Curve?.GetValueOrDefault("validation ndcg@10") is not { } ndcg || ndcg == 0) return;
            Seen.Add(new(_clock.Elapsed.TotalSeconds, (Process.GetCurrentProcess().TotalProcessorTime - _busy).TotalSeconds, ndcg));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"ours: {Seen[^1].Wall:0.0} s, {Seen[^1].Cpu:0.0} s of processor, {ndcg:0.0000}"));
        }
    }
}
