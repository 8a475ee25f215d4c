using Microsoft.EntityFrameworkCore;
using RecLab.Access;
using RecLab.Data;
using RecLab.Experiments;
using RecLab.Laboratory;
using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data.Import;
using RecLab.Serving;
using RecLab.Simulation.Catalogues;
using RecLab.Storage;
using RecLab.Training;

namespace RecLab.Cli;

/// <summary>The demo, step by step, each through the same desks that the pages use. Every step looks first whether its result is already there.</summary>
public sealed class DemoScript(DemoOptions options, string address, IServiceProvider services, IDbContextFactory<RecLabDb> databases, ImportDesk imports, DatasetWriter writer,
    VariantDesk variants, TrainingDesk trainings, Families families, ExperimentDesk experiments, PhaseDesk phases, SimulationDesk simulations, SimulationRunner runner)
{
    private const string Who = "demo", ExperimentKey = "home-demo", Placement = "home";
    private static readonly (string Key, string Name, string Family)[] Cast =
        [("popularity", "Popularity", "popularity"), ("als", "ALS", "als"), ("mlp", "Deep MLP", "mlp"), ("sasrec", "Transformer", "sasrec")];

    /// <summary>Runs the steps and prints one progress line for each.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        await RefuseOtherDataAsync(cancellation);
        if (services.GetRequiredService<SetupDesk>().PendingLink(address) is { } link) Console.WriteLine($"Set up the administrator (works once): {link}");
        Console.WriteLine($"The dashboard is up at {address} while the following goes on.");
        var dataset = await DatasetAsync(cancellation);
        await PlacementsAsync(cancellation);
        var cast = await VariantsAsync(dataset, cancellation);
        await TrainedAsync(cast.Where(v => v.Key is "popularity" or "als"), cancellation);
        await ExperimentAsync(cast, ["popularity", "als"], cancellation);
        if (cast.Any(v => v.Key is "mlp" or "sasrec"))
        {
            await VisitAsync(dataset, seed: 1, Math.Max(100, options.Users / 10), "First visitors", cancellation);
            await TrainedAsync(cast, cancellation);
            await ExperimentAsync(cast, [.. cast.Select(v => v.Key)], cancellation);
        }
        await VisitAsync(dataset, seed: 2, options.Users, "Visitors", cancellation);
        Console.WriteLine();
        Console.WriteLine($"Results    {address}/experiments/{ExperimentKey}?traffic=simulated");
        Console.WriteLine($"Demo shop  {address}/demo");
        Console.WriteLine($"Dashboard  {address}");
    }

    private string Name => options.Data is { } path ? NameOf(path) : options.Fast ? "bookshop-small" : "bookshop";

    /// <summary>Visitors of one data set would meet variants that learnt another.</summary>
    private async Task RefuseOtherDataAsync(CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        if (await db.Set<Dataset>().AnyAsync(d => d.Name == Name && d.State == DatasetState.Ready, cancellation)) return;
        var keys = Cast.Select(c => c.Key).ToArray();
        var there = await (from variant in db.Set<Variant>() join dataset in db.Set<Dataset>() on variant.DatasetId equals dataset.Id where keys.Contains(variant.Key) select dataset.Name).FirstOrDefaultAsync(cancellation);
        if (there is not null) throw new BadArgumentException($"The demo in this data folder is about '{there}'. For '{Name}' name another folder with --data-dir.");
    }

    private async Task<Dataset> DatasetAsync(CancellationToken cancellation)
    {
        var name = Name;
        await using (var db = await databases.CreateDbContextAsync(cancellation))
            if (await db.Set<Dataset>().AsNoTracking().FirstOrDefaultAsync(d => d.Name == name && d.State == DatasetState.Ready, cancellation) is { } there) return there;
        var line = ProgressLine.OnConsole();
        var what = $"Loading {name}";
        Dataset dataset;
        if (options.Data is null)
        {
            dataset = await writer.ReserveAsync(name, "generated", DatasetOrigin.Generated, hiddenShare: 0.1, Who, cancellation);
            line.Show(what, 0.1);
            var shop = await Task.Run(() => GeneratedShop.Create(options.Fast ? new(Books: 500, Readers: 800, MeanHistory: 30) : new(), cancellation), cancellation);
            line.Show(what, 0.7);
            dataset = await writer.StoreAsync(dataset.Id, shop, new ImportReport("generated", shop.Count, shop.Count, [], ["Drawn from a seed."]), cancellation);
        }
        else
        {
            dataset = await imports.StartAsync(new ImportRequest(name, Path.GetFullPath(options.Data)), Who, cancellation);
            var done = imports.WaitAsync(dataset.Id);
            while (await Task.WhenAny(done, Task.Delay(200, cancellation)) != done)
                if (imports.Progress(dataset.Id) is { } progress) line.Show(what, progress.Fraction);
            await using var db = await databases.CreateDbContextAsync(cancellation);
            dataset = await db.Set<Dataset>().AsNoTracking().FirstOrDefaultAsync(d => d.Id == dataset.Id, cancellation) ?? throw new InvalidOperationException("The import was cancelled.");
            if (dataset.State != DatasetState.Ready) throw new InvalidOperationException(dataset.Error ?? "The import failed.");
        }
        line.Done(FormattableString.Invariant($"Loaded {name}: {dataset.Rows:N0} interactions of {dataset.Users:N0} users with {dataset.Items:N0} items"));
        return dataset;
    }

    private async Task PlacementsAsync(CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        foreach (var (key, name) in (ReadOnlySpan<(string, string)>)[(Placement, "Home page"), ("item", "Item page"), ("cart", "Basket")])
            if (!db.Set<Placement>().Any(p => p.Key == key)) db.Add(new Placement { Key = key, Name = name });
        await db.SaveChangesAsync(cancellation);
    }

    private async Task<IReadOnlyList<Variant>> VariantsAsync(Dataset dataset, CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        List<Variant> cast = [];
        foreach (var (key, name, family) in Cast)
        {
            if (families.Unavailable(RecommenderCatalog.Get(family)) is { } reason)
            {
                Console.WriteLine($"{name} is left out: {reason}");
                continue;
            }
            var variant = await db.Set<Variant>().AsNoTracking().FirstOrDefaultAsync(v => v.Key == key, cancellation)
                ?? await variants.CreateAsync(new VariantDraft { Key = key, Name = name, Family = family, DatasetId = dataset.Id, Options = DemoTuning.OptionsOf(family, options.Fast) }, Who, cancellation);
            cast.Add(variant);
            if (!await db.Set<TrainingRun>().AnyAsync(r => r.VariantId == variant.Id && (r.State == RunState.Succeeded || r.State == RunState.Queued || r.State == RunState.Running), cancellation))
                await trainings.RequestAsync(key, Who, cancellation: cancellation);
        }
        return cast;
    }

    /// <summary>Waits until each variant has a served model; prints a line per training.</summary>
    private async Task TrainedAsync(IEnumerable<Variant> wanted, CancellationToken cancellation)
    {
        foreach (var variant in wanted)
        {
            ProgressLine? line = null;
            while (true)
            {
                await using var db = await databases.CreateDbContextAsync(cancellation);
                var served = await db.Set<Variant>().Where(v => v.Id == variant.Id).Select(v => v.ServedRunId).SingleAsync(cancellation);
                var run = await db.Set<TrainingRun>().AsNoTracking().Where(r => r.VariantId == variant.Id).OrderByDescending(r => r.Id).FirstAsync(cancellation);
                if (served is not null) { line?.Done($"Trained {variant.Name}, version {run.Version}."); break; }
                if (run.State is RunState.Failed or RunState.Cancelled or RunState.Lost) throw new InvalidOperationException($"The training of {variant.Name} ended as {run.State}: {run.Error ?? "no reason was recorded"}. See {address}/training/{run.Id}.");
                line ??= ProgressLine.OnConsole();
                line.Show($"Training {variant.Name}, {(run.State == RunState.Queued ? "waiting for its turn" : run.Phase)}", run.Fraction, run.SecondsLeft is { } s ? TimeSpan.FromSeconds(s) : null);
                await Task.Delay(300, cancellation);
            }
        }
    }

    private async Task ExperimentAsync(IReadOnlyList<Variant> cast, string[] keys, CancellationToken cancellation)
    {
        var names = cast.Where(v => keys.Contains(v.Key)).ToArray();
        // Whole hundredths of a percent, the grain of the assignment, with the rest given to control.
        var share = Math.Floor(10_000.0 / names.Length) / 10_000;
        ArmDraft[] arms = [.. names.Select((v, i) => new ArmDraft(v.Id, v.Name, i == 0 ? 1 - share * (names.Length - 1) : share))];
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var there = await db.Set<Experiment>().AsNoTracking().Include(e => e.Arms).FirstOrDefaultAsync(e => e.Key == ExperimentKey, cancellation);
        if (there is null)
        {
            await experiments.DraftAsync(new ExperimentDraft
            {
                Key = ExperimentKey, Name = "Home page ranking", Placement = Placement, Arms = arms, Owner = Who,
                Hypothesis = "Ranking by what each person liked lifts click-through against showing what is popular.",
            }, Who, cancellation);
            await experiments.MarkReadyAsync(ExperimentKey, Who, cancellation);
            await experiments.StartAsync(ExperimentKey, Who, "demo", cancellation);
        }
        else if (there.State == ExperimentState.Running && there.Arms.Count < arms.Length)
            await phases.ChangeArmsAsync(ExperimentKey, arms, Who, "The deep variants have been trained.", cancellation);
        else return;
        Console.WriteLine($"Experiment {ExperimentKey} is live with {string.Join(", ", names.Select(v => v.Name))}.");
    }

    private async Task VisitAsync(Dataset dataset, int seed, int people, string what, CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        if (await db.Set<SimulationRun>().AnyAsync(s => s.RequestedBy == Who && s.Seed == seed && s.State == SimulationState.Finished, cancellation)) return;
        var running = await db.Set<Experiment>().AnyAsync(e => e.Key == ExperimentKey && e.State == ExperimentState.Running, cancellation);
        await simulations.RecoverAsync(cancellation);
        var cutOff = await db.Set<SimulationRun>().AsNoTracking().Where(s => s.RequestedBy == Who && s.Seed == seed && (s.State == SimulationState.Failed || s.State == SimulationState.Cancelled)).OrderByDescending(s => s.Id).FirstOrDefaultAsync(cancellation);
        var run = await simulations.RequestAsync(new SimulationRequest { Placement = Placement, Experiment = running ? ExperimentKey : null, DatasetId = dataset.Id, Seed = seed, People = options.Fast ? Math.Min(people, 300) : people, FirstDay = cutOff?.FirstDay }, Who, cancellation);
        var line = ProgressLine.OnConsole();
        using var http = new HttpClient { BaseAddress = new Uri(address), Timeout = TimeSpan.FromSeconds(60) };
        run = await runner.RunAsync(run.Id, http, parallel: 8, new Listener(p => line.Show(what, p.Fraction, p.Left)), goOn: cutOff is not null, cancellation);
        if (run.State != SimulationState.Finished) throw new InvalidOperationException($"The simulated visitors stopped: {run.Error ?? run.State.ToString()}");
        line.Done(FormattableString.Invariant($"{what}: {run.Visits:N0} visits, {run.Viewable:N0} items seen, {run.Clicked:N0} clicked"));
    }

    private static string NameOf(string path)
    {
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
        foreach (var ending in (ReadOnlySpan<string>)[".gz", ".zip", ".csv", ".tsv", ".dat"]) if (name.EndsWith(ending, StringComparison.OrdinalIgnoreCase)) name = name[..^ending.Length];
        return name.Length == 0 ? "data" : name;
    }

    private sealed class Listener(Action<(double Fraction, TimeSpan? Left)> act) : IProgress<(double, TimeSpan?)>
    {
        public void Report((double, TimeSpan?) value) => act(value);
    }
}
