using RecLab.Data;
using RecLab.Training;

namespace RecLab.Doors;

/// <summary>A training as it stands.</summary>
/// <param name="State">queued, running, succeeded, failed, cancelled or lost.</param>
/// <param name="Fraction">Done, 0 to 1.</param>
/// <param name="ValidationScore">NDCG@10 on the validation slice; null until evaluated.</param>
public sealed record TrainingAnswer(int Id, string Variant, int Version, string State, string Phase, double Fraction, double? SecondsLeft, string Device, string Dataset, int Seed, string RequestedBy,
    DateTimeOffset RequestedAt, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt, string? Error, double? ValidationScore);

/// <summary>A page of trainings, newest first.</summary>
public sealed record TrainingsAnswer(IReadOnlyList<TrainingAnswer> Items, string? NextCursor);

/// <summary>One point of a curve.</summary>
public sealed record MetricPoint(string Series, int Epoch, double Value);

/// <summary>A training's curves and, once evaluated, its ranking metrics on the offline test.</summary>
public sealed record TrainingMetricsAnswer(int Id, IReadOnlyList<MetricPoint> Points, IReadOnlyDictionary<string, double>? Evaluation);

/// <summary>One line of a training's log.</summary>
public sealed record LogLine(DateTimeOffset At, string Text);

/// <summary>The newest lines, oldest first.</summary>
public sealed record TrainingLogAnswer(int Id, IReadOnlyList<LogLine> Lines);

/// <summary><c>/api/v1/trainings</c>: ask, watch, cancel. Everything needs a secret key.</summary>
internal sealed class TrainingsDoor(TrainingDesk desk, LogRetraining log, TrainingReader reader, RepeatGuard repeats)
{
    public async Task PostAsync(HttpContext http, Caller caller)
    {
        Managing.Secret(caller);
        using var body = await Body.ReadAsync(http, caller.FromBrowser);
        var fields = Managing.Object(body);
        var (variant, device, seed) = (fields.Id("variant", required: true), fields.Id("device"), fields.Whole("seed", 0, int.MaxValue));
        var source = fields.Id("log");
        if (source is not (null or "live" or "simulated")) fields.Fault("log", "must be live or simulated");
        RecommendationsDoor.Refuse(fields);
        if (await reader.VariantAsync(variant!, http.RequestAborted) is null) throw new ProblemException(404, $"There is no variant '{variant}'.");
        var (id, _) = await repeats.OnceAsync(http, caller, body, async () => (source is null ? await desk.RequestAsync(variant!, Managing.Who(caller), seed ?? 42, device, cancellation: http.RequestAborted)
            : await log.RequestAsync(variant!, new LogRecipe { Simulated = source == "simulated" }, Managing.Who(caller), seed: seed ?? 42, device: device, cancellation: http.RequestAborted)).Id);
        await http.Response.WriteAsJsonAsync(await OneAsync(id, http), ApiJson.Default.TrainingAnswer, cancellationToken: http.RequestAborted);
    }

    public async Task ListAsync(HttpContext http, Caller caller)
    {
        Managing.Secret(caller);
        var limit = Managing.Limit(http.Request);
        var rows = await reader.PageAsync(Managing.Before(http.Request), limit + 1, http.RequestAborted);
        await http.Response.WriteAsJsonAsync(new TrainingsAnswer([.. rows.Take(limit).Select(Of)], rows.Count > limit ? Managing.CursorOf(rows[limit - 1].Run.Id) : null), ApiJson.Default.TrainingsAnswer, cancellationToken: http.RequestAborted);
    }

    public async Task GetAsync(HttpContext http, Caller caller)
    {
        Managing.Secret(caller);
        await http.Response.WriteAsJsonAsync(await OneAsync(Managing.Number(http, "id"), http), ApiJson.Default.TrainingAnswer, cancellationToken: http.RequestAborted);
    }

    public async Task CancelAsync(HttpContext http, Caller caller)
    {
        Managing.Secret(caller);
        var id = Managing.Number(http, "id");
        await OneAsync(id, http);
        await Managing.InState(() => desk.CancelAsync(id, Managing.Who(caller), http.RequestAborted));
        await http.Response.WriteAsJsonAsync(await OneAsync(id, http), ApiJson.Default.TrainingAnswer, cancellationToken: http.RequestAborted);
    }

    public async Task MetricsAsync(HttpContext http, Caller caller)
    {
        Managing.Secret(caller);
        var run = await ViewAsync(http);
        var evaluation = run.Evaluation?.Values.Where(v => v.Mean is { } mean && double.IsFinite(mean)).ToDictionary(v => $"{v.Metric}@{v.K}", v => v.Mean!.Value, StringComparer.Ordinal);
        await http.Response.WriteAsJsonAsync(new TrainingMetricsAnswer(run.Run.Id, [.. run.Points.Where(p => double.IsFinite(p.Value)).Select(p => new MetricPoint(p.Series, p.Epoch, p.Value))], evaluation), ApiJson.Default.TrainingMetricsAnswer, cancellationToken: http.RequestAborted);
    }

    public async Task LogAsync(HttpContext http, Caller caller)
    {
        Managing.Secret(caller);
        var run = await ViewAsync(http);
        await http.Response.WriteAsJsonAsync(new TrainingLogAnswer(run.Run.Id, [.. run.Log.Reverse().Select(l => new LogLine(l.At, l.Text))]), ApiJson.Default.TrainingLogAnswer, cancellationToken: http.RequestAborted);
    }

    private async Task<RunView> ViewAsync(HttpContext http)
    {
        var id = Managing.Number(http, "id");
        return await reader.RunAsync(id, http.RequestAborted) ?? throw new ProblemException(404, $"There is no training {id}.");
    }

    private async Task<TrainingAnswer> OneAsync(int id, HttpContext http) => Of((await reader.RunAsync(id, http.RequestAborted) ?? throw new ProblemException(404, $"There is no training {id}.")).Row);

    private static TrainingAnswer Of(RunRow row) => new(row.Run.Id, row.Key, row.Run.Version, row.Run.State.ToString().ToLowerInvariant(), row.Run.Phase, row.Run.Fraction, row.Run.SecondsLeft, row.Run.Device, row.Dataset, row.Run.Seed,
        row.Run.RequestedBy, row.Run.RequestedAt, row.Run.StartedAt, row.Run.FinishedAt, row.Run.Error, row.Run.ValidationScore);
}
