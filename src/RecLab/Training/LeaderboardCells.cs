using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Components;
using RecLab.Controls.Charts;
using RecLab.Recommenders.Evaluation;

namespace RecLab.Training;

/// <summary>The cells of numbers of a leaderboard's line, written at once: hundreds of lines are then parsed by the browser itself instead of being put together element by element. Holds nothing
/// that a person wrote, and what is text is encoded all the same.</summary>
internal static class LeaderboardCells
{
    /// <param name="most">Right end of the axis of the intervals.</param>
    public static MarkupString Of(LeaderboardLine line, LeaderboardFilter filter, IReadOnlyList<string> beside, double most)
    {
        var html = new StringBuilder(1500);
        Chosen(html, line[filter.Metric, filter.K], filter.Metric, most);
        foreach (var metric in beside) Cell(html, LeaderboardWords.Metric(metric, filter.K), line[metric, filter.K]?.Mean is { } other ? MetricWords.Write(metric, other) : "not measured");
        if (line.Facts is { ValidationBest: { } best, ValidationLast: { } last })
        {
            Cell(html, "Validation, best epoch", Controls.Figures.Metric(best));
            Cell(html, "last epoch", Controls.Figures.Metric(last));
        }
        else
        {
            Cell(html, "Validation", line.Run.ValidationScore is { } only ? Controls.Figures.Metric(only) : "none", "NDCG@10 on the validation slice");
            html.Append("<td class=\"num\"><span class=\"cap\">no epochs</span></td>");
        }
        foreach (var cost in LeaderboardFilter.Costs) Cell(html, LeaderboardWords.Cost(cost), line.Cost(cost) is { } paid ? LeaderboardWords.WriteCost(cost, paid) : "not measured", wrap: false);
        return new(html.ToString());
    }

    private static void Chosen(StringBuilder html, MetricValue? value, string metric, double most)
    {
        html.Append("<td class=\"bar\">");
        if (value is not { Mean: { } mean }) html.Append("<span class=\"cap\">no meaning here</span>");
        else
        {
            html.Append("<b>").Append(Text(MetricWords.Write(metric, mean))).Append("</b>");
            if (value is not { Low: { } low, High: { } high }) html.Append("<span class=\"cap\">no interval: not a mean over users</span>");
            else html.Append(RangeDrawing.Of(low, mean, high, most, $"{MetricWords.Write(metric, low)} to {MetricWords.Write(metric, high)}").Value);
        }
        html.Append("</td>");
    }

    /// <summary>A number, with the name of its column for windows in which lines are cards.</summary>
    private static void Cell(StringBuilder html, string name, string value, string? title = null, bool wrap = true)
    {
        html.Append("<td class=\"").Append(wrap ? "num" : "num nw").Append("\" data-of=\"").Append(Text(name)).Append('"');
        if (title is not null) html.Append(" title=\"").Append(Text(title)).Append('"');
        html.Append('>').Append(Text(value)).Append("</td>");
    }

    private static string Text(string text) => HtmlEncoder.Default.Encode(text);
}
