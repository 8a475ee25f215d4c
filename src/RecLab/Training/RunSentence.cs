using RecLab.Controls;
using RecLab.Controls.Charts;

namespace RecLab.Training;

/// <summary>What a run's page says first: how it stands, and what follows.</summary>
public static class RunSentence
{
    /// <summary>The one sentence.</summary>
    public static string Of(RunView view, RunCurves curves) => view.Run.State switch
    {
        RunState.Queued => view.Ahead == 0 ? $"{view.Row.Title} starts as soon as its slot is free." : $"{view.Row.Title} waits behind {view.Ahead} {(view.Ahead == 1 ? "run" : "runs")}.",
        RunState.Running when view.Run.CancelRequested => $"{view.Row.Title} is being stopped.",
        RunState.Running when curves.Best is { } best && best.X < curves.Epochs - 2 => $"{view.Row.Title} is past its best so far, epoch {best.X:0}.",
        RunState.Running when view.Stages.Count == 0 => $"{view.Row.Title} is starting.",
        RunState.Running => $"{view.Row.Title} is training, {Figures.Percent(view.Run.Fraction)} done.",
        RunState.Succeeded when view.Evaluation?["ndcg", 10] is { Mean: { } mean } => $"{view.Row.Title} reaches NDCG@10 {Figures.Metric(mean)} on the test slice.",
        RunState.Succeeded when view.Row.Trial is { Value: { } value } => $"{view.Row.Title} reaches {Figures.Metric(value)} on validation.",
        RunState.Succeeded => $"{view.Row.Title} is trained.",
        RunState.Cancelled => $"{view.Row.Title} was cancelled.",
        RunState.Lost => $"{view.Row.Title} was lost at {Figures.Percent(view.Run.Fraction)}.",
        _ => $"{view.Row.Title} failed at {Figures.Percent(view.Run.Fraction)}.",
    };

    /// <summary>Two lines of what is known beside it.</summary>
    public static string Explained(RunView view, RunCurves curves)
    {
        var run = view.Run;
        List<string> said = [];
        if (run.State is RunState.Running)
        {
            if (curves.Best is { } best) said.Add($"Best validation score is {Figures.Metric(best.Y)} at epoch {best.X:0}.");
            said.Add(run.SecondsLeft is { } left ? $"Now: {run.Phase}, about {Figures.Duration(TimeSpan.FromSeconds(left))} left for this stage." : $"Now: {run.Phase}.");
        }
        else if (run.State == RunState.Succeeded)
        {
            if (view.Evaluation?["ndcg", 10] is { Low: { } low, High: { } high } value) said.Add($"95 % interval over {Figures.Count(value.Users)} users: {Figures.Metric(low)} to {Figures.Metric(high)}, all items ranked.");
            if (run.TrainSeconds is { } seconds) said.Add($"Trained in {Figures.Duration(TimeSpan.FromSeconds(seconds))}.");
            said.Add(view.Row.Trial is not null ? "A trial keeps no model, and the test slice was not looked at." : view.IsServed ? "This version is served." : "Another version is served.");
        }
        else if (run.State == RunState.Queued)
        {
            said.Add("Runs of one slot start in the order in which they were asked for.");
        }
        else
        {
            said.Add(run.Error ?? "");
            said.Add(view.Row.Trial is not null ? "Its search sees to it." : view.HasCheckpoint ? "Its last checkpoint is intact; it can go on from there." : "It left no checkpoint; resuming starts it anew with the same seed.");
        }
        return string.Join(" ", said);
    }
}
