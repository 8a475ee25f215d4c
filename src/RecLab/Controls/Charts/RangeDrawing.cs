using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Components;

namespace RecLab.Controls.Charts;

/// <summary>A value with its interval on an axis from zero, as markup; <c>RangeBar</c> is the part that shows one.</summary>
internal static class RangeDrawing
{
    /// <param name="most">Right end of the axis.</param>
    /// <param name="spoken">The interval in words, below the bar.</param>
    public static MarkupString Of(double low, double value, double high, double most, string spoken)
    {
        double Share(double at) => most <= 0 ? 0 : Math.Clamp(at / most * 100, 0, 100);
        var middle = Svg.Percent(Share(value));
        // 20 px high by the style sheet, so that heights need no measuring.
        return new($"<span class=\"rb\"><svg aria-hidden=\"true\"><line x1=\"0\" x2=\"100%\" y1=\"10\" y2=\"10\" class=\"track\"/><rect x=\"{Svg.Percent(Share(low))}\" y=\"4\" width=\"{Svg.Percent(Share(high) - Share(low))}\" height=\"12\" rx=\"3\" class=\"box\"/>"
            + $"<line x1=\"{middle}\" x2=\"{middle}\" y1=\"1\" y2=\"19\" class=\"est\"/></svg><span class=\"cap\">{HtmlEncoder.Default.Encode(spoken)}</span></span>");
    }
}
