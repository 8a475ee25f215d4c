using RecLab.Statistics.Assignment;

namespace RecLab.Experiments;

/// <summary>A running experiment made ready to answer for one user after the other: a pure function of experiment, user and attributes that allocates
/// nothing. The same in every process and after every restart.</summary>
public sealed class RunningExperiment
{
    private readonly Assigner _assigner;
    private readonly Assignment[] _assigned, _overridden;
    private readonly Condition[] _targeting;

    /// <exception cref="System.Text.Json.JsonException">The settings are not readable.</exception>
    public RunningExperiment(Experiment experiment)
    {
        Settings = ExperimentSettings.FromJson(experiment.Settings);
        Key = experiment.Key;
        var arms = experiment.Arms.OrderBy(a => a.Position).ToArray();
        Assignment Arm(ExperimentArm arm, string reason) => new(experiment.Id, experiment.Key, experiment.Phase, arm.Position, arm.VariantId, reason) { Propensity = arm.Weight };
        if (Settings.Mode == ExperimentMode.Interleaving) _assigned = [.. arms.Select(_ => Arm(arms[0], RouteReasons.Assigned) with { Teams = [.. arms.Select(a => a.VariantId)], Propensity = 1 })];
        else _assigned = [.. arms.Select(a => Arm(a, RouteReasons.Assigned))];
        _overridden = [.. arms.Select(a => Arm(a, RouteReasons.Override))];
        Control = Arm(arms[0], RouteReasons.StoreUnreadable);
        _targeting = [.. Settings.Targeting];
        _assigner = new(new AssignmentRule(experiment.Key, arms.Length)
        {
            Seed = experiment.HashSeed, Weights = [.. arms.Select(a => a.Weight)], Coverage = experiment.Traffic,
            Filters = Settings.Layer is { } layer ? [new($"layer:{layer.Layer}", [new(layer.From, layer.To)])] : null,
        });
    }

    public string Key { get; }

    /// <summary>Whether it looks at attributes of a request at all.</summary>
    public bool AsksAttributes => _targeting.Length > 0 || Settings.Slices.Count > 0 || Settings.LaterSlices.Count > 0;

    /// <summary>What is recorded of a user so that the result can be split by it; null for nothing. An attribute that did not come is recorded as missing.</summary>
    public IReadOnlyDictionary<string, string>? Traits(IReadOnlyDictionary<string, string>? attributes) => Settings.Slices.Count + Settings.LaterSlices.Count == 0 ? null
        : Settings.Slices.Concat(Settings.LaterSlices).Distinct(StringComparer.Ordinal).ToDictionary(s => s, s => attributes?.GetValueOrDefault(s) ?? "", StringComparer.Ordinal);
    public ExperimentSettings Settings { get; }

    /// <summary>What everybody sees while the store cannot be read; not counted.</summary>
    public Assignment Control { get; }

    /// <summary>Decides for one user, prerequisites and holdout aside.</summary>
    public Routing Route(string unit, IReadOnlyDictionary<string, string>? attributes)
    {
        if (Settings.Overrides.Count > 0 && Settings.Overrides.TryGetValue(unit, out var arm)) return new(_overridden[arm], RouteReasons.Override);
        foreach (var condition in _targeting)
            if (!condition.Holds(attributes)) return new(null, RouteReasons.NotTargeted);
        var decision = _assigner.Decide(unit);
        return decision.InExperiment ? new(_assigned[decision.Variation], RouteReasons.Assigned) : new(null, RouteReasons.NotEnrolled);
    }
}
