using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using RecLab.Access;
using RecLab.Controls;
using RecLab.Live;
using RecLab.Notices;
using RecLab.Storage;
using Xunit;

namespace RecLab.Tests.Notices;

public sealed class WebhookTests : IAsyncLifetime
{
    /// <summary>Ahead of the application's own clock, so that its own courier finds nothing due.</summary>
    private readonly ManualClock _clock = new(DateTimeOffset.UtcNow.AddDays(10));
    private readonly RecLabApp _app = new();
    private Receiver _receiver = null!;
    private WebhookSender _sender = null!;
    private WebhookCourier _courier = null!;
    private NoticeDesk _notices = null!;

    private WebhookDesk Desk { get; set; } = null!;

    private T Get<T>() where T : notnull => _app.Services.GetRequiredService<T>();

    public async ValueTask InitializeAsync()
    {
        _receiver = await Receiver.StartAsync();
        var (databases, protection, feed) = (Get<IDbContextFactory<RecLabDb>>(), Get<IDataProtectionProvider>(), new LiveFeed(TimeProvider.System, NullLogger<LiveFeed>.Instance));
        _sender = new(_clock);
        _courier = new(databases, _sender, protection, feed, _clock, NullLogger<WebhookCourier>.Instance);
        _notices = new(databases, feed, _clock);
        Desk = new(databases, _courier, protection, Get<Audit>(), feed, _clock);
    }

    public async ValueTask DisposeAsync()
    {
        _courier.Dispose();
        _sender.Dispose();
        await _receiver.DisposeAsync();
        await _app.DisposeAsync();
    }

    private Task<bool> TellAsync(string cause = "run:7:1") => _notices.TellAsync(NoticeKind.JobFailed, cause, "The training of als v1 failed.", "/training/7");

    private async Task<DeliveryRow> OnlyAsync() => Assert.Single(await Desk.DeliveriesAsync());

    [Fact]
    public async Task A_notice_arrives_signed_with_the_secret_that_was_shown_once()
    {
        var (_, secret) = await Desk.CreateAsync("mara", "chat", _receiver.Url, allowPrivate: true);
        await TellAsync();
        await _courier.DeliverDueAsync();
        var row = await OnlyAsync();
        Assert.Equal(DeliveryState.Delivered, row.Delivery.State);
        Assert.Equal((1, "status 204"), (row.Delivery.Attempts, row.Delivery.Outcome));
        var (signature, delivery, body) = Assert.Single(_receiver.Messages);
        Assert.Equal($"{row.Delivery.Id}", delivery);
        var moment = signature.Split(',')[0][2..];
        Assert.Equal($"{_clock.GetUtcNow().ToUnixTimeSeconds()}", moment);
        Assert.Equal($"t={moment},v1={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{moment}.{body}")))}", signature);
        var message = JsonDocument.Parse(body).RootElement;
        Assert.Equal(("JobFailed", "The training of als v1 failed.", "/training/7"), (message.GetProperty("kind").GetString(), message.GetProperty("text").GetString(), message.GetProperty("path").GetString()));
        await using var db = await Get<IDbContextFactory<RecLabDb>>().CreateDbContextAsync(TestContext.Current.CancellationToken);
        Assert.DoesNotContain(secret, (await db.Set<Webhook>().SingleAsync(TestContext.Current.CancellationToken)).Secret, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_does_not_arrive_is_tried_again_ever_later_and_given_up_after_six_attempts()
    {
        await Desk.CreateAsync("mara", "chat", _receiver.Url, allowPrivate: true);
        _receiver.Status = 500;
        await TellAsync();
        for (var attempt = 1; attempt <= WebhookCourier.MostAttempts; attempt++)
        {
            await _courier.DeliverDueAsync();
            await _courier.DeliverDueAsync(); // not yet due again
            Assert.Equal(attempt, _receiver.Messages.Count);
            _clock.Advance(WebhookCourier.Pause(attempt));
        }
        Assert.Equal((DeliveryState.Failed, "status 500"), ((await OnlyAsync()).Delivery.State, (await OnlyAsync()).Delivery.Outcome));
        Assert.Single(_receiver.Messages.Select(m => m.Delivery).Distinct());
        Assert.Equal(30 + 120 + 480 + 1920 + 7680, Enumerable.Range(1, 5).Sum(a => WebhookCourier.Pause(a).TotalSeconds));
    }

    [Fact]
    public async Task One_that_comes_back_is_told_what_waited()
    {
        await Desk.CreateAsync("mara", "chat", _receiver.Url, allowPrivate: true);
        _receiver.Status = 503;
        await TellAsync();
        await _courier.DeliverDueAsync();
        Assert.Single(_receiver.Messages);
        _receiver.Status = 200;
        _clock.Advance(TimeSpan.FromSeconds(31));
        await _courier.DeliverDueAsync();
        Assert.Equal((DeliveryState.Delivered, 2), ((await OnlyAsync()).Delivery.State, (await OnlyAsync()).Delivery.Attempts));
    }

    [Fact]
    public async Task A_test_is_sent_at_once_and_once_and_a_redirect_is_not_followed()
    {
        var (webhook, _) = await Desk.CreateAsync("mara", "chat", _receiver.Url, allowPrivate: true);
        Assert.Equal(DeliveryState.Delivered, (await Desk.TestAsync("mara", webhook.Id)).State);
        _receiver.Status = 302;
        var moved = await Desk.TestAsync("mara", webhook.Id);
        Assert.Equal((DeliveryState.Failed, 1, "a redirect (302), which is not followed"), (moved.State, moved.Attempts, moved.Outcome));
        Assert.Equal(2, _receiver.Messages.Count);
        Assert.Equal(["webhook.test", "webhook.test", "webhook.create"], (await Get<Audit>().ReadAsync(actionPrefix: "webhook.")).Select(a => a.Action));
    }

    [Fact]
    public async Task A_name_that_leads_into_a_private_network_is_not_called_without_permission()
    {
        var (webhook, _) = await Desk.CreateAsync("mara", "sly", $"https://localhost:{new Uri(_receiver.Url).Port}/hook", allowPrivate: false);
        var test = await Desk.TestAsync("mara", webhook.Id);
        Assert.Equal((DeliveryState.Failed, "the address is not called from here"), (test.State, test.Outcome));
        Assert.Empty(_receiver.Messages);
    }

    [Theory]
    [InlineData("https://127.0.0.1/x")]
    [InlineData("https://127.1/x")]
    [InlineData("https://2130706433/x")] // 127.0.0.1 as one number
    [InlineData("https://0x7f.1/x")]
    [InlineData("https://[::1]/x")]
    [InlineData("https://[::ffff:10.0.0.1]/x")]
    [InlineData("https://192.168.1.1/x")]
    [InlineData("https://169.254.169.254/latest/meta-data")]
    [InlineData("http://hooks.example/x")] // not encrypted, and not our own network
    [InlineData("https://mara:secret@hooks.example/x")]
    [InlineData("ftp://hooks.example/x")]
    [InlineData("/x")]
    public async Task An_address_that_must_not_be_called_is_refused(string url) => await Assert.ThrowsAsync<Refusal>(() => Desk.CreateAsync("mara", "sly", url, allowPrivate: false));

    [Theory]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    [InlineData("http://[fe80::1]/x")]
    public async Task Metadata_is_never_called_whatever_is_allowed(string url) => await Assert.ThrowsAsync<Refusal>(() => Desk.CreateAsync("mara", "sly", url, allowPrivate: true));
}
