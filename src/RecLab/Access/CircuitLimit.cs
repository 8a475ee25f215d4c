using System.Net;
using System.Security.Claims;

namespace RecLab.Access;

/// <summary>How many live pages one person may have open at once: each costs the server memory for as long as it is open. Beyond <c>RecLab:Circuits:PerPerson</c> (60) a page still opens and reads,
/// but is not connected.</summary>
internal sealed class CircuitLimit(IConfiguration configuration)
{
    private readonly int _most = configuration.GetValue("RecLab:Circuits:PerPerson", 60);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _open = new(StringComparer.Ordinal);

    /// <summary>A connection of a circuit is one request that lasts as long as it does, whichever transport carries it.</summary>
    public async Task InvokeAsync(HttpContext http, RequestDelegate next)
    {
        if (!string.Equals(http.Request.Path.Value?.TrimEnd('/'), "/_blazor", StringComparison.OrdinalIgnoreCase) || HttpMethods.IsPost(http.Request.Method))
        {
            await next(http);
            return;
        }
        var who = http.User.FindFirstValue(ClaimTypes.NameIdentifier) ?? (http.Connection.RemoteIpAddress ?? IPAddress.None).ToString();
        if (!Enter(who))
        {
            http.Response.StatusCode = StatusCodes.Status429TooManyRequests;
            http.Response.Headers.RetryAfter = "10";
            return;
        }
        try
        {
            await next(http);
        }
        finally
        {
            Leave(who);
        }
    }

    private bool Enter(string who)
    {
        lock (_gate)
        {
            var open = _open.GetValueOrDefault(who);
            if (open >= _most) return false;
            _open[who] = open + 1;
            return true;
        }
    }

    private void Leave(string who)
    {
        lock (_gate)
            if (_open[who] == 1) _open.Remove(who);
            else _open[who]--;
    }
}
