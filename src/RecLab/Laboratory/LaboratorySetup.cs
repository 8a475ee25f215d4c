namespace RecLab.Laboratory;

/// <summary>Registers the laboratory.</summary>
public static class LaboratorySetup
{
    public static IServiceCollection AddLaboratory(this IServiceCollection services) => services
        .AddSingleton<Worlds>()
        .AddSingleton<SimulationDesk>()
        .AddSingleton<SimulationRunner>();
}
