namespace RecLab.Experiments;

/// <summary>Two experiments may share a placement only when no user can be in both: same layer, disjoint slices.</summary>
public static class Overlap
{
    /// <param name="running">The other experiments that run on the same placement.</param>
    public static Finding Look(Experiment experiment, IEnumerable<Experiment> running)
    {
        var layer = ExperimentSettings.FromJson(experiment.Settings).Layer;
        foreach (var other in running)
        {
            if (layer is not null && layer.IsApartFrom(ExperimentSettings.FromJson(other.Settings).Layer)) continue;
            return new("Overlap", FindingLevel.Blocks,
                $"The experiment '{other.Name}' already runs on the placement '{experiment.Placement}'; stop it, or put both in one layer with slices that do not touch.");
        }
        return new("Overlap", FindingLevel.Good, "No other experiment shares these users.");
    }
}
