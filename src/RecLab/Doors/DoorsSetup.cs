namespace RecLab.Doors;

/// <summary>The HTTP API: lists out, events in. Its description is at <c>/openapi/v1.json</c>.</summary>
public static class DoorsSetup
{
    public static IServiceCollection AddDoors(this IServiceCollection services)
    {
        services.AddSingleton<OriginBook>().AddSingleton<ApiDoor>().AddSingleton<RecommendationsDoor>().AddSingleton<EventsDoor>().AddSingleton<ExposuresDoor>().AddSingleton<ListsDoor>();
        services.AddOpenApi("v1", options => options.ShouldInclude = description => description.RelativePath?.StartsWith("api/", StringComparison.Ordinal) == true);
        return services;
    }

    /// <summary>Public routes: every one of them checks a key first.</summary>
    public static void MapDoors(this WebApplication app)
    {
        var door = app.Services.GetRequiredService<ApiDoor>();
        var (lists, events) = (app.Services.GetRequiredService<RecommendationsDoor>(), app.Services.GetRequiredService<EventsDoor>());
        var api = app.MapGroup("/api/v1").AllowAnonymous().DisableAntiforgery().WithTags("RecLab");

        api.MapGet("/recommendations", async Task<IResult> (HttpContext http) => { await door.HandleAsync(http, lists.GetAsync); return TypedResults.Empty; })
            .WithSummary("A list for a placement and a user").Produces<RecommendationAnswer>();
        api.MapPost("/recommendations", async Task<IResult> (HttpContext http) => { await door.HandleAsync(http, lists.PostAsync); return TypedResults.Empty; })
            .WithSummary("The same with a body").Produces<RecommendationAnswer>();
        api.MapPost("/recommendations:batch", async Task<IResult> (HttpContext http) => { await door.HandleAsync(http, lists.BatchAsync); return TypedResults.Empty; })
            .WithSummary("Lists for up to 20 placements of one page, no item twice").Produces<BatchAnswer>();
        api.MapPost("/events", async Task<IResult> (HttpContext http) => { await door.HandleAsync(http, events.PostAsync); return TypedResults.Empty; })
            .WithSummary("Up to 500 events; 200 means they are on disk").Produces<EventsAnswer>();
        var (exposures, uploads) = (app.Services.GetRequiredService<ExposuresDoor>(), app.Services.GetRequiredService<ListsDoor>());
        api.MapPost("/exposures", async Task<IResult> (HttpContext http) => { await door.HandleAsync(http, exposures.PostAsync); return TypedResults.Empty; })
            .WithSummary("A list that the host decided and showed (log-only arm)").Produces<ExposureAnswer>();
        api.MapPut("/variants/{key}/lists", async Task<IResult> (HttpContext http) => { await door.HandleAsync(http, uploads.PutAsync); return TypedResults.Empty; })
            .WithSummary("Uploaded lists as the next version of a variant").Produces<ListsAnswer>();
        foreach (var path in (string[])["/recommendations", "/recommendations:batch", "/events"])
            api.MapMethods(path, ["OPTIONS"], void (HttpContext http) => door.Preflight(http)).ExcludeFromDescription();
        app.MapOpenApi().AllowAnonymous();
    }
}
