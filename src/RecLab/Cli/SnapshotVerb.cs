using System.CommandLine;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using RecLab.Controls;
using RecLab.Data;
using RecLab.Events;
using RecLab.Storage;

namespace RecLab.Cli;

/// <summary><c>reclab snapshot live|simulated</c>: make a data set of the event log.</summary>
public static class SnapshotVerb
{
    public static Command Create()
    {
        var side = new Argument<string>("side") { Description = "live or simulated; never both." };
        var on = new Option<string?>("--base") { Description = "Data set whose items, titles and visible rows it builds on (default: the newest that is no snapshot)." };
        var name = new Option<string?>("--name") { Description = "Name of the snapshot (default: made from data set, side and time)." };
        var weights = new Option<string?>("--weights") { Description = "Weight per type of event: click=1,add_to_cart=3,purchase=5,rating=1 is the default; types not named are left out." };
        var halfLife = new Option<double?>("--half-life") { Description = "Days before the newest event after which an event weighs half." };
        var alone = new Option<bool>("--log-only") { Description = "Leave the rows of the data set out." };
        var placement = new Option<string?>("--placement") { Description = "Only what followed from lists of this placement." };
        var settings = new CommonSettings();
        var command = new Command("snapshot", "Make a data set of what people, or simulated visitors, did.") { side, on, name, weights, halfLife, alone, placement };
        settings.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            var recipe = new LogRecipe
            {
                Simulated = parsed.GetValue(side) switch { "live" => false, "simulated" => true, var other => throw new BadArgumentException($"A snapshot is of the live or the simulated log, not of '{other}'.") },
                WithBase = !parsed.GetValue(alone), HalfLifeDays = parsed.GetValue(halfLife), Placement = parsed.GetValue(placement),
            };
            return MakeAsync(parsed.GetValue(on), parsed.GetValue(name), parsed.GetValue(weights) is { } text ? recipe with { Weights = Weights(text) } : recipe, settings.Read(parsed), cancellation);
        });
        return command;
    }

    private static async Task<int> MakeAsync(string? on, string? name, LogRecipe recipe, string[] args, CancellationToken cancellation)
    {
        try
        {
            SnapshotDesk.Check(recipe);
            using var host = VerbHost.Build(args, (builder, _) => builder.Services.AddLogReading());
            await host.Services.MigrateStorageAsync(cancellation);
            await using var db = await host.Services.GetRequiredService<IDbContextFactory<RecLabDb>>().CreateDbContextAsync(cancellation);
            var chosen = (await db.Set<Dataset>().AsNoTracking().Where(d => d.State == DatasetState.Ready && (on == null || d.Name == on)).OrderByDescending(d => d.Id).ToListAsync(cancellation))
                .FirstOrDefault(d => on is not null || !d.IsOfLog())
                ?? throw new BadArgumentException(on is null ? "There is no data set to build on yet; import one first." : $"There is no data set '{on}'.");
            var desk = host.Services.GetRequiredService<SnapshotDesk>();
            var snapshot = await desk.PrepareAsync(chosen.Id, recipe, cancellation);
            var dataset = await desk.StoreAsync(snapshot, name ?? desk.NameFor(snapshot.Cut), Environment.UserName, cancellation);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"'{dataset.Name}': {snapshot.Cut.Events():N0} events ({string.Join(", ", snapshot.Cut.Counts.Select(c => FormattableString.Invariant($"{c.Events:N0} {c.Type}")))}) made {snapshot.Cut.LogRows:N0} rows; with {snapshot.Cut.BaseRows:N0} of '{snapshot.Cut.Base}' {dataset.Rows:N0} rows of {dataset.Users:N0} users."));
            foreach (var left in snapshot.Cut.LeftOut) await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"  left out {left.Events:N0}: {left.Reason}"));
            return 0;
        }
        catch (Refusal refusal)
        {
            throw new BadArgumentException(refusal.Message);
        }
    }

    private static SortedDictionary<string, double> Weights(string text)
    {
        SortedDictionary<string, double> weights = new(StringComparer.Ordinal);
        foreach (var pair in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            weights[pair.Split('=')[0]] = pair.Split('=') is [_, var number] && double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var weight)
                ? weight : throw new BadArgumentException($"--weights needs type=number[,type=number], got '{pair}'.");
        return weights;
    }
}
