using RecLab.Access;
using RecLab.Controls;

namespace RecLab.Results;

/// <summary>A reading to take away: as JSON the sufficient statistics from which every number can be recomputed, as CSV one flat row per metric and arm.</summary>
public static class ResultsExport
{
    private static readonly string[] Head =
    [
        "experiment", "phase", "reading", "metric", "role", "arm", "name", "users", "value", "control", "change", "low", "high", "always_low", "always_high", "p", "significant", "chance_to_win", "not_computable", "cap", "definition",
    ];

    public static IEndpointRouteBuilder MapResults(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/experiments/{key}/export.json", async (string key, string? traffic, int? phase, ResultsPageReader reader, CancellationToken cancellation) =>
            await reader.ReadAsync(key, Simulated(traffic), phase, null, cancellation: cancellation) is { } page
                ? TypedResults.Text(page.View.Input.ToJson(), "application/json") : (IResult)TypedResults.NotFound()).RequireAuthorization(Policies.View);
        routes.MapGet("/experiments/{key}/export.csv", async (string key, string? traffic, int? phase, ResultsPageReader reader, CancellationToken cancellation) =>
            await reader.ReadAsync(key, Simulated(traffic), phase, null, cancellation: cancellation) is { } page
                ? TypedResults.Text(Csv(page.View), "text/csv") : (IResult)TypedResults.NotFound()).RequireAuthorization(Policies.View);
        return routes;
    }

    /// <summary>One row per metric and arm.</summary>
    public static string Csv(ResultsView view) => CsvText.Write(Head, view.Contest is { } contest ? contest.Rivals.Select(r => Line(view, r)) : view.Scorecard.Rows.SelectMany(row => row.Judgements.Select(j => Line(view, row, j))));

    private static IReadOnlyList<object?> Line(ResultsView view, ScorecardRow row, Judgement j) =>
    [
        view.Input.Key, view.Input.Phase, view.Input.Simulated ? "simulated" : "live", row.Metric.Key, row.Role.ToString().ToLowerInvariant(), Arms.Letter(j.Arm), view.Input.Arms[j.Arm].Name,
        j.AtPlannedEnd ? j.Users : view.Scorecard.Users[j.Arm], j.Value, j.Baseline, j.Change, j.Fixed?.Interval.Lower, j.Fixed?.Interval.Upper, j.Always?.Interval.Lower, j.Always?.Interval.Upper, j.P, j.Significant ? "yes" : "no", j.ChanceToWin, j.Reason?.Code, view.CapOf(row.Metric)?.Value, $"{row.Metric.Definition}; {(row.Metric.HigherIsBetter ? "higher" : "lower")} is better{(j.Exact is null ? "" : $"; Fisher's exact test, difference {j.Written}, {j.Span}")}",
    ];

    /// <summary>An interleaved arm: value is the mean share of a user's clicks, control the other half of it, change the mean score from -1 to 1.</summary>
    private static IReadOnlyList<object?> Line(ResultsView view, Interleaving.Rivalry r) =>
    [
        view.Input.Key, view.Input.Phase, view.Input.Simulated ? "simulated" : "live", "preference", "goal", Arms.Letter(r.Arm), view.Input.Arms[r.Arm].Name,
        r.Users, r.Share, 1 - r.Share, r.Score, r.Fixed?.Interval.Lower, r.Fixed?.Interval.Upper, r.Always?.Interval.Lower, r.Always?.Interval.Upper, r.P, r.Significant ? "yes" : "no", null, r.Reason?.Code, null, "share of a user's clicks on the arm's items; higher is better",
    ];

    private static bool? Simulated(string? traffic) => traffic switch { "live" => false, "simulated" => true, _ => null };
}
