using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace RecLab.Browser.Tests.Commands;

/// <summary>A walk over pages on which every command must be pressed. The browser notes each command that is ever in sight in the main part of a page: buttons, tabs,
/// downloads, and choices that act at once; at the end each of them must have been pressed by name, so that a new button without a test fails the walk.</summary>
internal sealed class CommandWalk
{
    /// <summary>Choices inside a form act only when the form is sent.</summary>
    private const string InMain = "main :is(button, [role=button], [role=tab], summary, a[download], input[type=submit], select:not(form select), input[type=checkbox]:not(form input))";

    private const string Watch = """
        (() => {
          const commands = 'COMMANDS';
          const words = e => (e.getAttribute('aria-label') ?? (e.labels?.length ? e.labels[0].textContent : e.textContent)).replace(/\s+/g, ' ').trim();
          const told = new Set();
          const look = () => {
            for (const e of document.querySelectorAll(commands)) {
              if (!e.checkVisibility()) continue;
              const what = `${words(e)} (${location.pathname})`;
              if (!told.has(what)) { told.add(what); window.commandInSight(what); }
            }
          };
          new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
        })();
        """;

    private readonly ConcurrentDictionary<string, byte> _seen = new();
    private readonly List<Regex> _pressed = [];

    private CommandWalk(Visitor visitor) => Visitor = visitor;

    public Visitor Visitor { get; }
    public IPage Page => Visitor.Page;

    /// <summary>Begins to watch; what is on the page now counts after the next step.</summary>
    /// <param name="visitor">Who walks.</param>
    /// <param name="commands">What is a command, as a CSS selector; what is in the main part of a page by default.</param>
    public static async Task<CommandWalk> BeginAsync(Visitor visitor, string commands = InMain)
    {
        var walk = new CommandWalk(visitor);
        await visitor.Page.ExposeFunctionAsync("commandInSight", (string what) => { walk._seen[what] = 0; });
        await visitor.Page.AddInitScriptAsync(Watch.Replace("COMMANDS", commands, StringComparison.Ordinal));
        return walk;
    }

    /// <summary>Opens a page from its address.</summary>
    public Task GoAsync(string path) => Visitor.GoAsync(path);

    /// <summary>Presses the first command of this name.</summary>
    /// <param name="name">Its accessible name.</param>
    /// <param name="role">A button by default.</param>
    /// <param name="all">What else this press stands for, such as "Remove arm *"; the name itself by default.</param>
    public async Task PressAsync(string name, AriaRole role = AriaRole.Button, string? all = null)
    {
        await Page.GetByRole(role, new() { Name = name, Exact = true }).First.ClickAtRestAsync();
        Pressed(all ?? name);
    }

    /// <summary>Chooses in a list that acts at once.</summary>
    public async Task ChooseAsync(string label, string value, string? all = null)
    {
        await Circuit.SettledAsync(Page);
        await Page.GetByLabel(label, new() { Exact = true }).SelectOptionAsync(value);
        Pressed(all ?? label);
    }

    /// <summary>Presses something that saves a file, and reads the file.</summary>
    public async Task<string> DownloadAsync(string name, AriaRole role = AriaRole.Button)
    {
        var download = await Page.RunAndWaitForDownloadAsync(() => PressAsync(name, role));
        using var reader = new StreamReader(await download.CreateReadStreamAsync());
        return await reader.ReadToEndAsync();
    }

    /// <summary>Counts commands of this name as pressed.</summary>
    public void Pressed(string all) => _pressed.Add(new Regex($"^{Regex.Escape(all).Replace("\\*", ".*", StringComparison.Ordinal)} \\([^)]*\\)$", RegexOptions.CultureInvariant));

    /// <summary>Waits for a text on the page.</summary>
    public Task SeesAsync(string text) => Expect(Page.GetByText(text).First).ToBeVisibleAsync();

    /// <summary>Every command that was in sight must have been pressed, and the browser must have had nothing to complain about.</summary>
    public async Task EndAsync()
    {
        await Visitor.ReadyAsync();
        await Page.EvaluateAsync("document.documentElement.toggleAttribute('data-looked')"); // one more look
        await Page.EvaluateAsync("0"); // what was seen has been told by now
        Assert.NotEmpty(_seen);
        Assert.Empty(_seen.Keys.Where(what => !_pressed.Any(p => p.IsMatch(what))).Order(StringComparer.Ordinal));
        Assert.Empty(Visitor.Complaints);
    }
}
