using System.Diagnostics;
using System.Globalization;
using RecLab.Recommenders;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Neural;
using RecLab.Recommenders.Neural.Models;
using RecLab.Recommenders.Reproductions;
using RecLab.Testing;

namespace RecLab.Bench;

/// <summary>Seconds an epoch beside those of RecBole 7b02be5e on the same machine and rows of ml-1m, with its batch sizes, number of updates and negatives: a few seconds after a warm-up, extrapolated from the
/// fastest third as the peer's were from the fastest segment. Arguments: <c>epochs [THREADS]</c>.</summary>
internal static class Epochs
{
    public static int Run(string[] args)
    {
        var threads = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1;
        if (NeuralRuntime.Missing is { } missing) { Console.Error.WriteLine(missing); return 1; }
        if (Split80.Of("ml-1m") is not { } split || TestPaths.Dataset("ml-1m") is null) return 1;
        var two = threads > 1;
        Console.WriteLine($"{"epoch of ml-1m",-74}{"batches",9}{"s",9}{"cpu s",9}{"peer s",9}{"ratio",8}{"peer cpu",10}{"ratio",8}");
        // RecBole's 2,048 rows of NeuMF are 1,024 touches and a negative each.
        Time("NeuMF, 64 factors, layers of 128 and 64, dropout 0.1, 1 negative", new NeuMf(new() { Width = 64, HiddenWidth = 128, HiddenLayers = 2, BatchSize = 1024, Negatives = 1, Regularization = 0, LearningRate = 1e-3, Epochs = 1 }),
            split.Train, 40, threads, two ? 11.9 : 14.1, two ? 23.7 : 14.1);
        Time("LightGCN, 2 layers, 64 factors, BPR, batches of 2,048", new LightGcn(new() { Loss = FactorLoss.Bpr, BatchSize = 2048, Regularization = 1e-5, LearningRate = 1e-3, Epochs = 1 }),
            split.Train, 20, threads, two ? 62.6 : 70.7, two ? 68.6 : 70.7);
        // The peer without autograd's anomaly detection (as shipped, with it, 766 s on one thread and 698 s by the clock on two); on one thread its processor time stands for the clock.
        // RecBole cuts a sample for every prefix of at most 50 items, 480 batches of 2,048; here the same next items stand in whole histories, 13 users in each of 465 batches.
        if (TestPaths.Dataset("ml-1m-sasrec") is { } folder)
            Time("GRU4Rec, 64 wide, 128 hidden, dropout 0.3, full softmax", new Gru4Rec(new() { MaxLength = 1000, BatchSize = 13, Dropout = 0.3, LearningRate = 1e-3, Epochs = 1 }),
                PublishedSplits.LastItems(folder).Train, 20, threads, two ? 354.2 : 683.9, 683.9);
        return 0;
    }

    private static void Time(string name, IRecommender recommender, Interactions train, int measured, int threads, double peerWall, double peerCpu)
    {
        using var stop = new CancellationTokenSource();
        var meter = new Meter(measured, stop);
        try { recommender.Train(train, new() { Threads = threads, Progress = meter, Cancellation = stop.Token, Validation = train.Where(r => r < 100) }); }
        catch (OperationCanceledException) { /* enough was seen */ }
        var (batches, wall, cpu) = meter.Epoch;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-74}{batches,9}{wall,9:0.0}{cpu,9:0.0}{peerWall,9:0.0}{wall / peerWall,8:0.00}{peerCpu,10:0.0}{cpu / peerCpu,8:0.00}"));
    }

    /// <summary>Reads batches from the progress: segments of some, the fastest counts.</summary>
    private sealed class Meter(int measured, CancellationTokenSource stop) : IProgress<TrainingProgress>
    {
        private readonly List<(double Done, double Wall, double Cpu)> _seen = [];
        private readonly Stopwatch _clock = Stopwatch.StartNew();
        private readonly int _wanted = measured;

        public void Report(TrainingProgress value)
        {
            if (value.Fraction <= 0 || value.Fraction >= 0.99) return;
            _seen.Add((value.Fraction / 0.99, _clock.Elapsed.TotalSeconds, Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds));
            if (_seen.Count > Math.Max(6, _wanted / 2)) stop.Cancel();
        }

        /// <summary>Of the fastest stretch between two reports, extrapolated to the whole.</summary>
        public (string Batches, double Wall, double Cpu) Epoch
        {
            get
            {
                if (_seen.Count < 3) return ("?", double.NaN, double.NaN);
                // The first report lies within the warm-up; a stretch is a third of what was seen.
                var third = Math.Max(1, (_seen.Count - 1) / 3);
                var stretches = Enumerable.Range(0, 3).Select(s => (From: _seen[Math.Min(_seen.Count - 1 - third, s * third)], To: _seen[Math.Min(_seen.Count - 1, (s + 1) * third)]))
                    .Select(s => (Wall: (s.To.Wall - s.From.Wall) / (s.To.Done - s.From.Done), Cpu: (s.To.Cpu - s.From.Cpu) / (s.To.Done - s.From.Done))).ToArray();
                return ($"{100 * (_seen[^1].Done - _seen[0].Done):0} %", stretches.Min(s => s.Wall), stretches.Min(s => s.Cpu));
            }
        }
    }
}
