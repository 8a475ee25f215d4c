namespace RecLab.Events;

/// <summary>Registers the log and its readers.</summary>
public static class EventsSetup
{
    public static IServiceCollection AddEvents(this IServiceCollection services)
    {
        services.AddSingleton<EventStore>();
        services.AddSingleton<EventLog>();
        services.AddHostedService(provider => provider.GetRequiredService<EventLog>());
        services.AddSingleton<UnitTotals>();
        services.AddSingleton<TrafficReader>();
        services.AddSingleton<InterestReader>();
        services.AddSingleton<FoldProof>();
        return services;
    }
}
