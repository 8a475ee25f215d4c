using Microsoft.Playwright;

namespace RecLab.Browser.Tests;

/// <summary>What a person does on a page that is drawn from the server: looks whether it has settled, acts, and looks whether what was typed stands there. A page that answers an earlier press
/// while somebody types takes the selection out of the field, so that old and new text stand beside each other; a person waits or types again, and so do these.</summary>
internal static class Circuit
{
    /// <summary>Runs before the scripts of each page: counts the events sent over the circuit and the answers, each of which comes when the server's handler has ended.</summary>
    public const string Watch = """
        (() => {
          const at = { begun: 0, ended: 0, heard: 0 };
          const letters = word => [...word].map(c => c.charCodeAt(0));
          const [begin, end] = [letters('BeginInvokeDotNetFromJS'), letters('JS.EndInvokeDotNet')];
          const times = (data, word) => {
            if (!(data instanceof ArrayBuffer) && !ArrayBuffer.isView(data)) return 0;
            const bytes = data instanceof ArrayBuffer ? new Uint8Array(data) : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
            let n = 0;
            for (let i = bytes.indexOf(word[0]); i >= 0; i = bytes.indexOf(word[0], i + 1)) if (word.every((c, k) => bytes[i + k] === c)) n++;
            return n;
          };
          const Plain = WebSocket;
          window.WebSocket = class extends Plain {
            constructor(...where) {
              super(...where);
              at.begun = at.ended = 0; // a new circuit owes nothing
              this.addEventListener('message', m => { at.ended += times(m.data, end); at.heard = performance.now(); });
            }
            send(data) { at.begun += times(data, begin); super.send(data); }
          };
          window.circuitCounts = () => [at.begun, at.ended];
          window.circuitAtRest = quiet => at.begun <= at.ended && (!at.heard || performance.now() - at.heard >= quiet);
        })();
        """;

    /// <summary>Milliseconds without a word from the server after which nothing more is taken to come: longer before text is typed, which a late answer would spoil.</summary>
    private const int Answered = 20, Quiet = 120;

    /// <summary>Clicks once the page has settled.</summary>
    public static async Task ClickAtRestAsync(this ILocator target, LocatorClickOptions? options = null)
    {
        await SettledAsync(target.Page);
        await target.ClickAsync(options);
    }

    /// <summary>Types into a field in place of what stands there.</summary>
    public static Task FillAtRestAsync(this ILocator field, string text) => UntilItStandsAsync(field, text, () => field.FillAsync(text));

    /// <summary>Chooses in a list of a form; not for lists that act at once.</summary>
    public static Task SelectAtRestAsync(this ILocator list, string value) => UntilItStandsAsync(list, value, () => list.SelectOptionAsync(value));

    /// <summary>Chooses in a list of a form by the words of the option.</summary>
    public static async Task SelectLabelAtRestAsync(this ILocator list, string label)
    {
        await SettledAsync(list.Page, Quiet);
        var chosen = await list.SelectOptionAsync(new SelectOptionValue { Label = label });
        await SelectAtRestAsync(list, chosen[0]);
    }

    /// <summary>Sets or takes away a tick.</summary>
    public static async Task SetAtRestAsync(this ILocator box, bool ticked)
    {
        await SettledAsync(box.Page, Quiet);
        await box.SetCheckedAsync(ticked);
        await SettledAsync(box.Page);
    }

    /// <summary>Waits until the server has answered every event and has been silent for a while; goes on after three seconds, because some pages are never silent and some handlers last.</summary>
    public static async Task SettledAsync(IPage page, int quiet = Answered) =>
        await page.WaitForFunctionAsync("([quiet, until]) => !window.circuitAtRest || circuitAtRest(quiet) || Date.now() > until", new[] { quiet, DateTimeOffset.UtcNow.AddSeconds(3).ToUnixTimeMilliseconds() });

    /// <summary>Acts on a field, again if an answer to something earlier has changed it meanwhile; a page may also write a number its own way, so that after three times it stays.</summary>
    private static async Task UntilItStandsAsync(ILocator field, string value, Func<Task> act)
    {
        for (var time = 0; time < 3; time++)
        {
            await SettledAsync(field.Page, Quiet);
            await act();
            await SettledAsync(field.Page);
            if (await field.EvaluateAllAsync<string[]>("all => all.map(e => e.value)") is not [var stands] || stands == value) return;
        }
    }
}
