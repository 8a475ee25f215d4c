using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace RecLab.Doors;

/// <summary>One value of a request that cannot be taken.</summary>
/// <param name="Pointer">JSON pointer into the body (RFC 6901), or the name of a query parameter after "?".</param>
/// <param name="Detail">One sentence.</param>
public sealed record InvalidValue(string Pointer, string Detail);

/// <summary>The request is refused: a status, one sentence, and where the fault is (RFC 9457).</summary>
public sealed class ProblemException(int status, string detail, IReadOnlyList<InvalidValue>? errors = null, int? retryAfter = null) : Exception(detail)
{
    public int Status => status;
    public IReadOnlyList<InvalidValue>? Errors => errors;

    /// <summary>Seconds after which to try again.</summary>
    public int? RetryAfter => retryAfter;

    /// <summary>422 with one fault.</summary>
    public static ProblemException Invalid(string pointer, string detail) => new(422, detail, [new(pointer, detail)]);
}

/// <summary>Writes problem details: <c>application/problem+json</c> with a trace id to quote, never a stack trace or a path.</summary>
internal static class Problems
{
    private static readonly JsonSerializerOptions Form = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>Problem details as they are sent.</summary>
    internal sealed record Body(string Type, string Title, int Status, string Detail, string TraceId, IReadOnlyList<InvalidValue>? Errors);

    public static Task WriteAsync(HttpContext http, ProblemException problem)
    {
        http.Response.StatusCode = problem.Status;
        if (problem.RetryAfter is { } seconds) http.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (problem.Status == 401) http.Response.Headers.WWWAuthenticate = "Bearer";
        var body = new Body("about:blank", Title(problem.Status), problem.Status, problem.Message, Activity.Current?.TraceId.ToString() ?? http.TraceIdentifier, problem.Errors);
        return http.Response.WriteAsJsonAsync(body, Form, "application/problem+json", http.RequestAborted);
    }

    private static string Title(int status) => status switch
    {
        400 => "Malformed request", 401 => "No valid key", 403 => "Not allowed", 404 => "Not found", 405 => "Not this method", 409 => "Conflict", 412 => "Changed meanwhile", 413 => "Too large", 415 => "Unsupported content",
        422 => "Invalid value", 429 => "Too many requests", 503 => "Busy", _ => "Something went wrong here",
    };
}
