using RecLab.Controls;
using RecLab.Events;
using RecLab.Experiments;
using RecLab.Results.Metrics;

namespace RecLab.Results.Bandits;

/// <summary>Gives a bandit the shares that its numbers suggest: when its time has come, or when somebody asks for it. Learns from live users where there are any, else from simulated visitors, never from both.</summary>
public sealed class BanditDesk(ExperimentReader experiments, ResultsReader results, TotalsReader totals, PhaseDesk phases, TimeProvider clock) : IReweighting
{
    /// <summary>Changes the shares now, before the hours of the plan are over.</summary>
    /// <param name="why">What is written beside the numbers.</param>
    /// <exception cref="Refusal">It is no running bandit, an arm lacks users, the numbers cannot be trusted, or the shares would stay as they are.</exception>
    public async Task<Experiment> ReweightAsync(string key, string who, string why = "", CancellationToken cancellation = default)
    {
        var experiment = (await experiments.ReadAsync(key, cancellation))?.Experiment ?? throw new Refusal($"There is no experiment with the key '{key}'.");
        if (ExperimentSettings.FromJson(experiment.Settings).Mode != ExperimentMode.Bandit) throw new Refusal($"The experiment '{experiment.Name}' is no bandit; its shares are changed by people.");
        if (Lifecycle.Objection(experiment, ExperimentVerb.Reweight) is { } objection) throw new Refusal(objection);
        var view = await ReadAsync(experiment, cancellation);
        if (Obstacle(view, clock.GetUtcNow()) is { } obstacle) throw new Refusal($"The shares of '{experiment.Name}' stay: {obstacle}.");
        return await phases.ReweightAsync(key, experiment.Phase, view.Allocation!.Shares!, who, $"{Sentence(view)}{(why.Trim() is { Length: > 0 } reason ? $" Reason: {reason}" : "")}", cancellation)
            ?? throw new Refusal($"The experiment '{experiment.Name}' changed while its numbers were read; look again.");
    }

    /// <summary>The same for the keeper, which asks nothing of anybody: null where the shares stay.</summary>
    internal async Task<Experiment?> FollowAsync(Experiment experiment, string who, CancellationToken cancellation)
    {
        var view = await ReadAsync(experiment, cancellation);
        return Obstacle(view, clock.GetUtcNow()) is not null ? null : await phases.ReweightAsync(experiment.Key, experiment.Phase, view.Allocation!.Shares!, who, Sentence(view), cancellation);
    }

    /// <summary>Why the shares cannot change now, as a clause; null where they can.</summary>
    public static string? Obstacle(ResultsView view, DateTimeOffset now)
    {
        if (view.Withheld) return $"the numbers cannot be trusted, {view.Health.Blocking?.Title.ToLowerInvariant()}: {view.Health.Blocking?.Caption}";
        if (view.Allocation is not { Shares: not null } allocation) return view.Allocation?.Why ?? "it is no bandit";
        if (Windowed(view) is { } metric && view.Input.PhaseStartedAt is { } began && !view.Input.Simulated && now - began < Window)
            return $"{metric} counts for seven days after a list, so a phase lasts until {Figures.Moment(began + Window)} at least";
        return null;
    }

    private static TimeSpan Window => TimeSpan.FromMilliseconds(EventTimes.OutcomeWindow);

    /// <summary>The goal or guardrail that is told days after a list.</summary>
    private static string? Windowed(ResultsView view) => view.Input.Settings.Guardrails.Select(g => g.Metric).Prepend(view.Input.GoalMetric).Where(BanditPlan.IsTold).Select(m => OutcomeMetricCatalog.Find(m)?.Name.ToLowerInvariant()).FirstOrDefault();

    private async Task<ResultsView> ReadAsync(Experiment experiment, CancellationToken cancellation)
    {
        var simulated = !totals.Any(experiment.Id, simulated: false) && totals.Any(experiment.Id, simulated: true);
        return ResultsView.Of(await results.ReadAsync(experiment, simulated, cancellation));
    }

    private static string Sentence(ResultsView view) =>
        $"{string.Join(", ", view.Input.Arms.Select(a => $"{a.Name} {Figures.Rate(a.Weight)} to {Figures.Rate(view.Allocation!.Shares![a.Position])}"))}: {string.Join(", ", view.Allocation!.Beliefs.Select(b => $"{Arms.Letter(b.Arm)} is best with a chance of {Figures.Rate(b.Best)}"))}, by {OutcomeMetricCatalog.Get(view.Input.GoalMetric).Noun} of {(view.Input.Simulated ? "simulated visitors" : "live users")}.";
}
