using RecLab.Access;
using RecLab.Controls;
using RecLab.Events;
using RecLab.Experiments;

namespace RecLab.Serving;

/// <summary>What decides at a placement at the moment.</summary>
public enum ServingSource { Archived, Halted, Experiment, Rollout, Promoted, Fallback, Nothing }

/// <summary>One link of the chain that answers a request, in the order in which they are tried.</summary>
/// <param name="Name">"ALS".</param>
/// <param name="Role">"assigned", "promoted", "fallback" or "last resort".</param>
/// <param name="Version">The model on the shelf; null while there is none and the next link answers.</param>
/// <param name="Path">Its page, or null where it is no variant.</param>
public sealed record ChainLink(string Name, string Role, int? Version, string? Path);

/// <summary>Traffic of the last 24 hours of one reading; live and simulated are never added up.</summary>
public sealed record PlacementTraffic(long Lists, long Viewable, long Clicked)
{
    public static PlacementTraffic Of(IEnumerable<TrafficHour> hours)
    {
        long lists = 0, viewable = 0, clicked = 0;
        foreach (var hour in hours) (lists, viewable, clicked) = (lists + hour.Lists, viewable + hour.Viewable, clicked + hour.Clicked);
        return new(lists, viewable, clicked);
    }
}

/// <summary>A placement as it serves now.</summary>
/// <param name="Running">Experiments that take its traffic, oldest first.</param>
/// <param name="Promoted">Name of the promoted variant, or null.</param>
/// <param name="Chain">What is tried for a person whom no experiment claims.</param>
/// <param name="Live">Last 24 hours.</param>
/// <param name="LastEvent">The newest live event since the server started, or null.</param>
public sealed record PlacementView(LivePlacement Settings, IReadOnlyList<Experiment> Running, string? Promoted, IReadOnlyList<ChainLink> Chain, PlacementTraffic Live, PlacementTraffic Simulated,
    RecentEvent? LastEvent)
{
    public Placement Placement => Settings.Placement;

    /// <summary>A decided arm on its way to everybody here; null without one.</summary>
    public Rollout? Rollout { get; init; }

    /// <summary>Experiments that wait here: their users get what the placement serves without them.</summary>
    public IReadOnlyList<Experiment> Paused { get; init; } = [];

    /// <summary>The first of the chain that has a model, or null.</summary>
    public ChainLink? Answers => Chain.FirstOrDefault(l => l.Version is not null);

    public ServingSource Source =>
        Placement.ArchivedAt is not null ? ServingSource.Archived : Answers is null ? ServingSource.Nothing : Placement.HaltedAt is not null ? ServingSource.Halted : Running.Count > 0 ? ServingSource.Experiment : Rollout is not null ? ServingSource.Rollout
        : Promoted is not null && Answers.Role == "promoted" ? ServingSource.Promoted : ServingSource.Fallback;

    /// <summary>What it serves, and since when.</summary>
    public string Sentence => Source switch
    {
        ServingSource.Archived => $"{Placement.Name} is archived: requests are answered with 404.",
        ServingSource.Nothing => $"{Placement.Name} has nothing to serve yet: no model is trained.",
        ServingSource.Halted => $"{Placement.Name} serves its fallback, {Answers!.Name}, to everybody.",
        ServingSource.Experiment => $"{Placement.Name} is decided by {string.Join(" and ", Running.Select(e => e.Name))}.",
        ServingSource.Rollout => $"{Placement.Name} serves {Rollout!.Name} to {Figures.Percent(Rollout.Share)} of the users and {Rollout.BeforeName} to the others.",
        ServingSource.Promoted => $"{Placement.Name} serves {Promoted}{Since(Placement.DefaultSince)}.",
        _ => $"{Placement.Name} serves its fallback, {Answers!.Name}.",
    };

    /// <summary>Why, and what is paused here.</summary>
    public string Why => Paused.Count == 0 ? Reason : $"{Reason} {string.Join(" and ", Paused.Select(e => e.Name))} {(Paused.Count == 1 ? "is" : "are")} paused: its users get the same as everybody else until it goes on.";

    private string Reason => Source switch
    {
        ServingSource.Archived => $"Archived{Since(Placement.ArchivedAt)}, by {Placement.ArchivedBy}. Its log, experiments and numbers stay readable.",
        ServingSource.Nothing => "Train a variant, or import data: the most popular items are served as soon as they can be counted.",
        ServingSource.Halted => $"The kill switch is on{Since(Placement.HaltedAt)}, by {Placement.HaltedBy}: {Placement.HaltedWhy}",
        ServingSource.Experiment => Rollout is { } rest ? $"People in the experiment get their arm; of everybody else {Figures.Percent(rest.Share)} get {rest.Name}, which is being rolled out, the others {rest.BeforeName}."
            : $"People in the experiment get their arm; everybody else gets {Answers!.Name}{(Answers.Role == "promoted" ? "" : ", the fallback")}.",
        ServingSource.Rollout => $"{Rollout!.Name} won {Rollout.ExperimentKey} and is being rolled out, step {Rollout.Step + 1} of {Rollout.StepList.Count}{(Rollout.State == RolloutState.Held ? $", held by {Rollout.Who}{(Rollout.Why.Length > 0 ? ": " + Rollout.Why : "")}" : "")}. Visitors without consent get {Answers!.Name}.",
        ServingSource.Promoted => Placement.DefaultExperiment is not null ? $"By {Placement.DefaultWhy}, recorded by {Placement.DefaultBy}." : $"Chosen by {Placement.DefaultBy}: {Placement.DefaultWhy}",
        _ => Promoted is not null ? $"{Promoted} was promoted but has no model to serve." : Placement.DefaultSince is not null && Placement.DefaultWhy.Length > 0
            ? $"Chosen by {Placement.DefaultBy}: {Placement.DefaultWhy}" : "No experiment runs here and no variant was promoted.",
    };

    private static string Since(DateTimeOffset? at) => at is { } moment ? $" since {Figures.Moment(moment)}" : "";
}

/// <summary>Everything the page of one placement shows.</summary>
/// <param name="Decided">Decided experiments of this placement that chose an arm, newest first, with that arm's variant.</param>
/// <param name="Events">The newest events of its lists and those that name no list, newest first.</param>
/// <param name="History">Who changed what, newest first.</param>
/// <param name="Apart">What came in the last seven days and is in no number.</param>
public sealed record PlacementFile(PlacementView View, IReadOnlyList<(Experiment Experiment, ExperimentArm Chosen)> Decided, IReadOnlyList<RecentEvent> Events, IReadOnlyList<AuditEntry> History,
    IReadOnlyList<TrafficHour> Hours, IReadOnlyList<ApartRow> Apart);
