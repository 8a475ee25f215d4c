using RecLab.Access;
using RecLab.Doors;
using RecLab.Recommenders.Data;
using RecLab.Tests.Doors;
using Xunit;

namespace RecLab.Browser.Tests.Widget;

/// <summary>RecLab with a catalogue that is as hostile as a catalogue can be, and a stranger's site that may embed its widget.</summary>
public sealed class ShopWindow : IAsyncLifetime
{
    private int _placements;

    public LiveApp App { get; } = new();

    /// <summary>The site whose origin is on the key's list.</summary>
    internal HostSite Site { get; private set; } = null!;

    /// <summary>Publishable, for <see cref="Site"/> and nobody else.</summary>
    public string Key { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        await App.InitializeAsync();
        await App.OpenAsync(Stock());
        Site = await HostSite.OpenAsync();
        (_, Key) = await App.Get<KeyDesk>().CreateAsync("test", "stranger", ApiKeyKind.Publishable, [Site.Origin]);
        await App.ListAsync("placement=home&n=60"); // whatever is slow the first time is over before a page waits for it
    }

    /// <summary>The shop's rows with the hostile titles on its items; their addresses and pictures are scripts where a browser would run them.</summary>
    private static Interactions Stock() => ShopApp.Stock(i => new($"{i}", HostileTitles.All[i % HostileTitles.All.Count], [HostileTitles.All[(i + 7) % HostileTitles.All.Count]],
        ImageUrl: i % 3 == 0 ? "javascript:pwned('image')" : null, Url: i % 2 == 0 ? "javascript:pwned('link')" : null, Price: 100 * i));

    /// <summary>A new placement without exploration, so that what the database holds of it is one test's own.</summary>
    public async Task<string> PlacementAsync()
    {
        var key = $"window-{Interlocked.Increment(ref _placements)}";
        await App.PlacementAsync(key, p => p.Exploration = 0);
        return key;
    }

    /// <summary>A visitor on whose pages the widget waits a minute for an answer instead of a second and a half: a busy machine is slow, not silent.</summary>
    public async Task<Visitor> VisitorAsync(int width = 1440, int height = 900)
    {
        var visitor = await App.StrangerAsync(width, height);
        await visitor.Page.AddInitScriptAsync("{ const wait = window.setTimeout; window.setTimeout = (act, ms, ...rest) => wait(act, ms === 1500 ? 60000 : ms, ...rest); }");
        return visitor;
    }

    /// <summary>The script tag of the snippet.</summary>
    /// <param name="consent">unknown, denied or granted.</param>
    /// <param name="server">Where the widget comes from; the application itself by default.</param>
    public string Script(string consent = "unknown", string? server = null, string loading = "async") =>
        $"<script {loading} src=\"{server ?? App.Url}/widget/v1/reclab.js\" data-key=\"{Key}\" data-consent=\"{consent}\"></script>";

    /// <summary>The same with the address that never changes and its integrity hash.</summary>
    public string SealedScript() =>
        $"<script async src=\"{App.Url}/widget/v{WidgetDoor.Version}/reclab.js\" data-key=\"{Key}\" data-consent=\"unknown\" integrity=\"{App.Get<WidgetDoor>().Integrity}\" crossorigin=\"anonymous\"></script>";

    /// <summary>The element of the snippet, with a link to the bestsellers as its fallback.</summary>
    public static string Element(string placement, string attributes = "n=\"1\"") =>
        $"<reclab-recommendations placement=\"{placement}\" heading=\"For you\" {attributes}><a href=\"/bestsellers\">Bestsellers</a></reclab-recommendations>";

    /// <summary>How many events of each type the database has for the lists of a placement: "click 1".</summary>
    public string[] Events(string placement) => App.Rows(
        $"SELECT e.type, COUNT(*) FROM event e JOIN recommendation r ON r.id = e.recommendation WHERE r.placement = '{placement}' GROUP BY e.type ORDER BY e.type");

    public async ValueTask DisposeAsync()
    {
        if (Site is not null) await Site.DisposeAsync();
        await App.DisposeAsync();
    }
}
