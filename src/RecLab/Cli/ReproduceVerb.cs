using System.CommandLine;
using System.Globalization;
using RecLab.Recommenders;
using RecLab.Recommenders.Reproductions;

namespace RecLab.Cli;

/// <summary><c>reclab reproduce [ID...]</c>: get rows of published tables again and print ours beside them.</summary>
public static class ReproduceVerb
{
    public static Command Create()
    {
        var ids = new Argument<string[]>("id") { Description = "Rows to get again; none lists them, 'all' takes every one.", Arity = ArgumentArity.ZeroOrMore };
        var data = new Option<string>("--data") { Description = "Folder the data sets lie in (default: ../shared/datasets).", DefaultValueFactory = _ => Path.Combine("..", "shared", "datasets") };
        var threads = new Option<int>("--threads") { Description = "Threads used (default: all cores)." };
        var command = new Command("reproduce", "Train and measure rows of published tables by their protocol, and print ours beside theirs.") { ids, data, threads };
        command.SetAction((parsed, cancellation) => Task.FromResult(Run(parsed.GetValue(ids)!, parsed.GetValue(data)!, parsed.GetValue(threads), cancellation)));
        return command;
    }

    /// <returns>0 where every row is met (or has no value to meet), 1 where one is not.</returns>
    private static int Run(string[] ids, string data, int threads, CancellationToken cancellation)
    {
        if (ids.Length == 0)
        {
            foreach (var row in ReproductionCatalog.All) Console.WriteLine($"{row.Id,-24} {row.Dataset,-12} {row.Model} ({row.Source})");
            return 0;
        }
        if (threads < 0) throw new BadArgumentException($"--threads needs a number from 0 on, got {threads}.");
        var rows = ids is ["all"] ? ReproductionCatalog.All : [.. ids.Select(Known)];
        if (!Directory.Exists(data)) throw new BadArgumentException($"There is no folder {data}; give --data.");
        var all = true;
        Console.WriteLine($"{"row",-24}{"metric",-11}{"ours",9}{"published",11}{"difference",12}  met");
        foreach (var row in rows)
        {
            var outcome = row.Run(data, new TrainingContext { Threads = threads, Cancellation = cancellation });
            all &= outcome.Meets || !outcome.Comparable;
            foreach (var (metric, published) in row.Published)
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{row.Id,-24}{metric,-11}{outcome.Ours[metric],9:0.0000}") + (double.IsNaN(published) ? $"{"unknown",11}{"",12}  -"
                    : string.Create(CultureInfo.InvariantCulture, $"{published,11:0.0000}{Math.Round(outcome.Ours[metric] - published, 4) + 0.0,12:+0.0000;-0.0000;0.0000}  {(outcome.Meets ? "yes" : "no")}")));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {row.Model}; {outcome.Took.TotalSeconds:0.0} s, tolerance {row.Tolerance}{(row.Floor ? " (a floor)" : "")}{(row.Deviation.Length > 0 ? $"; {row.Deviation}" : "")}"));
        }
        return all ? 0 : 1;
    }

    private static Reproduction Known(string id)
    {
        try { return ReproductionCatalog.Get(id); }
        catch (KeyNotFoundException e) { throw new BadArgumentException(e.Message); }
    }
}
