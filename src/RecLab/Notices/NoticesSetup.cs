namespace RecLab.Notices;

/// <summary>What people are told: on the page, and by webhooks.</summary>
public static class NoticesSetup
{
    public static IServiceCollection AddNotices(this IServiceCollection services) => services
        .AddSingleton<NoticeDesk>().AddSingleton<WebhookSender>().AddSingleton<WebhookDesk>().AddSingleton<WebhookCourier>().AddHostedService(provider => provider.GetRequiredService<WebhookCourier>());
}
