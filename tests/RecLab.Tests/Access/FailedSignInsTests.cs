using System.Net;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RecLab.Access;
using Xunit;

namespace RecLab.Tests.Access;

public sealed class FailedSignInsTests
{
    private static readonly IPAddress Here = IPAddress.Parse("203.0.113.7"), Elsewhere = IPAddress.Parse("203.0.113.8");
    private readonly ManualClock _clock = new(DateTimeOffset.UnixEpoch);

    private FailedSignIns Counter(int limit = 3) => new(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["RecLab:Rate:SignIn"] = $"{limit}" }).Build(), _clock);

    [Fact]
    public void The_third_failure_closes_the_door_to_its_address_alone_for_a_quarter_of_an_hour()
    {
        var failures = Counter();
        for (var i = 0; i < 3; i++)
        {
            Assert.False(failures.TooMany(Here));
            failures.Add(Here);
        }
        Assert.True(failures.TooMany(Here));
        Assert.False(failures.TooMany(Elsewhere));
        _clock.Advance(TimeSpan.FromMinutes(15));
        Assert.False(failures.TooMany(Here));
    }

    [Fact]
    public void Addresses_of_one_subscriber_count_together_and_a_mapped_address_is_the_plain_one()
    {
        var failures = Counter(limit: 2);
        failures.Add(IPAddress.Parse("2001:db8:1:2::1"));
        failures.Add(IPAddress.Parse("2001:db8:1:2:ffff::9"));
        Assert.True(failures.TooMany(IPAddress.Parse("2001:db8:1:2:3::4")));
        Assert.False(failures.TooMany(IPAddress.Parse("2001:db8:1:3::1")));
        failures.Add(Here);
        failures.Add(IPAddress.Parse("::ffff:203.0.113.7"));
        Assert.True(failures.TooMany(Here));
    }

    [Fact]
    public async Task Whoever_tries_many_accounts_from_one_address_is_stopped_before_any_of_them_is_locked()
    {
        await using var app = new RecLabApp();
        await using var strict = app.WithWebHostBuilder(host => host.UseSetting("RecLab:Rate:SignIn", "4"));
        await strict.Services.GetRequiredService<PeopleDesk>().CreateAsync("ida@example.com", "Ida", Browsing.Password, Roles.Viewer);
        using var browser = strict.CreateClient(new() { AllowAutoRedirect = false });
        for (var i = 0; i < 4; i++) await browser.SignInAsync($"guess{i}@example.com", "some password");
        using var answer = await browser.SignInAsync("ida@example.com", Browsing.Password);
        Assert.Contains("Too many failed attempts from your network", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }
}
