using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using RecLab.Controls;

namespace RecLab.Doors;

/// <summary>What the routes that manage have in common: a secret key, cursors, versions, and who did it.</summary>
internal static class Managing
{
    private const int MostAtOnce = 500, Usual = 100;

    /// <exception cref="ProblemException">403: a publishable key.</exception>
    public static void Secret(Caller caller)
    {
        if (caller.FromBrowser) throw new ProblemException(403, "This needs a secret key, which belongs on a server, never in a page.");
    }

    /// <summary>As the audit names whoever holds the key.</summary>
    public static string Who(Caller caller) => $"key '{caller.Grant.Name}'";

    /// <summary>A part of the address.</summary>
    /// <exception cref="ProblemException">422: it is no id.</exception>
    public static string Name(HttpContext http, string part)
    {
        var text = (http.Request.RouteValues[part]?.ToString() ?? "").Replace("%2F", "/", StringComparison.OrdinalIgnoreCase); // the only one that is left as it was sent
        return Texts.Fault(text) is { } fault ? throw ProblemException.Invalid("/" + part, $"{part} {fault}.") : text;
    }

    /// <summary>A number in the address.</summary>
    /// <exception cref="ProblemException">404: it is no number, so there is nothing under it.</exception>
    public static int Number(HttpContext http, string part) =>
        int.TryParse(http.Request.RouteValues[part]?.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw new ProblemException(404, "There is nothing at this address.");

    /// <summary>How many a page holds, 1 to 500.</summary>
    public static int Limit(HttpRequest request)
    {
        if (!request.Query.TryGetValue("limit", out var text)) return Usual;
        return int.TryParse(text.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is >= 1 and <= MostAtOnce ? limit : throw ProblemException.Invalid("?limit", $"limit must be a whole number from 1 to {MostAtOnce}.");
    }

    /// <summary>Where a page begins, or null for the first one.</summary>
    public static string? Cursor(HttpRequest request)
    {
        if (!request.Query.TryGetValue("cursor", out var text) || text.ToString() is not { Length: > 0 and <= 2_000 } cursor) return null;
        try
        {
            return Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor));
        }
        catch (FormatException)
        {
            throw ProblemException.Invalid("?cursor", "cursor must be the nextCursor of an earlier answer.");
        }
    }

    /// <summary>The same for pages by number, newest first: where the page begins.</summary>
    public static int? Before(HttpRequest request) => Cursor(request) is not { } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw ProblemException.Invalid("?cursor", "cursor must be the nextCursor of an earlier answer.");

    /// <summary>Which traffic is asked for: live where nothing is said.</summary>
    public static bool Simulated(HttpRequest request) => request.Query["traffic"].ToString() switch { "" or "live" => false, "simulated" => true, _ => throw ProblemException.Invalid("?traffic", "traffic must be live or simulated.") };

    public static string CursorOf(string last) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(last));
    public static string CursorOf(long last) => CursorOf(last.ToString(CultureInfo.InvariantCulture));

    public static string ETag(long version) => $"\"{version.ToString(CultureInfo.InvariantCulture)}\"";

    /// <summary>The version the sender has read, or null where it does not care.</summary>
    public static int? IfMatch(HttpRequest request)
    {
        var text = request.Headers.IfMatch.ToString();
        if (text.Length == 0 || text == "*") return null;
        return int.TryParse(text.Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : throw new ProblemException(412, "If-Match must be the ETag of an earlier answer.");
    }

    /// <exception cref="ProblemException">422: the body is no object.</exception>
    public static Fields Object(JsonDocument body) => body.RootElement.ValueKind == JsonValueKind.Object ? new(body.RootElement, "") : throw ProblemException.Invalid("/", "Send an object.");

    /// <summary>What is refused because of how things stand is a conflict, not a fault in the request.</summary>
    public static async Task InState(Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (Refusal refusal)
        {
            throw new ProblemException(409, refusal.Message);
        }
    }
}
