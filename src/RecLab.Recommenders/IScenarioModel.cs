using RecLab.Recommenders.Data;

namespace RecLab.Recommenders;

/// <summary>A model that answers differently in different scenarios (placements). Asked without one, it answers as it would on the whole.</summary>
public interface IScenarioModel : IModel
{
    /// <summary>The scenarios it learnt, which <see cref="Query.Scenario"/> counts; empty where its data named none.</summary>
    Vocabulary Scenarios { get; }
}

/// <summary>Carries scenarios from the numbers of one thing to those of another, by their names.</summary>
public static class ScenarioNumbers
{
    /// <summary>The model's number of a scenario, or -1 where it knows none of this name.</summary>
    public static int ScenarioOf(this IModel model, string name) => model is IScenarioModel knowing ? knowing.Scenarios.IndexOf(name) : -1;

    /// <summary>The model's number of each scenario of some data.</summary>
    public static int[] ScenariosOf(this IModel model, Interactions data) => data.Scenarios is { } column ? [.. column.Names.Ids.Select(model.ScenarioOf)] : [];
}
