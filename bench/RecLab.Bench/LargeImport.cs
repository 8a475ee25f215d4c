using System.Diagnostics;
using System.Globalization;
using System.Text.Unicode;
using RecLab.Recommenders.Data.Import;
using RecLab.Recommenders.Data.Snapshots;

namespace RecLab.Bench;

/// <summary><c>import-25m [rows]</c>: writes a seeded CSV of 25 million rows (160,000 users, 60,000 items, half stars, sixteen years), imports it as the app does
/// (read, sort, write the snapshot) and prints seconds, rows a second and the most memory the process had.</summary>
internal static class LargeImport
{
    public static int Run(string[] args)
    {
        var rows = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 25_000_000;
        var scratch = Directory.CreateTempSubdirectory("reclab-bench-").FullName;
        try
        {
            var csv = Path.Combine(scratch, "generated.csv");
            Generate(csv, rows);
            Console.WriteLine(Line($"{rows:N0} rows, {new FileInfo(csv).Length >> 20:N0} MB of CSV; memory before the import {Peak()} MB"));
            using var process = Process.GetCurrentProcess();
            var (watch, cpu) = (Stopwatch.StartNew(), process.TotalProcessorTime);
            var result = DatasetReaders.Read(csv);
            var read = watch.Elapsed.TotalSeconds;
            Console.WriteLine(Line($"read and sorted  {read,8:0.0} s   {rows / read / 1e6:0.00} million rows/s   most memory {Peak()} MB"));
            var snapshot = DatasetSnapshot.Write(Path.Combine(scratch, "snapshot"), result.Interactions);
            process.Refresh();
            Console.WriteLine(Line($"snapshot written {watch.Elapsed.TotalSeconds - read,8:0.0} s   {snapshot.Manifest.Users:N0} users, {snapshot.Manifest.Items:N0} items"));
            Console.WriteLine(Line($"import           {watch.Elapsed.TotalSeconds,8:0.0} s   {(process.TotalProcessorTime - cpu).TotalSeconds:0.0} s of processor   {rows / watch.Elapsed.TotalSeconds / 1e6:0.00} million rows/s   most memory {Peak()} MB"));
            return 0;
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    /// <summary>Most resident memory of the process so far, MB.</summary>
    private static long Peak()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64 >> 20;
    }

    private static string Line(FormattableString text) => FormattableString.Invariant(text);

    private static void Generate(string path, int rows)
    {
        var random = new Random(25);
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 20);
        file.Write("userId,movieId,rating,timestamp\n"u8);
        var line = new byte[64];
        for (var i = 0; i < rows; i++)
        {
            var item = (int)(60_000 * Math.Pow(random.NextDouble(), 2));
            Utf8.TryWrite(line, CultureInfo.InvariantCulture, $"{random.Next(160_000)},{item},{random.Next(1, 11) * 0.5},{1_000_000_000 + random.Next(500_000_000)}\n", out var written);
            file.Write(line, 0, written);
        }
    }
}
