using RecLab.Controls;

namespace RecLab.Laboratory;

/// <summary>Names of worlds and click models for people.</summary>
public static class SimulationWords
{
    /// <summary>The world in a few words.</summary>
    public static string World(string name) => name switch
    {
        "observed" => "likes exactly the hidden rows",
        "content" => "likes what resembles the hidden rows",
        "neighbours" => "likes what similar people like",
        "indifferent" => "likes what similar people like, popularity aside",
        "structureless" => "A/A: tastes without structure",
        _ => name,
    };

    public static string Clicks(string name) => name switch
    {
        "position" => "position-based",
        "cascade" => "cascade: reads down to the first click",
        "dependent" => "dependent clicks: may go on after a click",
        "bayesian" => "dynamic Bayesian: stops when satisfied",
        _ => name,
    };

    /// <summary>The planted effect, or null.</summary>
    public static string? Planted(SimulationRun run) => run.PlantedArm is { } arm ? $"{Figures.Change(run.PlantedLift)} in arm {Arms.Letter(arm)}" : null;

    /// <summary>The page's sentence.</summary>
    public static string Sentence(SimulationRun run) => run.State switch
    {
        SimulationState.Queued => "Waits for its turn.",
        SimulationState.Running => $"{Figures.Count(run.Visits)} visits so far, {Figures.Percent(run.Fraction)} of the visitors.",
        SimulationState.Finished => $"{Figures.Count(run.Visits)} visits, click-through {(run.Viewable > 0 ? Figures.Rate((double)run.Clicked / run.Viewable) : "not computable: nothing was viewed")}.",
        SimulationState.Cancelled => $"Cancelled at {Figures.Percent(run.Fraction)}.",
        _ => "The visitors stopped.",
    };
}
