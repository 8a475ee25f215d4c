using System.Text.Json;
using RecLab.Events;
using RecLab.Experiments;
using RecLab.Serving;
using RecLab.Statistics.Assignment;
using RecLab.Training;

namespace RecLab.Doors;

/// <summary>One arm; the first is control.</summary>
public sealed record ArmAnswer(string Variant, string Name, double Weight);

/// <summary>An experiment as it stands.</summary>
/// <param name="State">draft, training, ready, running, paused, review, decided or archived.</param>
/// <param name="Settings">Guardrails, targeting, layer, testers, plan.</param>
public sealed record ExperimentAnswer(string Key, string Name, string Placement, string State, int Phase, double Traffic, string GoalMetric, double Alpha, string Hypothesis, string Owner, IReadOnlyList<ArmAnswer> Arms, JsonElement Settings,
    DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? StoppedAt, string? Outcome, string? Chosen);

/// <summary>All experiments, newest first.</summary>
public sealed record ExperimentsAnswer(IReadOnlyList<ExperimentAnswer> Items, string? NextCursor = null);

/// <summary>Where a user stands in an experiment; nothing is recorded by asking.</summary>
/// <param name="Variant">The arm the user is shown; null where none.</param>
/// <param name="Reason">As in a list's answer: assigned, not-targeted, halted, ...; other-experiment where another one of the placement claims the user.</param>
/// <param name="Counted">A list shown to this user enters the results.</param>
public sealed record AssignmentAnswer(string Experiment, string User, string? Variant, int? Arm, string Reason, bool Counted);

/// <summary>A user of an experiment and the arm that was shown.</summary>
/// <param name="Variant">Key of the arm's variant.</param>
/// <param name="FirstAt">When the first list was served.</param>
public sealed record ExposedAnswer(string User, int Arm, string Variant, DateTimeOffset FirstAt, DateTimeOffset LastAt, long Lists, long Viewable, long Clicked);

/// <summary>A page of users in the order of arm and id.</summary>
public sealed record ExposuresAnswer(string Experiment, int Phase, IReadOnlyList<ExposedAnswer> Items, string? NextCursor);

/// <summary><c>/api/v1/experiments</c>: draft, run, read. Deciding stays with people, on the results page. Everything needs a secret key.</summary>
internal sealed class ExperimentsDoor(ExperimentDesk desk, IReweighting bandits, ExperimentReader reader, IResultsSource results, RecommendationDesk serving, LiveExperiments live, PlacementDesk placements, TrainingReader variants, UserLog users)
{
    public async Task ListAsync(HttpContext http, Caller caller)
    {
        Managing.Secret(caller);
        var keys = await KeysAsync(http);
        await http.Response.WriteAsJsonAsync(new ExperimentsAnswer([.. (await reader.ListAsync(http.RequestAborted)).Select(e => Of(e, keys))]), ApiJson.Default.ExperimentsAnswer, cancellationToken: http.RequestAborted);
    }

    public async Task GetAsync(HttpContext http, Caller caller)
    {
        Managing.Secret(caller);
        await AnswerAsync(http, Managing.Name(http, "key"));
    }

    public async Task PostAsync(HttpContext http, Caller caller)
    {
        Managing.Secret(caller);
        using var body = await Body.ReadAsync(http, caller.FromBrowser);
        var fields = Managing.Object(body);
        var (key, placement) = (fields.Id("key", required: true), fields.Id("placement", required: true));
        var draft = await ReadAsync(fields, new ExperimentDraft { Key = key ?? "", Name = fields.Id("name") ?? key ?? "", Placement = placement ?? "", Arms = [] }, http);
        if (draft.Arms.Count == 0) fields.Fault("arms", "are missing");
        RecommendationsDoor.Refuse(fields);
        await desk.DraftAsync(draft, Managing.Who(caller), http.RequestAborted);
        await AnswerAsync(http, key!);
    }

    /// <summary>Changes what the body names, while it is a draft.</summary>
    public async Task PatchAsync(HttpContext http, Caller caller)
    {
        Managing.Secret(caller);
        using var body = await Body.ReadAsync(http, caller.FromBrowser);
        var fields = Managing.Object(body);
        var experiment = await FindAsync(http);
        var tag = http.Request.Headers.IfMatch.ToString() is { Length: > 0 } asked and not "*" ? asked : null;
        Match(tag, experiment);
        var draft = await ReadAsync(fields, ExperimentDraft.Of(experiment), http);
        RecommendationsDoor.Refuse(fields);
        if (Lifecycle.Objection(experiment, ExperimentVerb.Edit) is { } objection) throw new ProblemException(409, objection);
        var read = TagOf(experiment); // what the body does not name is kept as it was read here, so it must still stand there
        await desk.EditAsync(experiment.Key, draft, Managing.Who(caller), http.RequestAborted, present => Match(read, present));
        await AnswerAsync(http, experiment.Key);
    }

