using System.Net;
using System.Security.Cryptography;
using System.Text;
using RecLab.Serving;

namespace RecLab.Doors;

/// <summary>What a shop pastes into its page.</summary>
public static class WidgetSnippet
{
    public static readonly IReadOnlyList<string> Layouts = ["carousel", "grid", "list"];

    /// <summary>Script tag with integrity, the room of the list, and the element.</summary>
    /// <param name="address">The server's address with a slash at the end.</param>
    /// <param name="key">The publishable key.</param>
    public static string Html(string address, string key, string integrity, Placement placement, string layout, string heading) => $"""
        <script async src="{Text(address)}widget/v{WidgetDoor.Version}/reclab.js" data-key="{Text(key)}" data-consent="unknown"
          integrity="{integrity}" crossorigin="anonymous"></script>
        <style>{Room(placement, layout)}</style>
        {Element(placement, layout, heading, "", "", "\n  <a href=\"/bestsellers\">Bestsellers</a>\n")}
        """;

    /// <summary>Holds the place of the list until the script, which comes when it likes, has drawn it: what stands below does not move. Heights of the widget's own looks at 16 px:
    /// a carousel is 2.75 rem of arrows over a card of 11 rem by 3 : 2 with three lines, and a scroll bar; a list has 8 rem a row. How many rows a grid has only the page knows.</summary>
    public static string Room(Placement placement, string layout) => FormattableString.Invariant(
        $"reclab-recommendations[placement=\"{Text(placement.Key)}\"] {{ display: block; min-block-size: {(layout == "list" ? 8 * placement.ListLength + 1.5 : 24.5)}rem }}");

    /// <summary>The element alone.</summary>
    /// <param name="fallback">Markup shown while nothing else can be.</param>
    public static string Element(Placement placement, string layout, string heading, string user, string item, string fallback) =>
        $"<reclab-recommendations placement=\"{Text(placement.Key)}\" n=\"{placement.ListLength}\" layout=\"{(Layouts.Contains(layout) ? layout : Layouts[0])}\"{Attribute("heading", heading)}{Attribute("user", user)}{Attribute("item", item)}>{fallback}</reclab-recommendations>";

    /// <summary>What a strict content policy of the host page must name, so that the snippet works as it stands: the server, and the style rule by its hash.</summary>
    public static string Policy(string address, Placement placement, string layout) =>
        $"script-src {address.TrimEnd('/')}; connect-src {address.TrimEnd('/')}; img-src {address.TrimEnd('/')}; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Room(placement, layout))))}'";

    private static string Attribute(string name, string value) => value.Length == 0 ? "" : $" {name}=\"{Text(value)}\"";
    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
