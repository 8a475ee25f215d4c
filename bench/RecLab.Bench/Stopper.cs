using System.Diagnostics;

namespace RecLab.Bench;

/// <summary>Runs something several times and prints the best wall time, with the processor time of that run, beside a peer's time.</summary>
internal sealed class Stopper
{
    /// <param name="name">What is measured.</param>
    /// <param name="peer">A peer's seconds for the same on the same machine, measured earlier or in this run; 0 for none.</param>
    /// <param name="times">How often; the first run warms up.</param>
    public double Time(string name, double peer, int times, Action run)
    {
        double best = double.MaxValue, cpu = 0;
        for (var t = 0; t < times; t++)
        {
            GC.Collect();
            var before = Process.GetCurrentProcess().TotalProcessorTime;
            var watch = Stopwatch.StartNew();
            run();
            var wall = watch.Elapsed.TotalSeconds;
            if (wall >= best) continue;
            best = wall;
            cpu = (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds;
        }
        Console.WriteLine($"{name,-58}{best,9:F3}{cpu,9:F3}{(peer > 0 ? $"{peer,9:F3}{best / peer,8:F2}" : "")}");
        return best;
    }
}
