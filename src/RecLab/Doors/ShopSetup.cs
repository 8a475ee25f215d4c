namespace RecLab.Doors;

/// <summary>The widget's addresses, the previews of placements and the demo shop, which embed it.</summary>
public static class ShopSetup
{
    public static IServiceCollection AddShop(this IServiceCollection services) => services.AddSingleton<OwnKeys>().AddSingleton<WidgetDoor>().AddSingleton<DemoShop>();

    /// <summary>The setting that opens the demo shop, which is closed otherwise: its page hands a working key to whoever asks. <c>reclab demo</c> sets it.</summary>
    public const string Setting = "RecLab:DemoShop";

    /// <summary>Maps widget, previews and covers always, the demo shop where it is open.</summary>
    public static void MapShop(this WebApplication app)
    {
        app.Services.GetRequiredService<WidgetDoor>().Map(app);
        PlacementPreview.Map(app);
        DemoShop.MapCovers(app);
        if (IsOpen(app.Services)) DemoShop.Map(app);
    }

    /// <summary>Makes the key of an open shop where there never was one. Visitors only read it: nothing that a stranger asks for writes anything.</summary>
    public static async Task PrepareShopAsync(this IServiceProvider services)
    {
        if (IsOpen(services)) await services.GetRequiredService<OwnKeys>().OpenShopAsync();
    }

    private static bool IsOpen(IServiceProvider services) => services.GetRequiredService<IConfiguration>().GetValue(Setting, false);
}