    /// <summary>start, pause, resume, stop, reweight, rollout. The body may say why.</summary>
    public Func<HttpContext, Caller, Task> Verb(string verb) => async (http, caller) =>
    {
        Managing.Secret(caller);
        var why = await WhyAsync(http, caller);
        var (experiment, who) = (await FindAsync(http), Managing.Who(caller));
        await Managing.InState(async () =>
        {
            switch (verb)
            {
                case "start":
                    if (experiment.State is ExperimentState.Draft or ExperimentState.Training) await desk.MarkReadyAsync(experiment.Key, who, http.RequestAborted);
                    await desk.StartAsync(experiment.Key, who, why, http.RequestAborted);
                    break;
                case "pause": await desk.PauseAsync(experiment.Key, who, why, http.RequestAborted); break;
                case "resume": await desk.ResumeAsync(experiment.Key, who, why, http.RequestAborted); break;
                case "reweight": await bandits.ReweightAsync(experiment.Key, who, why, http.RequestAborted); break;
                case "stop": await desk.StopAsync(experiment.Key, who, why, http.RequestAborted); break;
                default: await placements.PromoteAsync(experiment.Placement, experiment.Key, who, http.RequestAborted); break;
            }
        });
        await live.RefreshAsync(CancellationToken.None); // the next request is answered by it
        await AnswerAsync(http, experiment.Key);
    };

    public async Task ResultsAsync(HttpContext http, Caller caller)
    {
        Managing.Secret(caller);
        var experiment = await FindAsync(http);
        var (simulated, phase) = (Managing.Simulated(http.Request), PhaseOf(http.Request, experiment));
        var read = await results.ReadAsync(experiment.Key, simulated, phase, http.RequestAborted) ?? throw new ProblemException(404, $"There is no experiment '{experiment.Key}'.");
        await http.Response.WriteAsJsonAsync(read, ApiJson.Default.ExperimentNumbers, cancellationToken: http.RequestAborted);
    }

    /// <summary>Who was shown what, user by user: the table that an analysis elsewhere joins with.</summary>
    public async Task ExposuresAsync(HttpContext http, Caller caller)
    {
        Managing.Secret(caller);
        var experiment = await FindAsync(http);
        var (limit, simulated, phase) = (Managing.Limit(http.Request), Managing.Simulated(http.Request), PhaseOf(http.Request, experiment) ?? experiment.Phase);
        var rows = users.Exposed(experiment.Id, phase, simulated, After(http.Request), limit + 1);
        var keys = await KeysAsync(http);
        var arms = experiment.Arms.ToDictionary(a => a.Position, a => keys.GetValueOrDefault(a.VariantId, ""));
        var page = rows.Take(limit).Select(u => new ExposedAnswer(u.User, u.Arm, arms.GetValueOrDefault(u.Arm, ""), u.FirstAt, u.LastAt, u.Lists, u.Viewable, u.Clicked)).ToArray();
        await http.Response.WriteAsJsonAsync(new ExposuresAnswer(experiment.Key, phase, page, rows.Count > limit ? Managing.CursorOf($"{rows[limit - 1].Arm} {rows[limit - 1].User}") : null), ApiJson.Default.ExposuresAnswer, cancellationToken: http.RequestAborted);
    }

    private static (int Arm, string User)? After(HttpRequest request)
    {
        if (Managing.Cursor(request) is not { } cursor) return null;
        var space = cursor.IndexOf(' ', StringComparison.Ordinal);
        return space > 0 && int.TryParse(cursor[..space], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var arm) ? (arm, cursor[(space + 1)..])
            : throw ProblemException.Invalid("?cursor", "cursor must be the nextCursor of an earlier answer.");
    }

    private static int? PhaseOf(HttpRequest request, Experiment experiment) => !request.Query.TryGetValue("phase", out var text) ? null
        : int.TryParse(text.ToString(), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= experiment.Phase ? number : throw ProblemException.Invalid("?phase", $"phase must be 1 to {experiment.Phase}.");

    public async Task AssignmentsAsync(HttpContext http, Caller caller)
    {
        Managing.Secret(caller);
        var experiment = await FindAsync(http);
        var user = http.Request.Query["user"].ToString();
        if (Texts.Fault(user) is { } fault) throw ProblemException.Invalid("?user", $"user {fault}.");
        var routing = await serving.RouteAsync(experiment.Placement, user, QueryReader.Context(http.Request.Query), http.RequestAborted) ?? new(null, RouteReasons.NoExperiment);
        var mine = routing.Assignment is { } a && a.ExperimentKey == experiment.Key ? a : null;
        var keys = await KeysAsync(http);
        await http.Response.WriteAsJsonAsync(new AssignmentAnswer(experiment.Key, user, mine is null ? null : keys.GetValueOrDefault(mine.VariantId), mine?.ArmPosition, mine is null && routing.Assignment is not null ? "other-experiment" : routing.Reason, mine?.Counted == true), ApiJson.Default.AssignmentAnswer, cancellationToken: http.RequestAborted);
    }

    private static void Match(string? tag, Experiment present)
    {
        if (tag is not null && tag != TagOf(present)) throw new ProblemException(412, $"The experiment '{present.Key}' was changed meanwhile. Read it again.");
    }

    private static string TagOf(Experiment e) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"\"{Fnv1a.Hash($"{JsonSerializer.Serialize(ExperimentDraft.Of(e))} {e.State} {e.Phase}"):x8}\"");

