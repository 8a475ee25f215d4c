using System.CommandLine;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using RecLab.Data;
using RecLab.Recommenders.Evaluation;
using RecLab.Storage;
using RecLab.Training;

namespace RecLab.Cli;

/// <summary><c>reclab evaluate VARIANT</c>: judge the served model of a variant on its offline test slice.</summary>
public static class EvaluateVerb
{
    public static Command Create()
    {
        var variant = new Argument<string>("variant") { Description = "Key of a trained variant." };
        var json = new Option<bool>("--json") { Description = "Print the whole result as JSON." };
        var settings = new CommonSettings();
        var command = new Command("evaluate", "Judge the served model of a variant on the offline test slice, all items ranked.") { variant, json };
        settings.AddTo(command);
        command.SetAction((parsed, cancellation) => EvaluateAsync(parsed.GetValue(variant)!, parsed.GetValue(json), settings.Read(parsed), cancellation));
        return command;
    }

    private static async Task<int> EvaluateAsync(string key, bool json, string[] args, CancellationToken cancellation)
    {
        using var host = VerbHost.Build(args, (builder, _) => builder.Services.AddTrainingRunner(builder.Configuration));
        await host.Services.MigrateStorageAsync(cancellation);
        await using var db = await host.Services.GetRequiredService<IDbContextFactory<RecLabDb>>().CreateDbContextAsync(cancellation);
        var variant = await db.Set<Variant>().FirstOrDefaultAsync(v => v.Key == key, cancellation) ?? throw new BadArgumentException($"There is no variant '{key}'.");
        var run = await db.Set<TrainingRun>().FirstOrDefaultAsync(r => r.Id == variant.ServedRunId, cancellation) ?? throw new BadArgumentException($"The variant '{key}' has no trained model yet.");
        var dataset = await db.Set<Dataset>().FirstAsync(d => d.Id == run.DatasetId, cancellation);

        var line = ProgressLine.OnConsole();
        line.Show("reading model and data", 0);
        var model = await host.Services.GetRequiredService<ArtifactStore>().LoadAsync(run, cancellation);
        var split = dataset.Plan().Cut(await host.Services.GetRequiredService<DatasetShelf>().OpenAsync(run.DatasetId, cancellation));
        var result = Evaluator.Evaluate(model, split, progress: new Shown(line), cancellation: cancellation);
        line.Done(string.Create(CultureInfo.InvariantCulture, $"{key} v{run.Version} on '{dataset.Name}': {result.Users:N0} users, {result.Items:N0} items ranked, {result.Seconds:0.0} s."));
        if (json) Console.WriteLine(result.ToJson());
        else Table(result);
        return 0;
    }

    private static void Table(EvaluationResult result)
    {
        Console.WriteLine("metric                    k      value  95 % interval");
        foreach (var value in result.Values.Where(v => v.Mean is not null))
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{value.Metric,-22} {value.K,4} {value.Mean,10:0.0000}  {(value.Low is null ? "" : FormattableString.Invariant($"{value.Low:0.0000} to {value.High:0.0000}"))}").TrimEnd());
    }

    private sealed class Shown(ProgressLine line) : IProgress<double>
    {
        public void Report(double value) => line.Show("ranking all items", value);
    }
}
