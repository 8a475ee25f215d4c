using System.CommandLine;
using System.Globalization;
using RecLab.Recommenders;
using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data.Import;
using RecLab.Recommenders.Evaluation;

namespace RecLab.Cli;

/// <summary><c>reclab compare DATA FAMILY...</c>: train families on the same cut of a data set, any of the ways to cut, and print quality, differences and cost side by side. Stores nothing.</summary>
public static class CompareVerb
{
    private static readonly CultureInfo Plain = CultureInfo.InvariantCulture;

    public static Command Create()
    {
        var data = new Argument<string>("data") { Description = "A file, folder or archive that 'reclab import' reads." };
        var families = new Argument<string[]>("family") { Description = "Families with options: als 'ease(Regularization=250)' ...", Arity = ArgumentArity.OneOrMore };
        var cut = new Option<string>("--split") { Description = "four-slices, leave-one-out, user-time, global-time, random, cold-users, cold-items or fold (all folds in turn).", DefaultValueFactory = _ => "user-time" };
        var test = new Option<double>("--test") { Description = "Share that tests (default 0.1).", DefaultValueFactory = _ => 0.1 };
        var validation = new Option<double>("--validation") { Description = "Share for early stopping (default 0.1).", DefaultValueFactory = _ => 0.1 };
        var cold = new Option<double>("--cold") { Description = "Share of users or items made cold (default 0.1).", DefaultValueFactory = _ => 0.1 };
        var folds = new Option<int>("--folds") { Description = "Folds of a cross-validation (default 5).", DefaultValueFactory = _ => 5 };
        var k = new Option<int>("--k") { Description = "Places looked at (default 10).", DefaultValueFactory = _ => 10 };
        var from = new Option<float?>("--relevant-from") { Description = "Test rows of at least this value are relevant (default: all)." };
        var seed = new Option<int>("--seed") { Description = "Of the cut and the trainings (default 42).", DefaultValueFactory = _ => 42 };
        var threads = new Option<int>("--threads") { Description = "Threads used (default: all cores)." };
        var command = new Command("compare", "Train families on the same cut of a data set and hold them against each other.") { data, families, cut, test, validation, cold, folds, k, from, seed, threads };
        command.SetAction((parsed, cancellation) =>
        {
            var plan = new SplitPlan(KindOf(parsed.GetValue(cut)!))
            {
                Test = parsed.GetValue(test), Validation = parsed.GetValue(validation), Cold = parsed.GetValue(cold), Folds = parsed.GetValue(folds), Seed = parsed.GetValue(seed),
            };
            var options = new EvaluationOptions { Ks = [parsed.GetValue(k)], RelevantFrom = parsed.GetValue(from), Threads = parsed.GetValue(threads), Seed = parsed.GetValue(seed) };
            return Task.FromResult(Run(parsed.GetValue(data)!, parsed.GetValue(families)!, plan, options, Console.Out, cancellation));
        });
        return command;
    }

    /// <summary>Trains, judges and prints.</summary>
    /// <param name="formulas">Families as <see cref="FamilyFormula"/> writes them.</param>
    /// <exception cref="BadArgumentException">There is nothing to read, no such family, or a cut that leaves nothing to test.</exception>
    public static int Run(string path, string[] formulas, SplitPlan plan, EvaluationOptions options, TextWriter output, CancellationToken cancellation)
    {
        if (!File.Exists(path) && !Directory.Exists(path)) throw new BadArgumentException($"There is nothing to read at {path}.");
        if (options.Ks[0] < 1) throw new BadArgumentException($"--k needs a number from 1 on, got {options.Ks[0]}.");
        var (families, data) = (Asked(formulas), DatasetReaders.Read(path, cancellation: cancellation).Interactions);
        var cuts = Cuts(plan, data);
        if (cuts.All(c => c.Test.Count == 0)) throw new BadArgumentException($"The cut {plan.Kind} of {data.Count:N0} rows leaves nothing to test.");
        output.WriteLine(string.Create(Plain, $"{data.Count:N0} rows of {data.Users.Count:N0} users and {data.Items.Count:N0} items, cut {plan.Kind}{(cuts.Count > 1 ? $", {cuts.Count} of them" : "")}, seed {plan.Seed}; {cuts.Sum(c => c.Test.Count):N0} test rows, all items ranked but the known."));
        var context = new TrainingContext { Seed = plan.Seed, Threads = options.Threads, Cancellation = cancellation };
        Contestant[] all = [.. families.Select(f => Contestant.Of(f.Name, f.Recommender, cuts, context, options))];
        Quality(all, options, output);
        Ratings(all, output);
        Differences(all, options, output, cancellation);
        return 0;
    }

