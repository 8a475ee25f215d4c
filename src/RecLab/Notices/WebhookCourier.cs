using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using RecLab.Live;
using RecLab.Storage;

namespace RecLab.Notices;

/// <summary>Carries messages to webhooks and tries again what did not arrive: after half a minute, two, eight, 32 minutes and about two hours, then it gives up. A message is claimed in
/// the database before it is sent, so that two processes do not send it at once; one whose sender died is tried again.</summary>
public sealed class WebhookCourier(IDbContextFactory<RecLabDb> databases, WebhookSender sender, IDataProtectionProvider protection, LiveFeed feed, TimeProvider clock, ILogger<WebhookCourier> log) : BackgroundService
{
    /// <summary>How often a message is tried; a test is tried once.</summary>
    public const int MostAttempts = 6;

    private static readonly JsonSerializerOptions Form = new(JsonSerializerDefaults.Web);

    /// <summary>How long after the nth attempt the next one follows.</summary>
    public static TimeSpan Pause(int attempt) => TimeSpan.FromSeconds(30 * Math.Pow(4, attempt - 1));

    /// <summary>Carries everything that is due.</summary>
    public async Task DeliverDueAsync(CancellationToken cancellation = default)
    {
        List<long> due;
        var now = clock.GetUtcNow();
        await using (var db = await databases.CreateDbContextAsync(cancellation))
            due = await db.Set<Delivery>().Where(d => d.State == DeliveryState.Waiting && d.NextAt <= now).OrderBy(d => d.NextAt).Select(d => d.Id).Take(100).ToListAsync(cancellation);
        foreach (var id in due) await DeliverAsync(id, cancellation);
    }

    /// <summary>Tries one message, unless somebody else is at it.</summary>
    public async Task DeliverAsync(long id, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var found = await (from d in db.Set<Delivery>().AsNoTracking()
                           where d.Id == id
                           join w in db.Set<Webhook>() on d.WebhookId equals w.Id
                           join n in db.Set<Notice>() on d.NoticeId equals n.Id into told
                           from n in told.DefaultIfEmpty()
                           select new { Delivery = d, Webhook = w, Notice = n }).FirstOrDefaultAsync(cancellation);
        var now = clock.GetUtcNow();
        if (found is not { Delivery.State: DeliveryState.Waiting } || found.Delivery.NextAt > now) return; // the list of what is due may be minutes old
        var tried = found.Delivery.Attempts;
        var next = now + Pause(tried + 1);
        if (await db.Set<Delivery>().Where(d => d.Id == id && d.Attempts == tried && d.State == DeliveryState.Waiting)
                .ExecuteUpdateAsync(s => s.SetProperty(d => d.Attempts, tried + 1).SetProperty(d => d.NextAt, next), cancellation) != 1) return;

        SendResult result;
        try
        {
            var secret = protection.CreateProtector(WebhookDesk.Purpose).Unprotect(found.Webhook.Secret);
            result = await sender.SendAsync(found.Webhook.Url, secret, found.Webhook.AllowPrivate, id, Body(found.Delivery, found.Notice), cancellation);
        }
        catch (CryptographicException)
        {
            result = new(false, "its secret was encrypted with keys that are gone; remove it and add it again");
        }
        var state = result.Delivered ? DeliveryState.Delivered : found.Notice is null || tried + 1 >= MostAttempts ? DeliveryState.Failed : DeliveryState.Waiting;
        await db.Set<Delivery>().Where(d => d.Id == id && d.Attempts == tried + 1 && d.State == DeliveryState.Waiting).ExecuteUpdateAsync(s => s.SetProperty(d => d.State, state).SetProperty(d => d.Outcome, result.Outcome), cancellation);
        if (state == DeliveryState.Failed) log.LogWarning("Webhook {Webhook} was not reached in {Attempts} attempts: {Outcome}.", found.Webhook.Id, tried + 1, result.Outcome);
        feed.Changed(LiveFeed.Notices);
    }

    /// <summary>What is sent: {"id","kind","at","text","path"}.</summary>
    private static string Body(Delivery delivery, Notice? notice) => JsonSerializer.Serialize(new
    {
        id = notice is null ? $"test-{delivery.Id}" : $"notice-{notice.Id}",
        kind = notice is null ? "Test" : notice.Kind.ToString(),
        at = notice?.At ?? delivery.CreatedAt,
        text = notice?.Sentence ?? "This is a test from RecLab.",
        path = notice?.Path ?? "/notifications",
    }, Form);

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        await using var listening = feed.Listen(LiveFeed.Notices, () => TryAsync(stopping));
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(15), clock);
        while (await timer.WaitForNextTickAsync(stopping)) await TryAsync(stopping);
    }

    private async Task TryAsync(CancellationToken stopping)
    {
        try
        {
            await DeliverDueAsync(stopping);
        }
        catch (Exception) when (stopping.IsCancellationRequested) { return; } // what waits is sent by the next start
#pragma warning disable CA1031 // whatever it is, the next look comes in a quarter of a minute
        catch (Exception fault)
#pragma warning restore CA1031
        {
            log.LogError(fault, "Messages to webhooks could not be carried.");
        }
    }
}