    private static async Task<string> WhyAsync(HttpContext http, Caller caller)
    {
        if (http.Request.ContentLength is null or 0 && !http.Request.Headers.ContainsKey("Transfer-Encoding")) return "";
        using var body = await Body.ReadAsync(http, caller.FromBrowser);
        var fields = Managing.Object(body);
        var why = fields.Text("why", 500) ?? "";
        RecommendationsDoor.Refuse(fields);
        return why;
    }

    private async Task<Experiment> FindAsync(HttpContext http)
    {
        var key = Managing.Name(http, "key");
        return (await reader.ReadAsync(key, http.RequestAborted))?.Experiment ?? throw new ProblemException(404, $"There is no experiment '{key}'.");
    }

    private async Task AnswerAsync(HttpContext http, string key)
    {
        var file = await reader.ReadAsync(key, http.RequestAborted) ?? throw new ProblemException(404, $"There is no experiment '{key}'.");
        http.Response.Headers.ETag = TagOf(file.Experiment);
        await http.Response.WriteAsJsonAsync(Of(file.Experiment, await KeysAsync(http)), ApiJson.Default.ExperimentAnswer, cancellationToken: http.RequestAborted);
    }

    private async Task<IReadOnlyDictionary<int, string>> KeysAsync(HttpContext http) => (await variants.VariantsAsync(http.RequestAborted)).ToDictionary(v => v.Variant.Id, v => v.Variant.Key);

    private async Task<ExperimentDraft> ReadAsync(Fields fields, ExperimentDraft draft, HttpContext http)
    {
        var settings = draft.Settings;
        if (fields.Any("settings") is { } given)
        {
            try
            {
                settings = ExperimentSettings.FromJson(given.GetRawText());
            }
            catch (JsonException)
            {
                fields.Fault("settings", "cannot be read as the settings of an experiment");
            }
        }
        return draft with
        {
            Name = fields.Id("name") ?? draft.Name, Placement = fields.Id("placement") ?? draft.Placement, Hypothesis = fields.Text("hypothesis", 2_000) ?? draft.Hypothesis, Owner = fields.Id("owner") ?? draft.Owner,
            Traffic = fields.Number("traffic") ?? draft.Traffic, GoalMetric = fields.Id("goalMetric") ?? draft.GoalMetric, Alpha = fields.Number("alpha") ?? draft.Alpha, Settings = settings, Arms = await ArmsAsync(fields, http) ?? draft.Arms,
        };
    }

    private async Task<ArmDraft[]?> ArmsAsync(Fields fields, HttpContext http)
    {
        if (fields.Any("arms") is not { } list) return null;
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > 10) { fields.Fault("arms", "must be a list of 2 to 10 arms"); return null; }
        var known = await variants.VariantsAsync(http.RequestAborted);
        List<ArmDraft> arms = [];
        var at = 0;
        foreach (var element in list.EnumerateArray())
        {
            var place = $"arms/{at++}";
            if (element.ValueKind != JsonValueKind.Object) { fields.Fault(place, "must be an object"); continue; }
            var arm = new Fields(element, "/" + place);
            var (key, weight, name) = (arm.Id("variant", required: true), arm.Number("weight"), arm.Id("name"));
            foreach (var fault in arm.Faults) fields.Fault(fault.Pointer.TrimStart('/'), "cannot be taken");
            if (key is null) continue;
            if (known.FirstOrDefault(v => v.Variant.Key == key) is { } variant) arms.Add(new(variant.Variant.Id, name ?? variant.Variant.Name, weight ?? 1.0 / list.GetArrayLength()));
            else fields.Fault(place + "/variant", "is no variant");
        }
        return [.. arms];
    }

    private static ExperimentAnswer Of(Experiment e, IReadOnlyDictionary<int, string> keys)
    {
        using var settings = JsonDocument.Parse(e.Settings);
        var arms = e.Arms.OrderBy(a => a.Position).Select(a => new ArmAnswer(keys.GetValueOrDefault(a.VariantId, ""), a.Name, a.Weight)).ToArray();
        return new(e.Key, e.Name, e.Placement, e.State.ToString().ToLowerInvariant(), e.Phase, e.Traffic, e.GoalMetric, e.Alpha, e.Hypothesis, e.Owner, arms, settings.RootElement.Clone(), e.CreatedAt, e.StartedAt, e.StoppedAt,
            e.Outcome switch { ExperimentOutcome.Ship => "ship", ExperimentOutcome.KeepControl => "keep-control", ExperimentOutcome.NoDecision => "no-decision", _ => null }, e.ChosenArm is { } chosen && chosen < arms.Length ? arms[chosen].Variant : null);
    }
}
