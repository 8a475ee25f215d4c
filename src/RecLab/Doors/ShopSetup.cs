namespace RecLab.Doors;

/// <summary>The widget's addresses and the demo shop that embeds it.</summary>
public static class ShopSetup
{
    public static IServiceCollection AddShop(this IServiceCollection services) => services.AddSingleton<WidgetDoor>().AddSingleton<DemoShop>();

    /// <summary>Maps the widget always, the demo shop unless <c>RecLab:DemoShop</c> is false.</summary>
    public static void MapShop(this WebApplication app)
    {
        app.Services.GetRequiredService<WidgetDoor>().Map(app);
        if (app.Configuration.GetValue("RecLab:DemoShop", true)) DemoShop.Map(app);
    }
}