    private static (string Name, IRecommender Recommender)[] Asked(string[] formulas)
    {
        try
        {
            return [.. formulas.SelectMany(f => FamilyFormula.ParseAll(f).Select(p => (f.Trim(), p.Family.Create(p.Options))))];
        }
        catch (FormatException e)
        {
            throw new BadArgumentException(e.Message);
        }
    }

    private static IReadOnlyList<Split> Cuts(SplitPlan plan, Recommenders.Data.Interactions data)
    {
        try
        {
            return plan.Kind == SplitKind.Fold ? Splits.Folds(data, plan.Folds, plan.Seed) : [plan.Cut(data)];
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new BadArgumentException(e.Message.Split(" (Parameter", 2)[0]);
        }
        catch (SplitException e)
        {
            throw new BadArgumentException(e.Message);
        }
    }

    private static void Quality(Contestant[] all, EvaluationOptions options, TextWriter output)
    {
        var k = options.Ks[0];
        output.WriteLine($"{"family",-44}{$"ndcg@{k}",9}  {"95 % interval",-17}{$"recall@{k}",10}{"coverage",10}{"train s",9}{"us a user",11}{"MB",8}");
        foreach (var one in all)
        {
            var ndcg = one.Mean("ndcg", k, options);
            output.WriteLine(string.Create(Plain, $"{one.Name,-44}{Number(ndcg.Mean),9}  {(ndcg.Low is null ? "" : $"{Number(ndcg.Low)} to {Number(ndcg.High)}"),-17}{Number(one.Mean("recall", k, options).Mean),10}{Number(one.Results.Average(r => r["coverage", k]?.Mean)),10}{one.Seconds,9:0.0}{one.Microseconds,11:0}{one.Bytes / 1e6,8:0.0}"));
        }
    }

    private static void Ratings(Contestant[] all, TextWriter output)
    {
        foreach (var one in all.Where(c => c.Results.All(r => r.Ratings.Count > 0)))
            output.WriteLine($"  {one.Name}: " + string.Join(", ", one.Results[0].Ratings.Select(v => $"{v.Metric} {Number(one.Results.Average(r => r.Ratings.First(x => x.Metric == v.Metric).Mean))}")));
    }

    private static void Differences(Contestant[] all, EvaluationOptions options, TextWriter output, CancellationToken cancellation)
    {
        if (all.Length < 2) return;
        output.WriteLine($"ndcg@{options.Ks[0]} of the second less the first, the same users, p of the paired t test after Holm:");
        foreach (var pair in PairedComparison.AllPairs([.. all.Select(c => (c.Name, c.Users))], "ndcg", options.Ks[0], options.Resamples, options.Seed, options.Level, cancellation))
            output.WriteLine(string.Create(Plain, $"  {pair.A} and {pair.B}: {pair.Difference:+0.0000;-0.0000;0.0000} ({pair.Low:+0.0000;-0.0000;0.0000} to {pair.High:+0.0000;-0.0000;0.0000}), p {(pair.Adjusted is { } p ? p < 0.0001 ? "< 0.0001" : p.ToString("0.0000", Plain) : "has no meaning")}"));
    }

    private static string Number(double? value) => value is { } number ? number.ToString("0.0000", Plain) : "none";

    private static SplitKind KindOf(string name) => Enum.TryParse<SplitKind>(name.Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out var kind) && Enum.IsDefined(kind) ? kind
        : throw new BadArgumentException($"There is no cut '{name}'. Known: four-slices, leave-one-out, user-time, global-time, random, cold-users, cold-items, newest-of-some, fold.");
}
