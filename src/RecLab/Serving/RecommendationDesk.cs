using RecLab.Events;
using RecLab.Experiments;

namespace RecLab.Serving;

/// <summary>Answers questions for lists: which arm, which model, what the person already knows, which fallback, and the exposure in the durable log before the
/// answer leaves. An unknown person or item, a model that is not there yet or an empty catalogue are answered, never an error.</summary>
public sealed class RecommendationDesk(LiveExperiments experiments, ModelShelf models, PlacementShelf placements, InterestShelf interests, ListChooser chooser, ListCache cache, Audience audience, EventLog log, TimeProvider clock,
    ILogger<RecommendationDesk> logger)
{
    /// <summary>Reasons beside those of the assignment (<see cref="RouteReasons"/>).</summary>
    public const string NoConsent = "no-consent", NoUser = "no-user", Bot = "bot", Halted = "halted";

    /// <summary>An arm had no list to give, so that an interleaved one could not be made: shown is a plain list, which counts for nobody.</summary>
    public const string TeamMissing = Tallies.TeamMissing;

    /// <summary>A page waits for its list no longer than the widget does (1.5 s); where the log is slower, the list goes out without an id.</summary>
    private static readonly TimeSpan LogPatience = TimeSpan.FromSeconds(1);

    /// <summary>The list for a request, or null where there is no such placement.</summary>
    public async Task<Recommendation?> AnswerAsync(RecommendationRequest request, CancellationToken cancellation = default)
    {
        if (await placements.FindAsync(request.Placement, cancellation) is not { } placement) return null;
        var unit = request is { Consent: Consent.Granted, Bot: false } ? request.User ?? "" : "";
        var halted = placement.Placement.HaltedAt is not null;
        var attributes = unit.Length > 0 ? Attributes(request.Placement, unit, request.Context) : request.Context;
        if (unit.Length > 0 && !request.Preview) audience.See(request.Placement, request.Simulated, unit, request.Context);
        var routing = unit.Length == 0 ? new Routing(null, request.Bot ? Bot : request.Consent != Consent.Granted ? NoConsent : NoUser)
            : halted ? new Routing(null, Halted) : experiments.Route(request.Placement, unit, attributes);
        if ((unit.Length == 0 || halted) && !request.Preview) log.Count(routing.Reason, request.Placement, request.Simulated);
        var known = unit.Length == 0 ? [] : interests.Of(unit, request.Simulated);
        var wanted = halted ? null : Wanted(placement, routing, unit, request);
        var together = routing.Assignment?.Teams is not null;
        var variant = wanted is { } v && !together ? models.NameOf(v)?.Key : null;
        if (!together && wanted is { } arm && models.Borrow(arm) is { HostDecides: true } host)
            return new(null, request.Placement, request.At ?? Now, routing.Assignment?.ExperimentKey, variant, routing.Reason, host, null, ChosenList.Empty, null, HostDecides: true);

        var id = Guid.CreateVersion7(clock.GetUtcNow());
        var seed = unit.Length + request.Session.Length == 0 ? id.ToString()
            : $"{request.Placement}:{routing.Assignment?.ExperimentKey}:{routing.Assignment?.Phase}:{unit}:{request.Session}";
        var list = await ListAsync(placement, wanted, routing.Assignment?.Teams, unit, request, known, seed, cancellation);
        var counted = routing.Assignment is { Counted: true } assigned ? assigned : null;
        if (counted?.Teams is not null && list.Teams is null)
        {
            (counted, routing) = (null, routing with { Reason = TeamMissing });
            if (!request.Preview) log.Count(TeamMissing, request.Placement, request.Simulated);
        }
        var exposure = new Exposure
        {
            Id = id, ServedAt = request.At ?? Now, Placement = request.Placement,
            Experiment = counted?.ExperimentId ?? 0, Phase = counted?.Phase ?? 0, Arm = counted?.ArmPosition ?? 0,
            Variant = list.Fallback is null ? list.Served?.VariantId ?? 0 : 0, Run = list.Served?.RunId ?? 0, Unit = unit, Session = request.Session, Simulated = request.Simulated,
            Items = list.Ids, Propensities = list.Propensities, Fallback = list.Fallback, Reason = routing.Reason, Traits = counted is null ? null : experiments.Traits(counted.ExperimentKey, attributes), Head = list.Head, Variety = list.Variety,
            Teams = list.Teams, AssignedWith = counted?.Propensity,
        };
        return new(request.Preview ? null : await RecordAsync(exposure, list.Text), request.Placement, exposure.ServedAt, routing.Assignment?.ExperimentKey, variant ?? list.Served?.Key, routing.Reason, list.Served, list.Fallback, list, list.About);
    }

    /// <summary>Where a user stands at a placement now, as a list would be routed; nothing is made or recorded. Null where there is no such placement.</summary>
    /// <param name="context">What would come with the request.</param>
    public async Task<Routing?> RouteAsync(string placement, string unit, IReadOnlyDictionary<string, string>? context, CancellationToken cancellation = default)
    {
        if (await placements.FindAsync(placement, cancellation) is not { } found) return null;
        return found.Placement.HaltedAt is not null ? new(null, Halted) : experiments.Route(placement, unit, Attributes(placement, unit, context));
    }

    private IReadOnlyDictionary<string, string>? Attributes(string placement, string unit, IReadOnlyDictionary<string, string>? context) =>
        experiments.AsksAttributes(placement) ? audience.Complete(unit, context) : context;

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>The assigned variant, or the placement's own. Without consent nobody is served by one; nobody in particular only where the question is about an item.</summary>
    private static int? Wanted(LivePlacement placement, Routing routing, string unit, RecommendationRequest request) =>
        routing.Assignment is { } arm ? arm.VariantId
        : unit.Length > 0 || (request is { Consent: Consent.Granted, Bot: false, Item: not null }) ? placement.Placement.DefaultVariantId : null;

    private async ValueTask<ChosenList> ListAsync(LivePlacement placement, int? wanted, IReadOnlyList<int>? teams, string unit, RecommendationRequest request, IReadOnlyList<Interest> known, string seed, CancellationToken cancellation)
    {
        // a question that names exclusions or categories is rarely asked twice, and one without person and session draws anew each time
        var plain = request.Exclude.Count == 0 && request.Categories.Count == 0 && unit.Length + request.Session.Length > 0;
        if (teams is not null) seed = $"together:{seed}";
        if (!plain) return await MakeAsync();
        var key = new ListCache.Key(seed, unit, request.Item, request.Count ?? placement.Placement.ListLength, request.Because, request.Simulated, wanted);
        var generation = chooser.Generation;
        if (cache.Find(key, generation, placement, known) is { } kept) return kept;
        var made = await MakeAsync();
        // what a service says next is its own business, and a fallback in its place must end when the service is back
        if (made.Served?.Remote is null && (teams ?? (wanted is { } asked ? [asked] : [])).All(t => models.Borrow(t)?.Remote is null)) cache.Keep(key, generation, placement, known, made);
        return made;

        async ValueTask<ChosenList> MakeAsync()
        {
            var list = teams is not null && await chooser.InterleaveAsync(placement, teams, unit, request, known, seed, cancellation) is { } drafted ? drafted
                : await chooser.ChooseAsync(placement, wanted, unit, request, known, seed, cancellation);
            if (unit.Length == 0 || (list.Served ?? models.LastResort)?.Past is not { } past) return list;
            var traits = ListTraits.Of(past);
            return list with { Head = traits.Head(list.Ids), Variety = traits.Variety(list.Ids) };
        }
    }

    private async Task<string?> RecordAsync(Exposure exposure, ListText text)
    {
        try
        {
            await log.AppendAsync(exposure, text).WaitAsync(LogPatience, clock);
            return log.Sealer.Seal(exposure).ToString();
        }
        catch (Exception busy) when (busy is EventLogBusyException or TimeoutException)
        {
            logger.LogWarning("A list was served without an id: {Reason}", busy.Message);
            return null;
        }
    }
}
