namespace RecLab.Experiments;

/// <summary>What can be asked of an experiment once it exists.</summary>
public enum ExperimentVerb { Edit, MarkReady, Start, Pause, Resume, Stop, ChangeArms, ChangeTraffic, AddSlice, Reweight, Decide, Archive }

/// <summary>Which verb is allowed in which state. The pages offer exactly these; the desk refuses all others with a sentence.</summary>
public static class Lifecycle
{
    private static readonly Dictionary<ExperimentVerb, (string Done, ExperimentState[] From)> Rules = new()
    {
        [ExperimentVerb.Edit] = ("edited", [ExperimentState.Draft, ExperimentState.Training, ExperimentState.Ready]),
        [ExperimentVerb.MarkReady] = ("marked ready", [ExperimentState.Draft, ExperimentState.Training]),
        [ExperimentVerb.Start] = ("started", [ExperimentState.Ready]),
        [ExperimentVerb.Pause] = ("paused", [ExperimentState.Running]),
        [ExperimentVerb.Resume] = ("resumed", [ExperimentState.Paused, ExperimentState.Review]),
        [ExperimentVerb.Stop] = ("stopped", [ExperimentState.Running, ExperimentState.Paused]),
        [ExperimentVerb.ChangeArms] = ("given other arms", [ExperimentState.Running, ExperimentState.Paused]),
        [ExperimentVerb.ChangeTraffic] = ("given other traffic", [ExperimentState.Running, ExperimentState.Paused]),
        [ExperimentVerb.AddSlice] = ("split by another attribute", [ExperimentState.Running, ExperimentState.Paused]),
        [ExperimentVerb.Reweight] = ("given other shares", [ExperimentState.Running]),
        [ExperimentVerb.Decide] = ("decided", [ExperimentState.Running, ExperimentState.Paused, ExperimentState.Review]),
        [ExperimentVerb.Archive] = ("archived", [ExperimentState.Draft, ExperimentState.Training, ExperimentState.Ready, ExperimentState.Decided]),
    };

    /// <summary>The verbs allowed in a state.</summary>
    public static IEnumerable<ExperimentVerb> Allowed(ExperimentState state) => Rules.Where(r => r.Value.From.Contains(state)).Select(r => r.Key);

    public static bool Allows(ExperimentState state, ExperimentVerb verb) => Rules[verb].From.Contains(state);

    /// <summary>Why the verb is refused, naming the experiment and its state; null when it is allowed.</summary>
    public static string? Objection(Experiment experiment, ExperimentVerb verb)
    {
        var (done, from) = Rules[verb];
        if (from.Contains(experiment.State)) return null;
        var possible = from.Select(Word).ToArray();
        var list = possible.Length == 1 ? possible[0] : $"{string.Join(", ", possible[..^1])} or {possible[^1]}";
        return $"The experiment '{experiment.Name}' is {Word(experiment.State)} and cannot be {done}; only one that is {list} can.";
    }

    /// <summary>The state as a word in a sentence.</summary>
    public static string Word(ExperimentState state) => state switch
    {
        ExperimentState.Draft => "a draft",
        ExperimentState.Training => "waiting for its models",
        ExperimentState.Review => "in review",
        _ => state.ToString().ToLowerInvariant(),
    };
}

