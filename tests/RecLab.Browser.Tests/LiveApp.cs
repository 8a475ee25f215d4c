using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using RecLab.Access;
using RecLab.Tests;
using Xunit;

namespace RecLab.Browser.Tests;

/// <summary>The whole application on a real port with a real Chromium in front of it; one for each test class.</summary>
public sealed class LiveApp : RecLabApp, IAsyncLifetime
{
    public const string Password = "correct horse battery";
    private IPlaywright? _playwright;

    public IBrowser Browser { get; private set; } = null!;

    /// <summary>"http://127.0.0.1:45123", without a slash at the end.</summary>
    public string Url { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        UseKestrel(0);
        StartServer();
        Url = ClientOptions.BaseAddress.ToString().TrimEnd('/');
        _playwright = await Playwright.CreateAsync();
        Assertions.SetDefaultExpectTimeout(30_000); // a busy machine is slow, not wrong
        Browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Environment.GetEnvironmentVariable("RECLAB_CHROMIUM") ?? "/usr/bin/chromium",
            Args = ["--no-sandbox", "--disable-dev-shm-usage"],
        });
    }

    /// <summary>A browser of its own, in front of nobody.</summary>
    public async Task<Visitor> StrangerAsync(int width = 1440, int height = 900)
    {
        var context = await Browser.NewContextAsync(new() { BaseURL = Url, ViewportSize = new() { Width = width, Height = height } });
        context.SetDefaultTimeout(30_000);
        return new Visitor(await context.NewPageAsync());
    }

    /// <summary>A browser in which somebody with the role has signed in through the form; on the overview.</summary>
    public async Task<Visitor> SignedInAsync(string role = Roles.Administrator, int width = 1440, int height = 900)
    {
        var name = $"{role} {Guid.NewGuid():N}"[..20];
        var email = $"{Guid.NewGuid():N}@example.com";
        await Services.GetRequiredService<PeopleDesk>().CreateAsync(email, name, Password, role);
        var visitor = await StrangerAsync(width, height);
        await visitor.SignInAsync(email, Password);
        return visitor;
    }

    public override async ValueTask DisposeAsync()
    {
        if (Browser is not null) await Browser.DisposeAsync();
        _playwright?.Dispose();
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
