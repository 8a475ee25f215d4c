using Microsoft.AspNetCore.Hosting.Server;
using RecLab.Events;

namespace RecLab.Laboratory;

/// <summary>Registers the laboratory.</summary>
public static class LaboratorySetup
{
    public static IServiceCollection AddLaboratory(this IServiceCollection services) => services.AddLogReading()
        .AddSingleton<Worlds>()
        .AddSingleton<SimulationDesk>()
        .AddSingleton<SimulationRunner>();

    /// <summary>For the server: simulations asked for on its pages run in it, one after the other.</summary>
    public static IServiceCollection AddSimulationQueue(this IServiceCollection services) => services
        .AddSingleton<OwnDoor>(provider => () => SimulationQueue.ToSelf(provider.GetRequiredService<IServer>()))
        .AddSingleton<SimulationQueue>()
        .AddSingleton<SimulationBoard>()
        .AddSingleton<Notices.INewsSource, SimulationNews>()
        .AddHostedService(provider => provider.GetRequiredService<SimulationQueue>());
}
