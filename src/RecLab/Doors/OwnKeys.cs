using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using RecLab.Access;
using RecLab.Controls;
using RecLab.Storage;

namespace RecLab.Doors;

/// <summary>The publishable keys whose text this server keeps because it writes them into pages itself: the demo shop's, the preview's and the one of the snippet.
/// Such a key stands in every page that embeds the widget, so keeping it gives nothing away; of secret keys only the hash is ever stored.</summary>
public sealed class OwnKeys(IDbContextFactory<RecLabDb> databases, KeyDesk keys)
{
    private const string Shop = "demo-shop.key", PreviewSetting = "placements.preview-key", WidgetSetting = "widget.key";
    private readonly SemaphoreSlim _once = new(1, 1);
    private readonly Dictionary<string, string> _known = [];
    private readonly ConcurrentDictionary<int, string> _pages = new();

    /// <summary>The demo shop's key; null where none was made, or where it was revoked or has expired. Only reads.</summary>
    public async Task<string?> ShopAsync(CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.Set<Setting>().FindAsync([Shop], cancellation) is { } kept && keys.Check(kept.Value).Opens ? kept.Value : null;
    }

    /// <summary>Makes the demo shop's key where there never was one. A revoked one is not replaced: whoever revoked it meant it.</summary>
    public async Task OpenShopAsync()
    {
        await using (var db = await databases.CreateDbContextAsync())
            if (await db.Set<Setting>().FindAsync(Shop) is not null) return;
        var (_, key) = await keys.CreateAsync("demo shop", "Demo shop", ApiKeyKind.Publishable, []);
        await KeepAsync(Shop, key, CancellationToken.None);
    }

    /// <summary>The key of previews in the dashboard: nothing that is asked with it is recorded.</summary>
    public Task<string> PreviewAsync(CancellationToken cancellation) => TextAsync(PreviewSetting, "Preview of placements", "preview", cancellation);

    /// <summary>Whether a key is the preview's.</summary>
    public bool IsPreview(int keyId) => PageOf(keyId) == PreviewSetting;

    /// <summary>Whether a key stands in pages of this server's own, the demo shop's or the preview's, so that it opens from its address.</summary>
    public bool IsOwn(int keyId) => PageOf(keyId).Length > 0;

    /// <summary>The setting that keeps the key, or nothing. Asked of the store once for each key: a preview may have been opened before this process started, or by another one.</summary>
    private string PageOf(int keyId) => _pages.GetOrAdd(keyId, id =>
    {
        using var db = databases.CreateDbContext();
        return new[] { PreviewSetting, Shop }.FirstOrDefault(name => db.Set<Setting>().Find(name) is { } kept && keys.Check(kept.Value).Key?.Id == id) ?? "";
    });

    /// <summary>The key that snippets carry, with its entry; null while nobody made one.</summary>
    public async Task<(string Text, ApiKey Entry)?> WidgetAsync(CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        if (await db.Set<Setting>().FindAsync([WidgetSetting], cancellation) is not { } kept || keys.Check(kept.Value) is not { Opens: true, Key: { } grant }) return null;
        return (kept.Value, await db.Set<ApiKey>().AsNoTracking().SingleAsync(k => k.Id == grant.Id, cancellation));
    }

    /// <summary>Makes the key of the snippets, or gives it other origins.</summary>
    /// <exception cref="Refusal">Something in the list is not an origin, or the list is empty.</exception>
    public async Task SetWidgetOriginsAsync(IReadOnlyList<string> origins, string who)
    {
        if (origins.All(string.IsNullOrWhiteSpace)) throw new Refusal("Name at least one origin, such as https://shop.example.");
        if (await WidgetAsync() is { } present)
        {
            await keys.SetOriginsAsync(who, present.Entry.Id, origins);
            return;
        }
        var (_, text) = await keys.CreateAsync(who, "Widget", ApiKeyKind.Publishable, origins);
        await KeepAsync(WidgetSetting, text, CancellationToken.None);
    }

    private async Task<string> TextAsync(string setting, string name, string who, CancellationToken cancellation)
    {
        await _once.WaitAsync(cancellation);
        try
        {
            if (_known.TryGetValue(setting, out var known) && keys.Check(known).Opens) return known;
            await using (var db = await databases.CreateDbContextAsync(cancellation))
                if (await db.Set<Setting>().FindAsync([setting], cancellation) is { } kept && keys.Check(kept.Value).Opens) return _known[setting] = kept.Value;
            var (_, key) = await keys.CreateAsync(who, name, ApiKeyKind.Publishable, []);
            await KeepAsync(setting, key, cancellation);
            return _known[setting] = key;
        }
        finally { _once.Release(); }
    }

    private async Task KeepAsync(string setting, string key, CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        if (await db.Set<Setting>().FindAsync([setting], cancellation) is { } kept) kept.Value = key;
        else db.Add(new Setting { Name = setting, Value = key });
        await db.SaveChangesAsync(cancellation);
    }
}
