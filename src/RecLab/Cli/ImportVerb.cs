using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using RecLab.Data;
using RecLab.Recommenders.Data.Cleaning;
using RecLab.Recommenders.Data.Import;
using RecLab.Recommenders.Evaluation;
using RecLab.Storage;

namespace RecLab.Cli;

/// <summary><c>reclab import PATH</c>: read a data set and store it.</summary>
public static class ImportVerb
{
    public static Command Create()
    {
        var path = new Argument<string>("path") { Description = "A folder, a .zip, or a file (plain or .gz)." };
        var name = new Option<string?>("--name") { Description = "Name of the data set (default: that of the file or folder)." };
        var layout = new Option<string?>("--layout") { Description = $"Layout: {string.Join(", ", DatasetReaders.All.Select(r => r.Key))} (default: find out)." };
        var mapping = new Option<string?>("--mapping") { Description = "Columns of a delimited file by heading or number, or fields of JSON lines (with --layout json-lines): user=a,item=b[,value=c][,time=d][,scenario=e]." };
        var delimiter = new Option<string?>("--delimiter") { Description = "What parts the fields, \"tab\" for a tab, \"blank\" for runs of blanks; with --mapping (default: ,)." };
        var noHeader = new Option<bool>("--no-header") { Description = "The first line is data already; with --mapping." };
        var hidden = new Option<double>("--hidden") { Description = "Share of each user's newest rows kept as hidden truth, 0 to 0.5.", DefaultValueFactory = _ => 0.1 };
        var split = new Option<string>("--split") { Description = $"What is tested: {string.Join(", ", CutWords.Ways.Select(w => $"{w.Word} ({w.Title})"))}.", DefaultValueFactory = _ => "user-time" };
        var validation = new Option<double>("--validation") { Description = "Share that validates, 0 to 0.5; for user-time, random and global-time.", DefaultValueFactory = _ => 0.1 };
        var test = new Option<double>("--test") { Description = "Share that tests, above 0; of a cold user's rows for cold-users.", DefaultValueFactory = _ => 0.1 };
        var cold = new Option<double>("--cold") { Description = "Share of users or items made cold, above 0 to 0.9.", DefaultValueFactory = _ => 0.1 };
        var seed = new Option<int>("--split-seed") { Description = "Of random and cold cuts.", DefaultValueFactory = _ => 42 };
        var cleaning = new CleaningSettings();
        var settings = new CommonSettings();
        var command = new Command("import", "Read a data set and store it as an immutable snapshot.") { path, name, layout, mapping, delimiter, noHeader, hidden, split, validation, test, cold, seed };
        cleaning.AddTo(command);
        settings.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            var source = Path.GetFullPath(parsed.GetValue(path)!);
            var columns = parsed.GetValue(mapping) is { } text ? Columns(text, parsed.GetValue(delimiter), parsed.GetValue(noHeader))
                : parsed.GetValue(delimiter) is null && !parsed.GetValue(noHeader) ? null
                : throw new BadArgumentException("--delimiter and --no-header need --mapping.");
            var plan = new SplitPlan(KindOf(parsed.GetValue(split)!)) { Validation = parsed.GetValue(validation), Test = parsed.GetValue(test), Cold = parsed.GetValue(cold), Seed = parsed.GetValue(seed) };
            return ImportAsync(new(parsed.GetValue(name) ?? NameOf(source), source)
            {
                Layout = parsed.GetValue(layout), Columns = columns, HiddenShare = parsed.GetValue(hidden), Cut = plan, Cleaning = cleaning.Read(parsed),
            }, settings.Read(parsed), cancellation);
        });
        return command;
    }

    private static async Task<int> ImportAsync(ImportRequest request, string[] args, CancellationToken cancellation)
    {
        using var host = VerbHost.Build(args);
        await host.Services.MigrateStorageAsync(cancellation);
        var importer = host.Services.GetRequiredService<Importer>();
        var watch = Stopwatch.StartNew();
        var line = ProgressLine.OnConsole();
        Dataset dataset;
        try
        {
            dataset = await importer.BeginAsync(request, Environment.UserName, cancellation);
        }
        catch (ImportRefusedException e)
        {
            throw new BadArgumentException(e.Message);
        }
        try
        {
            dataset = await importer.RunAsync(dataset.Id, request, new Shown(line), cancellation);
        }
        catch (ImportException e)
        {
            line.Done($"Nothing was imported: {e.Message}");
            if (e.Report is { } refused) Report(refused);
            await host.Services.GetRequiredService<DatasetWriter>().ForgetAsync(dataset.Id);
            return 1;
        }
        line.Done(string.Create(CultureInfo.InvariantCulture, $"'{dataset.Name}': {dataset.Rows:N0} rows, {dataset.Users:N0} users, {dataset.Items:N0} items in {watch.Elapsed.TotalSeconds:0.0} s."));
        if (DatasetWriter.ReportOf(dataset) is { } report) Report(report);
        return 0;
    }

    private static void Report(ImportReport report)
    {
        foreach (var note in report.Notes) Console.Error.WriteLine($"  {note}");
        foreach (var step in report.Steps) Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {step.Before,12:N0} - {step.Dropped,10:N0} = {step.After,12:N0}  {step.Rule}{(step.Detail is null ? "" : $" ({step.Detail})")}"));
        foreach (var refusal in report.Refusals)
        {
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  refused {refusal.Count:N0}: {refusal.Rule}"));
            foreach (var refused in refusal.Lines.Take(3)) Console.Error.WriteLine($"    {refused.File} line {refused.Line}: {refused.Text}");
        }
    }

    private static ColumnMapping Columns(string text, string? delimiter, bool noHeader)
    {
        var columns = new ColumnMapping { User = "", Item = "", HasHeader = !noHeader, Delimiter = Delimiter(delimiter) };
        foreach (var pair in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var at = pair.IndexOf('=', StringComparison.Ordinal);
            var (role, column) = at > 0 ? (pair[..at], pair[(at + 1)..]) : ("", "");
            columns = role switch
            {
                "user" => columns with { User = column },
                "item" => columns with { Item = column },
                "value" => columns with { Value = column },
                "time" => columns with { Time = column },
                "scenario" => columns with { Scenario = column },
                _ => throw new BadArgumentException($"--mapping needs user=..,item=..[,value=..][,time=..][,scenario=..], got '{pair}'."),
            };
        }
        return columns.User.Length > 0 && columns.Item.Length > 0 ? columns : throw new BadArgumentException("--mapping needs at least user=.. and item=...");
    }

    private static char Delimiter(string? text) => text switch
    {
        null => ',',
        "tab" or "\\t" => '\t',
        "blank" => ' ',
        [var one] => one,
        _ => throw new BadArgumentException($"--delimiter is one character, \"tab\" or \"blank\", not '{text}'."),
    };

    private static SplitKind KindOf(string word) => CutWords.Ways.FirstOrDefault(w => w.Word == word)?.Kind
        ?? throw new BadArgumentException($"There is no cut '{word}'. Known: {string.Join(", ", CutWords.Ways.Select(w => w.Word))}.");

    private static string NameOf(string path)
    {
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(path));
        foreach (var ending in new[] { ".gz", ".zip", ".csv", ".tsv", ".txt", ".dat", ".jsonl", ".inter" })
            if (name.EndsWith(ending, StringComparison.OrdinalIgnoreCase)) name = name[..^ending.Length];
        return name;
    }

    private sealed class Shown(ProgressLine line) : IProgress<ImportProgress>
    {
        public void Report(ImportProgress value) => line.Show(value.Phase, value.Fraction);
    }
}
