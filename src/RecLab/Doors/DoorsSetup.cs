namespace RecLab.Doors;

/// <summary>The HTTP API: lists out, events in. Its description is at <c>/openapi/v1.json</c>.</summary>
public static class DoorsSetup
{
    public static IServiceCollection AddDoors(this IServiceCollection services)
    {
        services.AddSingleton<OriginBook>().AddSingleton<ApiDoor>().AddSingleton<RecommendationsDoor>().AddSingleton<EventsDoor>().AddSingleton<ExposuresDoor>().AddSingleton<ListsDoor>();
        services.AddSingleton<RepeatGuard>().AddSingleton<ItemsDoor>().AddSingleton<PlacementsDoor>().AddSingleton<VariantsDoor>().AddSingleton<TrainingsDoor>().AddSingleton<ExperimentsDoor>().AddSingleton<RegisterDoor>().AddSingleton<KeysDoor>().AddSingleton<DatasetsDoor>().AddSingleton<ExportGate>().AddSingleton<UsersDoor>();
        services.AddApiDescription();
        return services;
    }

    /// <summary>Public routes: every one of them checks a key first.</summary>
    public static void MapDoors(this WebApplication app)
    {
        var door = app.Services.GetRequiredService<ApiDoor>();
        var (lists, events) = (app.Services.GetRequiredService<RecommendationsDoor>(), app.Services.GetRequiredService<EventsDoor>());
        var api = app.MapGroup("/api/v1").AllowAnonymous().DisableAntiforgery().WithTags("RecLab");

        api.MapGet("/recommendations", async Task<IResult> (HttpContext http) => { await door.HandleAsync(http, lists.GetAsync); return TypedResults.Empty; })
            .Described(ApiRoutes.Get);
        api.MapPost("/recommendations", async Task<IResult> (HttpContext http) => { await door.HandleAsync(http, lists.PostAsync); return TypedResults.Empty; })
            .Described(ApiRoutes.Post);
        api.MapPost("/recommendations:batch", async Task<IResult> (HttpContext http) => { await door.HandleAsync(http, lists.BatchAsync); return TypedResults.Empty; })
            .Described(ApiRoutes.Batch);
        api.MapPost("/events", async Task<IResult> (HttpContext http) => { await door.HandleAsync(http, events.PostAsync); return TypedResults.Empty; })
            .Described(ApiRoutes.Events);
        var (exposures, uploads) = (app.Services.GetRequiredService<ExposuresDoor>(), app.Services.GetRequiredService<ListsDoor>());
        api.MapPost("/exposures", async Task<IResult> (HttpContext http) => { await door.HandleAsync(http, exposures.PostAsync); return TypedResults.Empty; })
            .Described(ApiRoutes.Exposures);
        api.MapPut("/variants/{key}/lists", async Task<IResult> (HttpContext http) => { await door.HandleAsync(http, uploads.PutAsync); return TypedResults.Empty; })
            .Described(ApiRoutes.Lists);
        api.MapManagement(door, app.Services);
        foreach (var path in (string[])["/recommendations", "/recommendations:batch", "/events"])
            api.MapMethods(path, ["OPTIONS"], void (HttpContext http) => door.Preflight(http)).ExcludeFromDescription();
        app.MapOpenApi().AllowAnonymous();
    }
}
