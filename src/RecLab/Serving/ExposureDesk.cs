using Microsoft.EntityFrameworkCore;
using RecLab.Controls;
using RecLab.Events;
using RecLab.Experiments;
using RecLab.Storage;

namespace RecLab.Serving;

/// <summary>A list that the host chose and showed, already checked for shape.</summary>
public sealed record HostList
{
    /// <summary>The sender's own id of this report: the same id again is the same list.</summary>
    public required Guid Id { get; init; }
    public required string Placement { get; init; }
    public required string User { get; init; }
    public string Session { get; init; } = "";

    /// <summary>Outside ids, best first.</summary>
    public required IReadOnlyList<string> Items { get; init; }

    /// <summary>The probability with which the host's policy put each item at its place, (0, 1].</summary>
    public required IReadOnlyList<double> Propensities { get; init; }

    /// <summary>When it was shown, Unix milliseconds.</summary>
    public required long ServedAt { get; init; }
    public IReadOnlyDictionary<string, string>? Context { get; init; }
    public bool Simulated { get; init; }
}

/// <summary>A host's list as it was recorded.</summary>
/// <param name="Experiment">Key of the experiment that counts it, or null.</param>
/// <param name="Variant">The arm the user is in, or the placement's variant; null for none.</param>
public sealed record RecordedList(string RecommendationId, string? Experiment, string? Variant, string Reason);

/// <summary>Records lists that the host decided: the log-only arm. The user's arm is computed as for any other list; only where it is a log-only one does the list count for the experiment, so that
/// a host that shows its own list to somebody else's arm spoils nothing.</summary>
public sealed class ExposureDesk(LiveExperiments experiments, ModelShelf models, PlacementShelf placements, Audience audience, EventLog log, IDbContextFactory<RecLabDb> databases)
{
    /// <summary>The host showed its list to a user of another arm.</summary>
    public const string OtherArm = "other-arm";

    /// <summary>Ends when the list is durable; null where there is no such placement. A report that comes again is answered with what was stored the first time, whatever arm the user is in by now.</summary>
    /// <exception cref="EventLogBusyException">Nothing was stored; try again.</exception>
    /// <exception cref="Refusal">The id was used for a list of another placement or user.</exception>
    public async Task<RecordedList?> RecordAsync(HostList list, CancellationToken cancellation = default)
    {
        if (await placements.FindAsync(list.Placement, cancellation) is not { } placement) return null;
        var attributes = experiments.AsksAttributes(list.Placement) ? audience.Complete(list.User, list.Context) : list.Context;
        audience.See(list.Placement, list.Simulated, list.User, list.Context);
        var routing = placement.Placement.HaltedAt is null ? experiments.Route(list.Placement, list.User, attributes) : new Routing(null, RecommendationDesk.Halted);
        var wanted = routing.Assignment?.VariantId ?? placement.Placement.DefaultVariantId;
        var served = wanted is { } id ? models.Borrow(id) : null;
        var ours = served?.HostDecides == true;
        var counted = ours && routing.Assignment is { Counted: true, Teams: null } assigned ? assigned : null;
        var traits = (served ?? models.LastResort)?.Past is { } past ? ListTraits.Of(past) : null;
        var exposure = new Exposure
        {
            Id = list.Id, ServedAt = list.ServedAt, Placement = list.Placement, Experiment = counted?.ExperimentId ?? 0, Phase = counted?.Phase ?? 0, Arm = counted?.ArmPosition ?? 0,
            Variant = ours ? served!.VariantId : 0, Run = ours ? served!.RunId : 0, Unit = list.User, Session = list.Session, Simulated = list.Simulated, Items = list.Items, Propensities = list.Propensities,
            Reason = routing.Assignment is not null && !ours ? OtherArm : routing.Reason, HostDecides = true, Traits = counted is null ? null : experiments.Traits(counted.ExperimentKey, attributes), AssignedWith = counted?.Propensity,
            Head = traits?.Head(list.Items), Variety = traits?.Variety(list.Items),
        };
        var stored = await log.AppendAsync(exposure);
        if (!ReferenceEquals(stored, exposure)) return await EarlierAsync(stored, list, wanted, cancellation);
        return new(log.Sealer.Seal(exposure).ToString(), counted?.ExperimentKey, wanted is { } v ? models.NameOf(v)?.Key : null, exposure.Reason);
    }

    /// <summary>The first write wins: seal, experiment and arm are those of the list that is stored, so that events with the first answer's id and with this one's speak of the same list.</summary>
    private async Task<RecordedList> EarlierAsync(Exposure stored, HostList list, int? wanted, CancellationToken cancellation)
    {
        if (!stored.HostDecides || stored.Placement != list.Placement || stored.Unit != list.User || stored.Simulated != list.Simulated)
            throw new Refusal("The exposureId was used for another list already. Give every list an id of its own.");
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var experiment = stored.Experiment == 0 ? null : await db.Set<Experiment>().Where(e => e.Id == stored.Experiment).Select(e => e.Key).SingleOrDefaultAsync(cancellation);
        var variant = stored.Variant != 0 ? stored.Variant : wanted;
        return new(log.Sealer.Seal(stored).ToString(), experiment, variant is { } v ? models.NameOf(v)?.Key : null, stored.Reason);
    }
}
