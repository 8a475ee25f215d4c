namespace RecLab.Doors;

/// <summary>The widget's addresses, the previews of placements and the demo shop, which embed it.</summary>
public static class ShopSetup
{
    public static IServiceCollection AddShop(this IServiceCollection services) => services.AddSingleton<OwnKeys>().AddSingleton<WidgetDoor>().AddSingleton<DemoShop>();

    /// <summary>Maps widget, previews and covers always, the demo shop unless <c>RecLab:DemoShop</c> is false.</summary>
    public static void MapShop(this WebApplication app)
    {
        app.Services.GetRequiredService<WidgetDoor>().Map(app);
        PlacementPreview.Map(app);
        DemoShop.MapCovers(app);
        if (app.Configuration.GetValue("RecLab:DemoShop", true)) DemoShop.Map(app);
    }
}
