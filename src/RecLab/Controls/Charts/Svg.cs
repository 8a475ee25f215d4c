using System.Globalization;

namespace RecLab.Controls.Charts;

/// <summary>Numbers for SVG attributes: invariant, short.</summary>
internal static class Svg
{
    public static string N(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
    public static string Percent(double value) => N(value) + "%";
}
