using System.CommandLine;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using RecLab.Controls;
using RecLab.Data;
using RecLab.Storage;
using RecLab.Training;
using RecLab.Training.Searches;

namespace RecLab.Cli;

/// <summary><c>reclab search --data SET --family als --family ease</c>: tune families with the same budget and watch it; <c>reclab search NUMBER</c> goes on with one that stopped.</summary>
public static class SearchVerb
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);

    public static Command Create()
    {
        var number = new Argument<int?>("search") { Description = "Number of a search to go on with or to watch.", Arity = ArgumentArity.ZeroOrOne };
        var data = new Option<string?>("--data") { Description = "Name or number of the data set." };
        var family = new Option<string[]>("--family") { Description = "Family to tune; repeat it for more, each gets the same budget.", Arity = ArgumentArity.ZeroOrMore };
        var method = new Option<string>("--method") { Description = "tpe, random or halving.", DefaultValueFactory = _ => "tpe" };
        method.AcceptOnlyFromAmong("tpe", "random", "halving");
        var trials = new Option<int>("--trials") { Description = "Whole trainings each family may spend.", DefaultValueFactory = _ => 20 };
        var minutes = new Option<double?>("--minutes") { Description = "Minutes of training after which a family begins no further trial." };
        var metric = new Option<string>("--metric") { Description = "Ranking metric on validation.", DefaultValueFactory = _ => "ndcg" };
        var k = new Option<int>("--k") { Description = "Places looked at.", DefaultValueFactory = _ => 10 };
        var seed = new Option<int>("--seed") { Description = "Of the draws and of every training.", DefaultValueFactory = _ => 42 };
        var device = new Option<string?>("--device") { Description = "cpu or cuda:0 (default: the best there is for each family)." };
        var from = new Option<string?>("--from") { Description = "Key of a variant whose options its family starts from." };
        var name = new Option<string?>("--name") { Description = "Name of the search." };
        var settings = new CommonSettings();
        var command = new Command("search", "Tune the options of families with the same budget, judged on validation.") { number, data, family, method, trials, minutes, metric, k, seed, device, from, name };
        settings.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            var families = parsed.GetValue(family) ?? [];
            if (parsed.GetValue(number) is null && (families.Length == 0 || parsed.GetValue(data) is null)) throw new BadArgumentException("A search needs --data and at least one --family, or the number of one to go on with.");
            return RunAsync(parsed.GetValue(number), parsed.GetValue(data), new()
            {
                Name = parsed.GetValue(name) ?? $"Tuning {string.Join(", ", families)}", Families = families, Trials = parsed.GetValue(trials), Minutes = parsed.GetValue(minutes), Metric = parsed.GetValue(metric)!, K = parsed.GetValue(k),
                Method = parsed.GetValue(method) switch { "random" => SearchMethod.Random, "halving" => SearchMethod.Halving, _ => SearchMethod.Parzen }, Seed = parsed.GetValue(seed), Device = parsed.GetValue(device), Variant = parsed.GetValue(from),
            }, settings.Read(parsed), cancellation);
        });
        return command;
    }

    private static async Task<int> RunAsync(int? number, string? data, SearchDraft draft, string[] args, CancellationToken cancellation)
    {
        using var host = VerbHost.Build(args, (builder, paths) => builder.Services.AddTraining(builder.Configuration, paths));
        await host.Services.MigrateStorageAsync(cancellation);
        await host.StartAsync(cancellation);
        try
        {
            var desk = host.Services.GetRequiredService<SearchDesk>();
            var reader = host.Services.GetRequiredService<SearchReader>();
            var id = number is { } known ? await GoOnAsync(desk, reader, known, cancellation)
                : (await desk.StartAsync(draft with { DatasetId = await DatasetAsync(host.Services, data!, cancellation) }, Environment.UserName, cancellation)).Id;
            return await FollowAsync(reader, id, cancellation);
        }
        catch (RefusedException e)
        {
            throw new BadArgumentException(e.Message);
        }
        finally
        {
            await host.StopAsync(CancellationToken.None);
        }
    }

    private static async Task<int> GoOnAsync(SearchDesk desk, SearchReader reader, int id, CancellationToken cancellation)
    {
        var view = await reader.FindAsync(id, cancellation) ?? throw new BadArgumentException($"There is no search {id}.");
        if (view.Search.State == SearchState.Cancelled) await desk.ResumeAsync(id, Environment.UserName, cancellation);
        return id;
    }

    private static async Task<int> DatasetAsync(IServiceProvider services, string data, CancellationToken cancellation)
    {
        await using var db = await services.GetRequiredService<IDbContextFactory<RecLabDb>>().CreateDbContextAsync(cancellation);
        var id = int.TryParse(data, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        return await db.Set<Dataset>().Where(d => d.Id == id || d.Name == data).OrderByDescending(d => d.Id).Select(d => (int?)d.Id).FirstOrDefaultAsync(cancellation) ?? throw new BadArgumentException($"There is no data set '{data}'.");
    }

    /// <summary>Shows a search until it is over, then its table.</summary>
    /// <returns>0 when something was found.</returns>
    private static async Task<int> FollowAsync(SearchReader reader, int id, CancellationToken cancellation)
    {
        var line = ProgressLine.OnConsole();
        var told = new HashSet<int>();
        for (; ; await Task.Delay(Look, cancellation))
        {
            var view = await reader.FindAsync(id, cancellation) ?? throw new BadArgumentException($"Search {id} was deleted.");
            foreach (var trial in view.Trials.Where(t => t.IsOver() && told.Add(t.Id)))
                line.Done($"{SearchView.Named(trial)}: {(trial.Value is { } value ? $"{view.Metric} {Figures.Metric(value)}" : trial.Failure)} ({SearchShapes.Options(trial, SearchShapes.Varied(Recommenders.Catalog.RecommenderCatalog.Get(trial.Family), view.Search.Method))})");
            if (view.Search.State == SearchState.Running)
            {
                line.Show($"search {id}: {view.Trials.Count(t => t.IsOver())} trials done", view.Fraction, view.SecondsLeft is { } left ? TimeSpan.FromSeconds(left) : null);
                continue;
            }
            line.Done(view.Search.Error ?? view.Sentence);
            foreach (var family in view.Plan.Families.Where(f => f.Best is not null)) Console.WriteLine($"{family.Family.Key,-16} {Figures.Metric(family.Best!.Value!.Value)}  {family.Best.Options}");
            return view.Search.State == SearchState.Finished ? 0 : 1;
        }
    }
}
