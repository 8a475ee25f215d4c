namespace RecLab.Doors;

/// <summary>Which texts are taken as ids.</summary>
internal static class Texts
{
    public const int Longest = 256;

    /// <summary>Why a text is no id, or null when it is one: 1 to 256 characters, no control characters, whole characters only.</summary>
    public static string? Fault(string text)
    {
        if (text.Length is 0 or > Longest) return $"must be 1 to {Longest} characters long";
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsControl(text[i])) return "must not contain control characters";
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1])) i++;
            else if (char.IsSurrogate(text[i])) return "must not contain half a character";
        }
        return null;
    }
}
