using System.Threading.Channels;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace RecLab.Laboratory;

/// <summary>Makes a client that reaches this server through its own front door.</summary>
public delegate HttpClient OwnDoor();

/// <summary>Carries out the simulations that pages ask for, one after the other, through the server's own HTTP doors.</summary>
public sealed class SimulationQueue(SimulationDesk desk, SimulationRunner runner, OwnDoor door, TimeProvider clock, ILogger<SimulationQueue> log) : BackgroundService
{
    /// <summary>Visitors at once: few, so that live visitors are answered as quickly as before.</summary>
    private const int Parallel = 2;

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(30);
    private readonly Channel<int> _waiting = Channel.CreateUnbounded<int>();

    /// <summary>Records a request and puts it at the end of the queue.</summary>
    /// <exception cref="Controls.Refusal">Something is out of range or unknown.</exception>
    public async Task<SimulationRun> StartAsync(SimulationRequest request, string who, CancellationToken cancellation = default)
    {
        var run = await desk.RequestAsync(request, who, cancellation);
        await _waiting.Writer.WriteAsync(run.Id, CancellationToken.None);
        return run;
    }

    /// <summary>A client for the first http address the server listens on.</summary>
    internal static HttpClient ToSelf(IServer server)
    {
        var addresses = server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        var address = addresses.FirstOrDefault(a => a.StartsWith("http://", StringComparison.Ordinal)) ?? throw new InvalidOperationException("The server listens on no http address that its own visitors could use.");
        var uri = new UriBuilder(address.Replace("//*", "//localhost", StringComparison.Ordinal).Replace("//+", "//localhost", StringComparison.Ordinal));
        if (uri.Host is "0.0.0.0" or "[::]") uri.Host = "localhost";
        return new HttpClient { BaseAddress = uri.Uri, Timeout = TimeSpan.FromSeconds(60) };
    }

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        await Task.WhenAll(RecoverAsync(stopping), CarryOutAsync(stopping));
    }

    private async Task CarryOutAsync(CancellationToken stopping)
    {
        try
        {
            await foreach (var id in _waiting.Reader.ReadAllAsync(stopping))
                await CarryOutAsync(id, stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            log.LogDebug("The queue of simulations ended with the application.");
        }
    }

    private async Task CarryOutAsync(int id, CancellationToken stopping)
    {
        try
        {
            using var http = door();
            var run = await runner.RunAsync(id, http, Parallel, cancellation: stopping);
            log.LogInformation("Simulation {Id} ended as {State}{Error}.", id, run.State, run.Error is null ? "" : $": {run.Error}");
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            log.LogError(fault, "Simulation {Id} could not be carried out.", id);
            await desk.UpdateAsync(id, run => (run.State, run.Error, run.FinishedAt) = (SimulationState.Failed, fault.Message, clock.GetUtcNow()));
        }
    }

    private async Task RecoverAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Look, clock);
        try
        {
            do
            {
                try { await desk.RecoverAsync(stopping); }
                catch (Exception fault) when (fault is not OperationCanceledException) { log.LogWarning(fault, "Simulations left by other processes could not be looked for."); }
            }
            while (await timer.WaitForNextTickAsync(stopping));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            log.LogDebug("Looking for simulations left behind ended with the application.");
        }
    }
}
