using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;

namespace RecLab.Training.External;

/// <summary>How a team's own recommender is asked.</summary>
public sealed record EndpointSettings
{
    public const int ShortestMs = 20, LongestMs = 5000, MostKilobytes = 1024;
    private static readonly JsonSerializerOptions Form = new(JsonSerializerDefaults.Web);

    /// <summary>An absolute http or https address without user, password or fragment.</summary>
    public string Url { get; init; } = "";

    /// <summary>Name of the header that carries the secret.</summary>
    public string Header { get; init; } = "Authorization";

    /// <summary>The header's value, encrypted with the installation's keys; empty for none. Never shown again.</summary>
    public string Secret { get; init; } = "";

    /// <summary>Milliseconds for the whole answer, 20..5000; after that the fallback answers.</summary>
    public int TimeoutMs { get; init; } = 300;

    /// <summary>A longer answer is refused, KiB, 1..1024.</summary>
    public int MaxKilobytes { get; init; } = 256;

    /// <exception cref="JsonException">Not readable.</exception>
    public static EndpointSettings FromJson(string json) => JsonSerializer.Deserialize<EndpointSettings>(json, Form) ?? new();

    public string ToJson() => JsonSerializer.Serialize(this, Form);

    /// <summary>What is wrong with the values, one sentence, or null.</summary>
    public string? Fault()
    {
        if (Url.Length > 2000 || !Uri.TryCreate(Url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.UserInfo.Length > 0 || uri.Fragment.Length > 0)
            return "The address must be like https://recommender.example/lists, without user name, password or fragment.";
        if (Header.Length is 0 or > 60 || !Header.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')) return "The header's name must be 1 to 60 letters, digits and hyphens.";
        if (Forbidden.Contains(Header)) return $"The header {Header} is set by the connection itself; choose another, such as Authorization or X-Api-Key.";
        if (TimeoutMs is < ShortestMs or > LongestMs) return $"The time limit must lie between {ShortestMs} and {LongestMs} ms.";
        return MaxKilobytes is < 1 or > MostKilobytes ? $"The longest answer must lie between 1 and {MostKilobytes} KiB." : null;
    }

    private static readonly HashSet<string> Forbidden = new(["Host", "Content-Type", "Content-Length", "Transfer-Encoding", "Connection", "Expect", "Upgrade", "Cookie", "Accept", "Accept-Encoding", "TE", "Trailer"],
        StringComparer.OrdinalIgnoreCase);
}

/// <summary>Encrypts the secrets of endpoints with the installation's keys, which lie outside the database.</summary>
public sealed class EndpointSecrets(IDataProtectionProvider protection)
{
    private readonly IDataProtector _protector = protection.CreateProtector("RecLab.EndpointSecret.v1");

    public string Hide(string secret) => secret.Length == 0 ? "" : _protector.Protect(secret);

    /// <exception cref="System.Security.Cryptography.CryptographicException">It was encrypted with keys that are gone.</exception>
    public string Reveal(string hidden) => hidden.Length == 0 ? "" : _protector.Unprotect(hidden);
}
