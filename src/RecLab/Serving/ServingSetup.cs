using RecLab.Events;
using RecLab.Serving.External;
using RecLab.Training;

namespace RecLab.Serving;

/// <summary>Registers the shelves and the desk that answers.</summary>
public static class ServingSetup
{
    public static IServiceCollection AddServing(this IServiceCollection services)
    {
        services.AddSingleton<ModelShelf>().AddHostedService(provider => provider.GetRequiredService<ModelShelf>());
        services.AddSingleton<PlacementShelf>().AddHostedService(provider => provider.GetRequiredService<PlacementShelf>());
        services.AddSingleton<ItemShelf>().AddHostedService(provider => provider.GetRequiredService<ItemShelf>());
        services.AddSingleton<UserShelf>().AddHostedService(provider => provider.GetRequiredService<UserShelf>());
        services.AddSingleton<InterestShelf>();
        services.AddSingleton<Audience>();
        services.AddSingleton<EndpointCaller>().AddSingleton<ListChooser>().AddSingleton<ListCache>().AddSingleton<ExposureDesk>();
        services.AddSingleton<RecommendationDesk>();
        services.AddSingleton<PlacementDesk>();
        services.AddSingleton<RolloutDesk>();
        services.AddSingleton<PlacementReader>();
        services.AddSingleton<IVariantUser, VariantNeeds>();
        return services;
    }
}
