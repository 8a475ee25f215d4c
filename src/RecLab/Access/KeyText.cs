using System.Security.Cryptography;
using System.Text;

namespace RecLab.Access;

/// <summary>The text of a key: <c>pk_</c> or <c>sk_</c>, 40 hex digits (160 random bits), 8 hex digits of SHA-256 over what comes before. The check digits tell a
/// mistyped or cut key from an unknown one without asking the database; they add no secrecy.</summary>
internal static class KeyText
{
    private const int RandomBytes = 20, CheckDigits = 8;

    public static string Create(ApiKeyKind kind)
    {
        var body = Start(kind) + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(RandomBytes));
        return body + CheckOf(body);
    }

    /// <summary>True when the shape and the check digits are right.</summary>
    public static bool IsWhole(string key) =>
        key.Length == 3 + RandomBytes * 2 + CheckDigits && (key.StartsWith("pk_", StringComparison.Ordinal) || key.StartsWith("sk_", StringComparison.Ordinal))
        && CheckOf(key[..^CheckDigits]).Equals(key[^CheckDigits..], StringComparison.Ordinal);

    /// <summary>What is stored: SHA-256 of the whole key, hex.</summary>
    public static string Hash(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    /// <summary>The first characters, to recognise a key by in a list; 32 of its 160 bits.</summary>
    public static string Prefix(string key) => key[..11];

    private static string Start(ApiKeyKind kind) => kind == ApiKeyKind.Publishable ? "pk_" : "sk_";
    private static string CheckOf(string body) => Hash(body)[..CheckDigits];
}
