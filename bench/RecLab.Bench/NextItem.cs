using System.Diagnostics;
using System.Globalization;
using RecLab.Recommenders;
using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Evaluation;
using RecLab.Recommenders.Reproductions;
using RecLab.Testing;

namespace RecLab.Bench;

/// <summary>The protocol of the sequence papers on ml-1m-sasrec or amazon-beauty-bert4rec: each user's last item tests, the one before validates (early stopping only), all items
/// ranked, seen ones left out. Arguments: <c>next-item [DATASET] THREADS[@DEVICE] FAMILY[:Option=value,...]...</c>; prints every epoch, then the test with its interval.
/// <c>CHECKPOINT</c> names a file that an interrupted measurement goes on from.</summary>
internal static class NextItem
{
    public static int Run(string[] args)
    {
        var dataset = args is ["ml-1m-sasrec" or "amazon-beauty-bert4rec", ..] ? args[0] : "ml-1m-sasrec";
        if (args.Length > 0 && args[0] == dataset) args = args[1..];
        var place = args.Length < 2 ? [] : args[0].Split('@');
        if (place.Length is < 1 or > 2 || !int.TryParse(place[0], CultureInfo.InvariantCulture, out var threads))
        {
            Console.Error.WriteLine("Usage: next-item [DATASET] THREADS[@DEVICE] FAMILY[:Option=value,...]...");
            return 2;
        }
        if (TestPaths.Dataset(dataset) is not { } folder)
        {
            Console.WriteLine($"{dataset} does not lie beside the checkout.");
            return 1;
        }
        var split = PublishedSplits.LastItems(folder);
        foreach (var words in args[1..].Select(a => a.Split(':', 2)))
        {
            var family = RecommenderCatalog.Get(words[0]);
            var options = FamilyFormula.OptionsOf(family, words.Length > 1 ? words[1] : "");
            var (clock, cpu) = (Stopwatch.StartNew(), Process.GetCurrentProcess().TotalProcessorTime);
            var progress = new Lines(clock);
            var model = family.Create(options).Train(split.Train, new() { Threads = threads, Device = place.Length > 1 ? place[1] : "cpu", Validation = split.Validation, Progress = progress, CheckpointPath = Environment.GetEnvironmentVariable("CHECKPOINT") });
            var (wall, busy) = (clock.Elapsed.TotalSeconds, (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds);
            var result = Evaluator.Evaluate(model, split, new() { Ks = [10], Threads = threads });
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{string.Join(':', words)}: test NDCG@10 {Text(result["ndcg", 10])}, HR@10 {Text(result["hit", 10])}, trained in {wall:0} s ({busy:0} s of processor), {result.Users} users scored in {result.ScoringSeconds:0.0} s"));
        }
        return 0;
    }

    private static string Text(MetricValue? v) => v is null ? "?" : string.Create(CultureInfo.InvariantCulture, $"{v.Mean:0.0000} [{v.Low:0.0000}, {v.High:0.0000}]");

    private sealed class Lines(Stopwatch clock) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Log is { } line) Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{clock.Elapsed.TotalSeconds,8:0.0} s  {line}"));
        }
    }
}
