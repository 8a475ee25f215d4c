namespace RecLab.Serving;

/// <summary>Registers serving.</summary>
public static class ServingSetup
{
    public static IServiceCollection AddServing(this IServiceCollection services)
    {
        services.AddSingleton<ModelShelf>().AddHostedService(p => p.GetRequiredService<ModelShelf>());
        services.AddSingleton<PlacementShelf>().AddHostedService(p => p.GetRequiredService<PlacementShelf>());
        return services.AddSingleton<Interests>().AddSingleton<SealDesk>().AddSingleton<RecommendationDesk>();
    }
}
