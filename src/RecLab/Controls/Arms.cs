namespace RecLab.Controls;

/// <summary>Letter, colour and line of an arm by its position: 0 = control = A. Eight colours; the ninth and tenth arm repeat them under their own letter.</summary>
public static class Arms
{
    public static string Letter(int position) => ((char)('A' + position)).ToString();

    /// <summary>Class of the coloured square.</summary>
    public static string SwatchClass(int position) => (position % 8) switch { 1 => "bb", var p => ((char)('a' + p)).ToString() };

    /// <summary>Class that sets <c>--c</c> to the arm's colour.</summary>
    public static string SeriesClass(int? position) => position is { } p ? $"s-{(char)('a' + p % 8)}" : "s-plain";

    /// <summary>Dash pattern that carries the arm where colour cannot: D and E long, F and G short, H mixed.</summary>
    public static string? Dash(int position) => (position % 8) switch { 3 or 4 => "6 3", 5 or 6 => "2 3", 7 => "8 3 2 3", _ => null };
}
