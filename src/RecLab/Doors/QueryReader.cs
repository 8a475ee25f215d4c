using System.Buffers;
using System.Globalization;
using System.Text.RegularExpressions;
using RecLab.Serving;

namespace RecLab.Doors;

/// <summary>Reads a request for a list from a query string or a body.</summary>
internal static class QueryReader
{
    private const int MostExcluded = 500, MostContext = 20;
    private const string ContextPrefix = "context.";

    /// <summary>True for <c>?name=true</c> or <c>1</c>.</summary>
    public static bool Flag(IQueryCollection query, string name) => query.TryGetValue(name, out var text) && text.ToString() switch
    {
        "true" or "1" => true,
        "false" or "0" or "" => false,
        _ => throw ProblemException.Invalid("?" + name, $"{name} must be true or false."),
    };

    public static RecommendationRequest Read(HttpRequest http, Caller caller)
    {
        var query = http.Query;
        var request = new RecommendationRequest
        {
            Placement = Id(query, "placement") ?? throw ProblemException.Invalid("?placement", "placement is missing."),
            User = Id(query, "user"), Item = Id(query, "item"), Session = Id(query, "session") ?? "",
            Count = Whole(query, "n"), Exclude = Excluded(query["exclude"].ToString()), Categories = Categories(query), Because = Flag(query, "because"), Context = Context(query),
            Consent = ConsentOf(query["consent"].ToString(), caller, "?consent"), Simulated = Flag(query, "simulated"), At = Time(query, "at"), Bot = Bots.IsBot(http, caller),
        };
        return Checked(request, caller);
    }

    /// <exception cref="ProblemException">403: only a secret key may say that a visitor is simulated.</exception>
    public static RecommendationRequest Checked(RecommendationRequest request, Caller caller)
    {
        if (caller.FromBrowser && (request.Simulated || request.At is not null)) throw new ProblemException(403, "Only a secret key may send simulated visitors.");
        if (request.At is not null && !request.Simulated) throw ProblemException.Invalid("?at", "at is for simulated visitors only.");
        return caller.Preview ? request with { Preview = true } : request;
    }

    /// <summary>Without a word: a server speaks for people it knows, a page has not asked yet.</summary>
    public static Consent ConsentOf(string? text, Caller caller, string pointer) => text switch
    {
        null or "" => caller.FromBrowser ? Consent.Unknown : Consent.Granted,
        "granted" => Consent.Granted,
        "denied" => Consent.Denied,
        "unknown" => Consent.Unknown,
        _ => throw ProblemException.Invalid(pointer, "consent must be granted, denied or unknown."),
    };

    private static string? Id(IQueryCollection query, string name)
    {
        if (!query.TryGetValue(name, out var value) || value.ToString() is not { Length: > 0 } text) return null;
        return Texts.Fault(text) is { } fault ? throw ProblemException.Invalid("?" + name, $"{name} {fault}.") : text;
    }

    private static int? Whole(IQueryCollection query, string name)
    {
        if (!query.TryGetValue(name, out var text)) return null;
        return int.TryParse(text.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= 100 ? number
            : throw ProblemException.Invalid("?" + name, $"{name} must be a whole number from 1 to 100.");
    }

    private static long? Time(IQueryCollection query, string name) => !query.TryGetValue(name, out var text) ? null
        : Times.Parse(text.ToString()) ?? throw ProblemException.Invalid("?" + name, $"{name} must be a time such as 2026-01-17T10:00:05Z.");

    private static string[] Excluded(string text)
    {
        var ids = text.Split(',', StringSplitOptions.RemoveEmptyEntries);
        if (ids.Length > MostExcluded) throw ProblemException.Invalid("?exclude", $"exclude names at most {MostExcluded} items.");
        foreach (var id in ids)
            if (Texts.Fault(id) is { } fault) throw ProblemException.Invalid("?exclude", $"An excluded id {fault}.");
        return ids;
    }

    /// <summary>Given once for each category, as a category's name may hold a comma.</summary>
    private static string[] Categories(IQueryCollection query)
    {
        if (!query.TryGetValue("category", out var values)) return [];
        if (values.Count > MostContext) throw ProblemException.Invalid("?category", $"At most {MostContext} categories.");
        foreach (var value in values)
            if (Texts.Fault(value ?? "") is { } fault) throw ProblemException.Invalid("?category", $"A category {fault}.");
        return [.. values.OfType<string>()];
    }

    /// <summary>The parameters that begin with <c>context.</c>; null for none.</summary>
    public static Dictionary<string, string>? Context(IQueryCollection query)
    {
        Dictionary<string, string>? context = null;
        foreach (var (name, value) in query)
        {
            if (!name.StartsWith(ContextPrefix, StringComparison.Ordinal) || name.Length == ContextPrefix.Length) continue;
            if ((Texts.Fault(name) ?? Texts.Fault(value.ToString())) is { } fault) throw ProblemException.Invalid("?context", $"A context value {fault}.");
            (context ??= new(StringComparer.Ordinal))[name[ContextPrefix.Length..]] = value.ToString();
            if (context.Count > MostContext) throw ProblemException.Invalid("?context", $"At most {MostContext} context values.");
        }
        return context;
    }
}

/// <summary>Programs that read pages and say so. A server with a secret key speaks for people, whatever it calls itself; the phones of a maker are named CUBOT.</summary>
internal static partial class Bots
{
    private static readonly SearchValues<string> Marks = SearchValues.Create(["bot", "crawl", "spider", "slurp", "facebookexternalhit"], StringComparison.OrdinalIgnoreCase);

    public static bool IsBot(HttpRequest http, Caller caller) =>
        caller.FromBrowser && http.Headers.UserAgent.ToString() is var agent && agent.AsSpan().ContainsAny(Marks) && Mark().IsMatch(agent);

    [GeneratedRegex("(?<!cu)bot(?![a-z])|crawl|spider|slurp|facebookexternalhit", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Mark();
}
