namespace RecLab.Doors;

/// <summary>Under <c>/api</c> every refusal speaks: what the framework ends with a bare status (no such route, wrong method, nobody signed in, a fault) gets the same
/// problem details that the doors write themselves.</summary>
internal static class BareAnswers
{
    /// <summary>The outermost of what answers requests, so that nothing below it can leave a status without words.</summary>
    public static void UseProblemAnswers(this WebApplication app) => app.Use(async (http, next) =>
    {
        await next(http);
        var answer = http.Response;
        if (answer.StatusCode < 400 || answer.HasStarted || answer.ContentType is not null || !http.Request.Path.StartsWithSegments("/api")) return;
        await Problems.WriteAsync(http, new(answer.StatusCode, Sentence(answer.StatusCode)));
    });

    private static string Sentence(int status) => status switch
    {
        401 => "Sign in, or send a key.",
        403 => "This is not allowed.",
        404 => "There is nothing at this address.",
        405 => "This address does not take this method.",
        413 => "The body is too large.",
        415 => "This content type is not taken here.",
        >= 500 => "The request could not be answered. Quote the trace id when you report it.",
        _ => "The request could not be taken.",
    };
}
