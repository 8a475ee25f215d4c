using System.Buffers;
using RecLab.Events;
using RecLab.Experiments;
using RecLab.Recommenders;

namespace RecLab.Serving;

/// <summary>Answers questions for lists: which arm, which model, what the person already knows, which fallback, and the exposure in the durable log before the
/// answer leaves. An unknown person or item, a model that is not there yet or an empty catalogue are answered, never an error.</summary>
public sealed class RecommendationDesk(LiveExperiments experiments, ModelShelf models, PlacementShelf placements, InterestShelf interests, EventLog log, TimeProvider clock,
    ILogger<RecommendationDesk> logger)
{
    /// <summary>Reasons beside those of the assignment (<see cref="RouteReasons"/>).</summary>
    public const string NoConsent = "no-consent", NoUser = "no-user", Bot = "bot", Halted = "halted";

    /// <summary>A page waits for its list no longer than the widget does (1.5 s); where the log is slower, the list goes out without an id.</summary>
    private static readonly TimeSpan LogPatience = TimeSpan.FromSeconds(1);

    /// <summary>The list for a request, or null where there is no such placement.</summary>
    public async Task<Recommendation?> AnswerAsync(RecommendationRequest request, CancellationToken cancellation = default)
    {
        if (await placements.FindAsync(request.Placement, cancellation) is not { } placement) return null;
        var unit = request is { Consent: Consent.Granted, Bot: false } ? request.User ?? "" : "";
        var halted = placement.Placement.HaltedAt is not null;
        var routing = unit.Length == 0 ? new Routing(null, request.Bot ? Bot : request.Consent != Consent.Granted ? NoConsent : NoUser)
            : halted ? new Routing(null, Halted) : experiments.Route(request.Placement, unit, request.Context);
        if ((unit.Length == 0 || halted) && !request.Preview) log.Count(routing.Reason, request.Placement, request.Simulated);
        var known = unit.Length == 0 ? [] : interests.Of(unit, request.Simulated);
        var personal = unit.Length > 0;
        var wanted = !personal || halted ? null : routing.Assignment is { } arm ? (int?)arm.VariantId : placement.Placement.DefaultVariantId;
        var id = Guid.CreateVersion7(clock.GetUtcNow());
        var seed = unit.Length + request.Session.Length == 0 ? id.ToString()
            : $"{request.Placement}:{routing.Assignment?.ExperimentKey}:{routing.Assignment?.Phase}:{unit}:{request.Session}";

        var (served, fallback, list) = Choose(placement, wanted, unit, request, known, seed);
        var counted = routing.Assignment is { Counted: true } assigned ? assigned : null;
        var items = new RankedItem[list.Items.Length];
        for (var i = 0; i < items.Length; i++) items[i] = new(served!.Catalogue[served.Items[list.Items[i]]], list.Scores[i], Why(list.Explored[i], served, request, known));
        var exposure = new Exposure
        {
            Id = id, ServedAt = request.At ?? clock.GetUtcNow().ToUnixTimeMilliseconds(), Placement = request.Placement,
            Experiment = counted?.ExperimentId ?? 0, Phase = counted?.Phase ?? 0, Arm = counted?.ArmPosition ?? 0,
            Variant = fallback is null ? served?.VariantId ?? 0 : 0, Run = served?.RunId ?? 0, Unit = unit, Session = request.Session, Simulated = request.Simulated,
            Items = [.. items.Select(i => i.Item.Id)], Propensities = list.Propensities, Fallback = fallback, Reason = routing.Reason,
        };
        var variant = wanted is { } v ? models.NameOf(v)?.Key : served?.Key;
        return new(request.Preview ? null : await RecordAsync(exposure), request.Placement, exposure.ServedAt, routing.Assignment?.ExperimentKey, variant, routing.Reason, served, fallback, items);
    }

    private async Task<string?> RecordAsync(Exposure exposure)
    {
        try
        {
            await log.AppendAsync(exposure).WaitAsync(LogPatience, clock);
            return log.Sealer.Seal(exposure).ToString();
        }
        catch (Exception busy) when (busy is EventLogBusyException or TimeoutException)
        {
            logger.LogWarning("A list was served without an id: {Reason}", busy.Message);
            return null;
        }
    }

    /// <summary>The first model of the chain that can answer: the wanted variant, the placement's fallbacks, the newest popularity model.</summary>
    private (ServedModel? Served, string? Fallback, BuiltList List) Choose(LivePlacement placement, int? wanted, string unit, RecommendationRequest request, IReadOnlyList<Interest> known, string seed)
    {
        if (wanted is { } variant && models.Borrow(variant) is { } first && Build(first, placement, unit, request, known, seed) is { } list) return (first, null, list);
        foreach (var key in placement.Fallbacks)
            if (models.Borrow(key) is { } next && Build(next, placement, unit, request, known, seed) is { } second) return (next, key, second);
        if (models.LastResort is { } last && Build(last, placement, unit, request, known, seed) is { } third) return (last, "popularity", third);
        return (null, "empty", new([], [], [], []));
    }

    /// <summary>A list by one model, or null where it has nothing to say to this question.</summary>
    private static BuiltList? Build(ServedModel served, LivePlacement placement, string unit, RecommendationRequest request, IReadOnlyList<Interest> known, string seed)
    {
        var count = served.Items.Count;
        if (count == 0) return null;
        var scores = ArrayPool<float>.Shared.Rent(count);
        var excluded = ArrayPool<bool>.Shared.Rent(count);
        try
        {
            var user = unit.Length == 0 ? -1 : served.Model.Users.IndexOf(unit);
            var item = request.Item is null ? -1 : served.Items.IndexOf(request.Item);
            var history = History(served, user, known);
            if (!served.Model.Score(new Query(user, history, item), scores.AsSpan(0, count))) return null;
            Exclude(excluded.AsSpan(0, count), served, placement, request, history, known, item);
            var list = ListBuilder.Build(scores.AsSpan(0, count), excluded.AsSpan(0, count), request.Count ?? placement.Placement.ListLength, placement.Placement.Exploration, seed);
            return list.Items.Length == 0 ? null : list;
        }
        finally
        {
            ArrayPool<float>.Shared.Return(scores);
            ArrayPool<bool>.Shared.Return(excluded);
        }
    }

    /// <summary>Item indices the person has touched, oldest first: rows of the data set, then what was clicked since. What the data set, a snapshot of the log, has already is not told twice.</summary>
    internal static int[] History(ServedModel served, int user, IReadOnlyList<Interest> known)
    {
        var trained = user < 0 ? [] : served.Past.History(user);
        if (known.Count == 0) return trained;
        Dictionary<int, long> learnt = [];
        if (user >= 0) foreach (var row in served.Past.ByUser[user]) learnt[served.Past.Item[row]] = served.Past.Time[row];
        List<int> history = [.. trained];
        foreach (var interest in known)
            if (interest.Type != EventTypes.Dismiss && served.Items.IndexOf(interest.Item) is >= 0 and var index && !(learnt.TryGetValue(index, out var last) && last >= Math.DivRem(interest.At, 1000).Quotient)) history.Add(index);
        return [.. history];
    }

    private static void Exclude(Span<bool> excluded, ServedModel served, LivePlacement placement, RecommendationRequest request, int[] history, IReadOnlyList<Interest> known, int item)
    {
        excluded.Clear();
        if (placement.Filters.Categories is { Count: > 0 } categories)
        {
            excluded.Fill(true);
            foreach (var category in categories)
                if (served.InCategory(category) is { } inside)
                    for (var i = 0; i < inside.Length; i++) excluded[i] &= !inside[i];
        }
        if (placement.Placement.HideSeen) foreach (var index in history) excluded[index] = true;
        if (item >= 0) excluded[item] = true;
        foreach (var id in request.Exclude) Mark(excluded, served, id);
        foreach (var id in placement.Filters.Blocked ?? []) Mark(excluded, served, id);
        foreach (var interest in known)
            if (interest.Type == EventTypes.Dismiss) Mark(excluded, served, interest.Item);
    }

    private static void Mark(Span<bool> excluded, ServedModel served, string id)
    {
        if (served.Items.IndexOf(id) is >= 0 and var index) excluded[index] = true;
    }

    private static string Why(bool explored, ServedModel served, RecommendationRequest request, IReadOnlyList<Interest> known) =>
        explored ? "explored" : served.Family == "popularity" ? "popular" : request.Item is not null ? "viewed" : "history";
}
