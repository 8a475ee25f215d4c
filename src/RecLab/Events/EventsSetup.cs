using Microsoft.Extensions.DependencyInjection.Extensions;

namespace RecLab.Events;

/// <summary>Registers the log and its readers.</summary>
public static class EventsSetup
{
    public static IServiceCollection AddEvents(this IServiceCollection services)
    {
        services.AddLogReading();
        services.AddSingleton<EventLog>();
        services.AddHostedService(provider => provider.GetRequiredService<EventLog>());
        services.AddSingleton<UnitTotals>();
        services.AddSingleton<PastUsers>();
        services.AddSingleton<UnitSlices>();
        services.AddSingleton<TeamTotals>();
        services.AddSingleton<SharedUsers>();
        services.AddSingleton<TrafficReader>();
        services.AddSingleton<UserLog>();
        services.AddSingleton<InterestReader>();
        services.AddSingleton<FoldProof>();
        return services;
    }

    /// <summary>The log as training data, without its writer: for verbs and workers too.</summary>
    public static IServiceCollection AddLogReading(this IServiceCollection services)
    {
        services.TryAddSingleton<EventStore>();
        services.TryAddSingleton<InteractionReader>();
        services.TryAddSingleton<SnapshotDesk>();
        services.TryAddSingleton<MadeVisits>();
        return services;
    }
}
