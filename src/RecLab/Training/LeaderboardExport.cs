using System.Text.Json;
using RecLab.Access;
using RecLab.Controls;

namespace RecLab.Training;

/// <summary>A leaderboard to take away, with the same filters and order as the page of the same query.</summary>
public static class LeaderboardExport
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { WriteIndented = true };
    private static readonly string[] Head =
    [
        "rank", "variant", "key", "version", "run", "family", "dataset", "protocol", "metric", "k", "value", "low", "high", "users", "validation", "validation_best", "validation_last", "newest_version", "newest_value",
        "train_seconds", "scoring_microseconds", "model_bytes", "device", "seed", "served", "finished_at",
    ];

    public static IEndpointRouteBuilder MapLeaderboard(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/leaderboard/export.csv", async (HttpRequest request, LeaderboardReader reader, CancellationToken cancellation) =>
            await reader.ReadAsync(FilterOf(request.Query), cancellation) is { } board
                ? TypedResults.File(System.Text.Encoding.UTF8.GetBytes(Csv(board)), "text/csv; charset=utf-8", "leaderboard.csv") : (IResult)TypedResults.NotFound()).RequireAuthorization(Policies.View);
        routes.MapGet("/leaderboard/export.json", async (HttpRequest request, LeaderboardReader reader, CancellationToken cancellation) =>
            await reader.ReadAsync(FilterOf(request.Query), cancellation) is { } board
                ? TypedResults.Text(Json(board), "application/json") : (IResult)TypedResults.NotFound()).RequireAuthorization(Policies.View);
        return routes;
    }

    public static LeaderboardFilter FilterOf(IQueryCollection query)
    {
        string? Word(string name) => query[name].FirstOrDefault();
        return LeaderboardFilter.Of(Word("data"), Word("protocol"), Word("metric"), Word("k"), Word("lines"), Word("family"), Word("search"), Word("sort"), Word("cost"), Word("pairs"));
    }

    public static string Csv(Leaderboard board) => CsvText.Write(Head, board.Lines.Select((line, i) => (IReadOnlyList<object?>)
    [
        i + 1, line.Variant, line.Key, line.Run.Version, line.Run.Id, line.Family, board.DatasetName, board.Protocol.Key, board.Filter.Metric, board.Filter.K,
        line[board.Filter.Metric, board.Filter.K]?.Mean, line[board.Filter.Metric, board.Filter.K]?.Low, line[board.Filter.Metric, board.Filter.K]?.High, line[board.Filter.Metric, board.Filter.K]?.Users,
        line.Run.ValidationScore, line.Facts.ValidationBest, line.Facts.ValidationLast, line.Newest?.Version, line.NewestValue,
        line.Run.TrainSeconds, line.Run.ScoringMicroseconds, line.Run.ArtifactBytes, line.Run.Device, line.Run.Seed, line.IsServed ? "yes" : "no", line.Run.FinishedAt,
    ]));

    /// <summary>Every metric at every k of every line.</summary>
    public static string Json(Leaderboard board) => JsonSerializer.Serialize(new
    {
        dataset = board.DatasetName, protocol = board.Protocol, metric = board.Filter.Metric, k = board.Filter.K, sort = board.Filter.Sort,
        lines = board.Lines.Select((line, i) => new
        {
            rank = i + 1, variant = line.Variant, key = line.Key, version = line.Run.Version, run = line.Run.Id, family = line.Family, served = line.IsServed, finishedAt = line.Run.FinishedAt,
            seed = line.Run.Seed, device = line.Run.Device, validation = line.Run.ValidationScore, validationBest = line.Facts.ValidationBest, validationLast = line.Facts.ValidationLast,
            newestVersion = line.Newest?.Version, newestValue = line.NewestValue,
            trainSeconds = line.Run.TrainSeconds, scoringMicroseconds = line.Run.ScoringMicroseconds, modelBytes = line.Run.ArtifactBytes, values = line.Facts.Values,
        }),
    }, Format);
}
