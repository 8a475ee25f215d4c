using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RecLab.Access;
using RecLab.Controls;
using RecLab.Storage;
using Xunit;

namespace RecLab.Tests.Access;

public sealed class KeyDeskTests(RecLabApp app) : IClassFixture<RecLabApp>
{
    private KeyDesk Keys => app.Services.GetRequiredService<KeyDesk>();

    /// <summary>A desk by a clock of its own; the application's timers stay as they are, however far the clock moves.</summary>
    private KeyDesk With(ManualClock clock) => new(app.Services.GetRequiredService<IDbContextFactory<RecLabDb>>(), app.Services.GetRequiredService<Audit>(), app.Services.GetRequiredService<RecLab.Live.LiveFeed>(), clock);

    private async Task<(ApiKey Entry, string Key)> Publishable(params string[] origins) => await Keys.CreateAsync("mara", "shop", ApiKeyKind.Publishable, origins);
    private async Task<(ApiKey Entry, string Key)> Secret(DateTimeOffset? expires = null) => await Keys.CreateAsync("mara", "server", ApiKeyKind.Secret, [], expires);

    [Fact]
    public async Task A_key_opens_and_says_what_it_is()
    {
        var (entry, key) = await Secret();
        var check = Keys.Check(key, secret: true);
        Assert.True(check.Opens);
        Assert.Equal((entry.Id, "server", ApiKeyKind.Secret), (check.Key!.Id, check.Key.Name, check.Key.Kind));
        Assert.Matches("^sk_[0-9a-f]{48}$", key); // 40 digits are 160 random bits
    }

