using System.CommandLine;
using Microsoft.EntityFrameworkCore;
using RecLab.Access;
using RecLab.Data;
using RecLab.Laboratory;
using RecLab.Storage;

namespace RecLab.Cli;

/// <summary><c>reclab simulate</c>: send simulated visitors through the doors of a running server.</summary>
public static class SimulateVerb
{
    public static Command Create()
    {
        var placement = new Option<string>("--placement") { Description = "Placement key.", DefaultValueFactory = _ => "home" };
        var dataset = new Option<string?>("--dataset") { Description = "Data set whose hidden rows the visitors like (default: the newest that hides some)." };
        var users = new Option<int>("--users") { Description = "Visitors.", DefaultValueFactory = _ => 2000 };
        var days = new Option<int>("--days") { Description = "Simulated days.", DefaultValueFactory = _ => 14 };
        var seed = new Option<int>("--seed") { Description = "Same seed and models, same visitors and clicks.", DefaultValueFactory = _ => 1 };
        var world = new Option<string>("--world") { Description = "observed, content, neighbours, indifferent or structureless.", DefaultValueFactory = _ => "neighbours" };
        var clicks = new Option<string>("--clicks") { Description = "position, cascade or dependent.", DefaultValueFactory = _ => "position" };
        var url = new Option<string>("--url") { Description = "Address of the running server.", DefaultValueFactory = _ => "http://localhost:5080" };
        var settings = new CommonSettings();
        var command = new Command("simulate", "Send simulated visitors through the doors of a running server.") { placement, dataset, users, days, seed, world, clicks, url };
        settings.AddTo(command);
        command.SetAction((parsed, cancellation) => SimulateAsync(parsed.GetValue(url)!, parsed.GetValue(dataset), new SimulationRequest
        {
            Placement = parsed.GetValue(placement)!, People = parsed.GetValue(users), Days = parsed.GetValue(days), Seed = parsed.GetValue(seed),
            World = parsed.GetValue(world)!, Clicks = parsed.GetValue(clicks)!,
        }, settings.Read(parsed), cancellation));
        return command;
    }

    private static async Task<int> SimulateAsync(string url, string? dataset, SimulationRequest request, string[] args, CancellationToken cancellation)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https")) throw new BadArgumentException($"'{url}' is no http address.");
        using var host = VerbHost.Build(args, (builder, _) => builder.Services.AddSingleton<Audit>().AddSingleton<KeyDesk>().AddLaboratory());
        await host.Services.MigrateStorageAsync(cancellation);
        await using var db = await host.Services.GetRequiredService<IDbContextFactory<RecLabDb>>().CreateDbContextAsync(cancellation);
        var chosen = await db.Set<Dataset>().AsNoTracking().Where(d => d.State == DatasetState.Ready && (dataset == null ? d.HiddenShare > 0 : d.Name == dataset))
            .OrderByDescending(d => d.Id).FirstOrDefaultAsync(cancellation)
            ?? throw new BadArgumentException(dataset is null ? "There is no data set with a hidden truth yet." : $"There is no data set '{dataset}'.");
        var desk = host.Services.GetRequiredService<SimulationDesk>();
        SimulationRun run;
        try { run = await desk.RequestAsync(request with { DatasetId = chosen.Id }, "command line", cancellation); }
        catch (Controls.Refusal fault) { throw new BadArgumentException(fault.Message); }
        var line = ProgressLine.OnConsole();
        using var http = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(60) };
        run = await host.Services.GetRequiredService<SimulationRunner>().RunAsync(run.Id, http, parallel: 8, new Shown(line), cancellation: cancellation);
        if (run.State != SimulationState.Finished) throw new InvalidOperationException($"The visitors stopped: {run.Error ?? run.State.ToString()}");
        line.Done(FormattableString.Invariant($"{run.Visits:N0} visits, {run.Viewable:N0} items seen, {run.Clicked:N0} clicked."));
        return 0;
    }

    private sealed class Shown(ProgressLine line) : IProgress<(double Fraction, TimeSpan? Left)>
    {
        public void Report((double Fraction, TimeSpan? Left) value) => line.Show("visitors", value.Fraction, value.Left);
    }
}
