namespace RecLab.Controls;

/// <summary>Registers what the domain-free parts need.</summary>
public static class ControlsSetup
{
    public static IServiceCollection AddControls(this IServiceCollection services) => services.AddScoped<Freshness>();
}
