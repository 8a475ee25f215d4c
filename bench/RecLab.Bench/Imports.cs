using RecLab.Recommenders.Data;
using RecLab.Recommenders.Data.Import;
using RecLab.Recommenders.Data.Snapshots;
using RecLab.Testing;

namespace RecLab.Bench;

/// <summary>Reading text, writing and reading snapshots.</summary>
internal static class Imports
{
    public static void Run(Stopper stopper)
    {
        var scratch = Directory.CreateTempSubdirectory("reclab-bench-").FullName;
        try
        {
            Interactions? data = null;
            if (TestPaths.Dataset("ml-1m") is { } path)
            {
                stopper.Time("read MovieLens 1M as delivered (gzip, with plots)", 0, 5, () => data = DatasetReaders.Read(path).Interactions);
                var n = 0;
                stopper.Time("write its snapshot (hashed, synced)", 0, 5, () => DatasetSnapshot.Write(Path.Combine(scratch, $"s{n++}"), data!));
                stopper.Time("load its snapshot (hash checked)", 0, 5, () => DatasetSnapshot.Open(Path.Combine(scratch, "s0")).Load());
            }
            var rows = int.TryParse(Environment.GetEnvironmentVariable("RECLAB_BENCH_ROWS"), out var given) ? given : 2_500_000;
            var csv = Path.Combine(scratch, "generated.csv");
            Generate(csv, rows);
            stopper.Time($"read a generated CSV of {rows:N0} rows ({new FileInfo(csv).Length >> 20} MB)", 0, 2, () => DatasetReaders.Read(csv));
            Console.WriteLine($"{"  most memory of the process, MB",-58}{System.Diagnostics.Process.GetCurrentProcess().PeakWorkingSet64 >> 20,9}");
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    private static void Generate(string path, int rows)
    {
        var random = new Random(1);
        using var writer = new StreamWriter(path);
        writer.WriteLine("user_id,item_id,rating,timestamp");
        for (var i = 0; i < rows; i++)
            writer.WriteLine($"{random.Next(160_000)},{(int)(60_000 * Math.Pow(random.NextDouble(), 2))},{random.Next(1, 11) * 0.5},{1_000_000_000 + random.Next(500_000_000)}");
    }
}
