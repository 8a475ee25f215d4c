namespace RecLab.Experiments;

/// <summary>Registers the desk, the readers and the live view. Needs an <see cref="IPreflight"/> from a room above.</summary>
public static class ExperimentsSetup
{
    public static IServiceCollection AddExperiments(this IServiceCollection services)
    {
        services.AddSingleton<ExperimentBook>().AddSingleton<ExperimentDesk>().AddSingleton<PhaseDesk>();
        services.AddSingleton<LiveExperiments>();
        services.AddHostedService(provider => provider.GetRequiredService<LiveExperiments>());
        services.AddSingleton<PhaseKeeper>();
        services.AddHostedService(provider => provider.GetRequiredService<PhaseKeeper>());
        services.AddSingleton<ExperimentReader>();
        services.AddSingleton<HoldoutDesk>();
        return services;
    }
}
