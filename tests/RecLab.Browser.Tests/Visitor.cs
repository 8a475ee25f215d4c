using System.Collections.Concurrent;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace RecLab.Browser.Tests;

/// <summary>Somebody in front of a page, who notices everything the browser complains about: script errors, failed requests, content policy.</summary>
public sealed class Visitor : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _complaints = new();

    public Visitor(IPage page)
    {
        Page = page;
        page.Console += (_, message) => { if (message.Type == "error" && !message.Text.Contains("status of 404", StringComparison.Ordinal)) _complaints.Enqueue(message.Text); };
        page.PageError += (_, error) => _complaints.Enqueue(error);
    }

    public IPage Page { get; }

    /// <summary>What the browser complained about so far; should be empty.</summary>
    public IReadOnlyCollection<string> Complaints => _complaints;

    public async Task SignInAsync(string email, string password)
    {
        await Page.GotoAsync("/sign-in");
        await Page.GetByLabel("E-mail").FillAtRestAsync(email);
        await Page.GetByLabel("Password").FillAtRestAsync(password);
        await Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAtRestAsync();
        await ReadyAsync();
    }

    /// <summary>Goes to a page and waits until its circuit has drawn it.</summary>
    public async Task GoAsync(string path)
    {
        await Page.GotoAsync(path);
        await ReadyAsync();
    }

    /// <summary>Waits until the page is there and has read its data.</summary>
    public async Task ReadyAsync()
    {
        await Expect(Page.Locator("main h1").First).ToBeVisibleAsync();
        await Expect(Page.Locator("[aria-busy=true]")).ToHaveCountAsync(0);
    }

    /// <summary>Chooses a file once the page listens for it.</summary>
    public async Task UploadAsync(string label, string name, string text)
    {
        var input = Page.GetByLabel(label);
        await input.WaitForAsync();
        await Page.WaitForFunctionAsync("input => '_blazorInputFileNextFileId' in input", await input.ElementHandleAsync());
        await input.SetInputFilesAsync(new FilePayload { Name = name, MimeType = "text/csv", Buffer = System.Text.Encoding.UTF8.GetBytes(text) });
    }

    /// <summary>Saves a picture of the whole page when RECLAB_SCREENSHOTS names a folder.</summary>
    public async Task PictureAsync(string name)
    {
        if (Environment.GetEnvironmentVariable("RECLAB_SCREENSHOTS") is { Length: > 0 } folder)
            await Page.ScreenshotAsync(new() { Path = Path.Combine(folder, name + ".png"), FullPage = true });
    }

    public async ValueTask DisposeAsync() => await Page.Context.DisposeAsync();
}
