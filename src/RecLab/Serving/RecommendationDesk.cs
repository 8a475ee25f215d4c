using RecLab.Events;
using RecLab.Experiments;
using RecLab.Recommenders;
using RecLab.Recommenders.Data;
using RecLab.Statistics;
using RecLab.Statistics.Assignment;

namespace RecLab.Serving;

/// <summary>Answers a request for a list: who decides, which model, what is known of the person, what must not appear; then the exposure is made durable and the list leaves.
/// There is always an answer; where the wanted model has none, the fallback that answered is named.</summary>
public sealed class RecommendationDesk(PlacementShelf placements, LiveExperiments experiments, ModelShelf models, Interests interests, EventLog log, SealDesk seals, TimeProvider clock)
{
    private const string NoConsent = "no-consent";

    /// <exception cref="UnknownPlacementException">There is no such placement.</exception>
    /// <exception cref="EventLogBusyException">The exposure cannot be made durable now; nothing was served.</exception>
    public async Task<ServedList> RecommendAsync(ListRequest request, CancellationToken cancellation = default)
    {
        var started = clock.GetTimestamp();
        var now = request.Simulated && request.At is { } at ? at : clock.GetUtcNow();
        var placement = await placements.GetAsync(request.Placement, cancellation);
        var unit = request.Consent == "granted" ? request.User ?? "" : "";
        var routing = unit.Length == 0 ? new Routing(null, NoConsent) : experiments.Route(placement.Key, unit, request.Attributes);
        var wanted = routing.Assignment?.VariantId ?? (unit.Length == 0 ? null : placement.DefaultVariantId);
        var (ranked, model, fallback) = Rank(request, placement, unit, wanted);
        var ids = ranked.Items.Select(i => model!.Model.Items[i]).ToArray();
        var counted = routing.Assignment is { Counted: true } assignment ? assignment : null;
        var exposure = new Exposure
        {
            Id = Guid.CreateVersion7(), ServedAt = now.ToUnixTimeMilliseconds(), Placement = placement.Key, Experiment = counted?.ExperimentId ?? 0, Phase = counted?.Phase ?? 0,
            Arm = counted?.ArmPosition ?? 0, Variant = model?.VariantId ?? 0, Run = model?.RunId ?? 0, Unit = unit, Session = unit.Length == 0 ? "" : request.Session ?? "", Simulated = request.Simulated,
            Items = ids, Propensities = ranked.Propensities, Fallback = fallback, Reason = routing.Reason,
        };
        await log.AppendAsync(exposure);
        if (unit.Length == 0) log.Count(NoConsent, placement.Key, request.Simulated);
        return new(seals.Seal(exposure).ToString(), placement.Key, now, routing.Assignment is { } a ? new(a.ExperimentKey, models.Of(a.VariantId)?.Key ?? "", routing.Reason) : null,
            model is null ? null : new(model.Key, model.Version), fallback, Dress(ranked, ids, model, unit, request.Simulated), clock.GetElapsedTime(started).TotalMilliseconds);
    }

    /// <summary>The first of: the wanted variant, the placement's fallbacks, the newest popularity model, that has something to show.</summary>
    private (RankedList List, ShelvedModel? Model, string? Fallback) Rank(ListRequest request, LivePlacement placement, string unit, int? wanted)
    {
        IEnumerable<ShelvedModel?> line = [wanted is { } id ? models.Of(id) : null, .. placement.Fallbacks.Select(models.Of), models.LastResort];
        foreach (var model in line.OfType<ShelvedModel>().DistinctBy(m => m.VariantId))
        {
            var (query, excluded) = Ask(request, placement, unit, model);
            // The same person in the same visit meets the same exploration, in every process and on every repetition.
            var dice = Dice.Of(Fnv1a.Hash(placement.Key)).For(Fnv1a.Hash(unit.Length == 0 ? request.Session ?? "" : unit)).For(Fnv1a.Hash(request.Session ?? ""));
            if (ListMaker.Make(model.Model, query, request.Count, excluded, placement.Exploration, dice) is { Items.Length: > 0 } list)
                return (list, model, model.VariantId == wanted ? null : model.Key);
        }
        return (new([], [], [], []), null, "none");
    }

    private (Query Query, bool[] Excluded) Ask(ListRequest request, LivePlacement placement, string unit, ShelvedModel model)
    {
        var items = model.Model.Items;
        var excluded = new bool[items.Count];
        void Leave(string id) { if (items.IndexOf(id) is >= 0 and var index) excluded[index] = true; }
        if (placement.Filters.Categories is { Count: > 0 } categories)
            for (var i = 0; i < excluded.Length; i++) excluded[i] = !model.Catalogue[items[i]].Categories.Any(c => categories.Contains(c, StringComparer.OrdinalIgnoreCase));
        foreach (var id in placement.Filters.Blocked ?? []) Leave(id);
        foreach (var id in request.Exclude) Leave(id);
        if (request.Item is { } context) Leave(context);
        var user = unit.Length == 0 ? -1 : model.Model.Users.IndexOf(unit);
        List<int> history = user >= 0 ? [.. model.Past.History(user)] : [];
        if (unit.Length > 0)
            foreach (var interest in interests.Of(unit, request.Simulated))
            {
                if (items.IndexOf(interest.Item) is not (>= 0 and var index)) continue;
                if (interest.Type == "dismiss") excluded[index] = true;
                else history.Add(index);
            }
        if (placement.HideSeen) foreach (var index in history) excluded[index] = true;
        return (new Query(user, history.ToArray(), request.Item is { } item ? items.IndexOf(item) : -1), excluded);
    }

    private ServedItem[] Dress(RankedList list, string[] ids, ShelvedModel? model, string unit, bool simulated)
    {
        var dressed = new ServedItem[ids.Length];
        var newest = unit.Length == 0 || simulated || model is null ? null : interests.Of(unit, simulated).LastOrDefault(i => i.Type != "dismiss").Item;
        for (var k = 0; k < ids.Length; k++)
        {
            var info = model!.Catalogue[ids[k]];
            dressed[k] = new(ids[k], k + 1, list.Scores[k], info.Title, info.Url, $"/covers/{Uri.EscapeDataString(ids[k])}.svg", info.Categories, info.Price, [Reason(list.Explored[k], info, newest, model)]);
        }
        return dressed;
    }

    /// <summary>What can honestly be said: exploration, a shared category with the last item opened, or the kind of model.</summary>
    private static ServedReason Reason(bool explored, ItemInfo info, string? newest, ShelvedModel model)
    {
        if (explored) return new("explore");
        if (model.Family == "popularity") return new("popular");
        if (newest is not null && model.Catalogue[newest] is var last && last.Categories.Intersect(info.Categories).Any()) return new("same-category-as", newest, last.Title);
        return new("your-history");
    }
}
