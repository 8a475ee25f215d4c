namespace RecLab.Access;

/// <summary>Where to go after signing in: a path of this server, never another one.</summary>
internal static class LocalPath
{
    public static string Of(string? wish) =>
        wish is ['/', ..] && !(wish.Length > 1 && wish[1] is '/' or '\\') && !wish.Any(char.IsControl) && !wish.Contains('\\') ? wish : "/";
}
