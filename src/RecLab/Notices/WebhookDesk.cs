using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using RecLab.Access;
using RecLab.Controls;
using RecLab.Live;
using RecLab.Storage;

namespace RecLab.Notices;

/// <summary>A delivery with what it tells.</summary>
public sealed record DeliveryRow(Delivery Delivery, string Webhook, string? Sentence);

/// <summary>Takes every request about webhooks.</summary>
public sealed class WebhookDesk(IDbContextFactory<RecLabDb> databases, WebhookCourier courier, IDataProtectionProvider protection, Audit audit, LiveFeed feed, TimeProvider clock)
{
    internal const string Purpose = "RecLab.WebhookSecret.v1";

    public async Task<IReadOnlyList<Webhook>> ListAsync(CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.Set<Webhook>().AsNoTracking().OrderBy(w => w.Id).ToListAsync(cancellation);
    }

    /// <summary>The newest deliveries first.</summary>
    public async Task<IReadOnlyList<DeliveryRow>> DeliveriesAsync(int take = 50, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await (from d in db.Set<Delivery>().AsNoTracking()
                      join w in db.Set<Webhook>() on d.WebhookId equals w.Id
                      join n in db.Set<Notice>() on d.NoticeId equals n.Id into told
                      from n in told.DefaultIfEmpty()
                      orderby d.Id descending
                      select new DeliveryRow(d, w.Name, n == null ? null : n.Sentence)).Take(take).ToListAsync(cancellation);
    }

    /// <summary>Adds a webhook.</summary>
    /// <param name="url">https; http only in a private network.</param>
    /// <param name="allowPrivate">It may lie in a private network. Link-local addresses are never called.</param>
    /// <returns>The webhook, and the secret it is signed with, shown once.</returns>
    /// <exception cref="Refusal">Name or address are not acceptable.</exception>
    public async Task<(Webhook Webhook, string Secret)> CreateAsync(string who, string name, string url, bool allowPrivate)
    {
        (name, url) = (name.Trim(), url.Trim());
        if (name.Length is 0 or > 80 || name.Any(char.IsControl)) throw new Refusal("Give the webhook a name of 1 to 80 characters.");
        if (url.Length > 2000 || !Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("https" or "http") || uri.UserInfo.Length > 0 || uri.Fragment.Length > 0)
            throw new Refusal("The address must be like https://hooks.example/reclab, without user name, password or fragment.");
        if (uri.Scheme == "http" && !allowPrivate) throw new Refusal("Messages leave this network by https only.");
        if (IPAddress.TryParse(uri.DnsSafeHost, out var address) && !AddressRules.Allows(address, refusePrivate: !allowPrivate))
            throw new Refusal(AddressRules.Allows(address, refusePrivate: false) ? "This address is a private one; allow that first." : "This address is never called from here.");
        var secret = $"whsec_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24))}";
        var webhook = new Webhook { Name = name, Url = url, AllowPrivate = allowPrivate, Secret = protection.CreateProtector(Purpose).Protect(secret), CreatedAt = clock.GetUtcNow(), CreatedBy = who };
        await using var db = await databases.CreateDbContextAsync();
        db.Add(webhook);
        await db.SaveChangesAsync();
        await audit.WriteAsync(who, "webhook.create", $"webhook {webhook.Id} ({name})", $"{uri.Scheme}://{uri.Authority}{(allowPrivate ? ", private addresses allowed" : "")}"); // the path may be a secret
        feed.Changed(LiveFeed.Notices);
        return (webhook, secret);
    }

    /// <summary>Removes a webhook with what still waits for it.</summary>
    public async Task RemoveAsync(string who, int id)
    {
        await using var db = await databases.CreateDbContextAsync();
        var webhook = await db.Set<Webhook>().FindAsync(id) ?? throw new Refusal($"There is no webhook {id}.");
        await using var transaction = await db.Database.BeginTransactionAsync();
        await db.Set<Delivery>().Where(d => d.WebhookId == id).ExecuteDeleteAsync();
        db.Remove(webhook);
        await db.SaveChangesAsync();
        await transaction.CommitAsync();
        await audit.WriteAsync(who, "webhook.remove", $"webhook {id} ({webhook.Name})");
        feed.Changed(LiveFeed.Notices);
    }

    /// <summary>Sends a test message now, once.</summary>
    /// <returns>The delivery as it ended.</returns>
    public async Task<Delivery> TestAsync(string who, int id, CancellationToken cancellation = default)
    {
        var now = clock.GetUtcNow();
        Delivery delivery;
        await using (var db = await databases.CreateDbContextAsync(cancellation))
        {
            var webhook = await db.Set<Webhook>().FindAsync([id], cancellation) ?? throw new Refusal($"There is no webhook {id}.");
            delivery = db.Add(new Delivery { WebhookId = id, CreatedAt = now, NextAt = now }).Entity;
            await db.SaveChangesAsync(cancellation);
            await audit.WriteAsync(who, "webhook.test", $"webhook {id} ({webhook.Name})", cancellation: cancellation);
        }
        await courier.DeliverAsync(delivery.Id, cancellation);
        await using var after = await databases.CreateDbContextAsync(cancellation);
        return await after.Set<Delivery>().AsNoTracking().SingleAsync(d => d.Id == delivery.Id, cancellation);
    }
}