    [Fact]
    public async Task Only_the_hash_is_stored()
    {
        var (_, key) = await Secret();
        SqliteConnection.ClearAllPools();
        foreach (var file in Directory.GetFiles(app.DataDir, "reclab.db*"))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream, Encoding.Latin1);
            Assert.DoesNotContain(key[12..], await reader.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_publishable_key_opens_from_its_exact_origins_only()
    {
        var (_, key) = await Publishable("https://shop.example", "http://localhost:8080");
        Assert.True(Keys.Check(key, "https://shop.example").Opens);
        Assert.True(Keys.Check(key, "http://localhost:8080").Opens);
        foreach (var origin in (string[])["https://shop.example.evil", "https://evil-shop.example", "http://shop.example", "https://shop.example:444", "null", "https://SHOP.example"])
            Assert.Equal((KeyFault.WrongOrigin, 403), (Keys.Check(key, origin).Fault, Keys.Check(key, origin).Status));
        Assert.True(Keys.KnowsOrigin("https://shop.example"));
        Assert.False(Keys.KnowsOrigin("https://evil.example"));
    }

    [Fact]
    public async Task The_servers_own_origin_is_always_allowed()
    {
        var (_, key) = await Publishable();
        Assert.True(Keys.Check(key, "http://localhost:5080", self: "http://localhost:5080").Opens);
        Assert.False(Keys.Check(key, "http://localhost:5081", self: "http://localhost:5080").Opens);
    }

    [Fact]
    public async Task A_publishable_key_manages_nothing()
    {
        var (_, key) = await Publishable();
        Assert.Equal((KeyFault.SecretNeeded, 403), (Keys.Check(key, secret: true).Fault, Keys.Check(key, secret: true).Status));
    }

    [Fact]
    public async Task A_revoked_key_is_refused_at_once()
    {
        var (entry, key) = await Secret();
        Assert.True(Keys.Check(key).Opens);
        await Keys.RevokeAsync("mara", entry.Id);
        Assert.Equal((KeyFault.Revoked, 401), (Keys.Check(key).Fault, Keys.Check(key).Status));
    }

    [Fact]
    public async Task An_expired_key_is_refused()
    {
        var clock = new ManualClock(DateTimeOffset.UtcNow);
        var keys = With(clock);
        var (_, key) = await keys.CreateAsync("mara", "short", ApiKeyKind.Secret, [], clock.GetUtcNow().AddDays(1));
        Assert.True(keys.Check(key).Opens);
        clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(KeyFault.Expired, keys.Check(key).Fault);
    }

    [Fact]
    public async Task A_mistyped_key_is_told_from_an_unknown_one()
    {
        var (_, key) = await Secret();
        var mistyped = key[..10] + (key[10] == 'a' ? 'b' : 'a') + key[11..];
        Assert.Equal(KeyFault.Malformed, Keys.Check(mistyped).Fault);
        Assert.Equal(KeyFault.Malformed, Keys.Check(key[..^1]).Fault);
        Assert.Equal(KeyFault.Missing, Keys.Check("").Fault);
        var other = app.Services.GetRequiredService<IDbContextFactory<RecLabDb>>();
        await using var db = await other.CreateDbContextAsync(TestContext.Current.CancellationToken);
        await db.Set<ApiKey>().Where(k => k.Hash == KeyHash(key)).ExecuteDeleteAsync(TestContext.Current.CancellationToken);
        Assert.Equal(KeyFault.Unknown, new KeyDesk(other, null!, null!, TimeProvider.System).Check(key).Fault);
    }

    [Fact]
    public async Task A_key_made_by_another_process_opens()
    {
        Keys.Check("sk_" + new string('0', 48)); // the copy is warm
        var clock = new ManualClock(DateTimeOffset.UtcNow);
        var other = new KeyDesk(app.Services.GetRequiredService<IDbContextFactory<RecLabDb>>(), app.Services.GetRequiredService<Audit>(), app.Services.GetRequiredService<RecLab.Live.LiveFeed>(), clock);
        Assert.False(other.KnowsOrigin("https://late.example"));
        var (_, key) = await Publishable("https://late.example");
        clock.Advance(TimeSpan.FromSeconds(6));
        Assert.True(other.Check(key, "https://late.example").Opens);
    }

    [Fact]
    public async Task A_rotated_key_and_its_successor_both_open_until_the_overlap_is_over()
    {
        var clock = new ManualClock(DateTimeOffset.UtcNow);
        var keys = With(clock);
        var (entry, old) = await keys.CreateAsync("mara", "front", ApiKeyKind.Publishable, ["https://shop.example"], scopes: KeyScope.Recommend);
        var (successor, fresh) = await keys.RotateAsync("mara", entry.Id, TimeSpan.FromDays(7));
        Assert.NotEqual(old, fresh);
        Assert.Equal((entry.Name, entry.Kind, entry.Origins, entry.Scopes, null), (successor.Name, successor.Kind, successor.Origins, successor.Scopes, successor.ExpiresAt));
        clock.Advance(TimeSpan.FromDays(7) - TimeSpan.FromSeconds(1));
        Assert.True(keys.Check(old, "https://shop.example").Opens);
        Assert.True(keys.Check(fresh, "https://shop.example").Opens);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(KeyFault.Expired, keys.Check(old, "https://shop.example").Fault);
        Assert.True(keys.Check(fresh, "https://shop.example").Opens);
        await Assert.ThrowsAsync<Refusal>(() => keys.RotateAsync("mara", entry.Id, TimeSpan.FromDays(7))); // it works no more
    }

    [Fact]
    public async Task An_overlap_never_lengthens_a_keys_life()
    {
        var (entry, _) = await Secret(DateTimeOffset.UtcNow.AddDays(2));
        var (successor, _) = await Keys.RotateAsync("mara", entry.Id, TimeSpan.FromDays(30));
        Assert.Equal(entry.ExpiresAt, (await Keys.ListAsync(TestContext.Current.CancellationToken)).Single(k => k.Id == entry.Id).ExpiresAt);
        Assert.InRange(successor.ExpiresAt!.Value, DateTimeOffset.UtcNow.AddDays(1.9), DateTimeOffset.UtcNow.AddDays(2.1)); // as long as the old one had
    }

    [Fact]
    public async Task A_key_opens_only_what_its_scopes_name()
    {
        var (_, events) = await Keys.CreateAsync("mara", "collector", ApiKeyKind.Secret, [], scopes: KeyScope.Events);
        Assert.True(Keys.Check(events, scope: KeyScope.Events).Opens);
        foreach (var other in new[] { KeyScope.Recommend, KeyScope.Manage, KeyScope.Events | KeyScope.Manage })
            Assert.Equal((KeyFault.OutOfScope, 403), (Keys.Check(events, scope: other).Fault, Keys.Check(events, scope: other).Status));
        var (_, all) = await Secret();
        Assert.True(Keys.Check(all, scope: KeyScope.Recommend | KeyScope.Events | KeyScope.Manage).Opens);
        await Assert.ThrowsAsync<Refusal>(() => Keys.CreateAsync("mara", "page", ApiKeyKind.Publishable, [], scopes: KeyScope.Manage));
        await Assert.ThrowsAsync<Refusal>(() => Keys.CreateAsync("mara", "nothing", ApiKeyKind.Secret, [], scopes: KeyScope.None));
    }

    [Theory]
    [InlineData("shop.example")]
    [InlineData("https://*.example")]
    [InlineData("https://shop.example/path")]
    [InlineData("ftp://shop.example")]
    [InlineData("*")]
    [InlineData("null")]
    public async Task What_is_no_origin_is_refused(string origin) => await Assert.ThrowsAsync<Refusal>(() => Publishable(origin));

    [Fact]
    public async Task An_origin_is_written_as_browsers_send_it()
    {
        var (entry, _) = await Publishable("HTTPS://Shop.Example:443/");
        Assert.Equal("https://shop.example", entry.Origins);
    }

    private static string KeyHash(string key) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
