using RecLab.Controls;
using RecLab.Experiments;
using RecLab.Results;
using RecLab.Training;

namespace RecLab.Shell;

/// <summary>A step of the first use.</summary>
/// <param name="Name">The act: "Import data".</param>
/// <param name="Done">It has been done at least once.</param>
/// <param name="State">How far it is, or what it needs.</param>
/// <param name="Path">Where it is done; null while no page offers it.</param>
public sealed record FirstStep(string Name, bool Done, string State, string? Path);

/// <summary>A training as the overview shows it.</summary>
/// <param name="Title">"Transformer v8".</param>
/// <param name="Curve">Validation by epoch while it runs.</param>
public sealed record TrainingGlance(TrainingRun Run, string Title, string CurveName, IReadOnlyList<(int Epoch, double Value)> Curve, int Queued);

/// <summary>Lists served in the newest day of traffic at the busiest placement.</summary>
/// <param name="Simulated">Simulated where nobody live came.</param>
/// <param name="Lists">In these hours.</param>
public sealed record TrafficGlance(string Placement, bool Simulated, IReadOnlyList<Controls.Charts.ChartSeries> Series, long Lists, long Viewable, long Clicked);

/// <summary>What the home page shows; read at one moment, said in words that compute from nothing else.</summary>
public sealed record Overview
{
    /// <summary>Running, paused and in review, newest first.</summary>
    public required IReadOnlyList<BoardRow> Live { get; init; }
    public required IReadOnlyList<BoardRow> Decided { get; init; }
    public required Controls.Charts.EffectAxis Axis { get; init; }
    public required IReadOnlyList<FirstStep> Steps { get; init; }
    public TrainingGlance? Training { get; init; }
    public TrafficGlance? Traffic { get; init; }

    /// <summary>Trainings that ended badly in the last day, with their titles.</summary>
    public required IReadOnlyList<(TrainingRun Run, string Title)> Broken { get; init; }

    /// <summary>Events set aside today: forged, late, not understood.</summary>
    public long SetAside { get; init; }

    public bool FirstUse => Live.Count + Decided.Count == 0 && Steps.Any(s => !s.Done);
    public IEnumerable<BoardRow> NeedRepair => Live.Where(r => r.View?.Withheld ?? false);
    public IEnumerable<BoardRow> ReadyToDecide => Live.Where(r => r.View is { Withheld: false, Recommendation.Outcome: not null });

    /// <summary>The page's one sentence.</summary>
    public string Sentence
    {
        get
        {
            var (ready, repair) = (ReadyToDecide.Count(), NeedRepair.Count());
            if (ready + repair > 0)
                return string.Join(" ", new[]
                {
                    ready == 0 ? null : $"{Capital(Word(ready))} {(ready == 1 ? "result is" : "results are")} ready for your decision.",
                    repair == 0 ? null : $"{Capital(Word(repair))} {(repair == 1 ? "needs" : "need")} repair.",
                }.OfType<string>());
            var running = Live.Count(r => r.Experiment.State == ExperimentState.Running);
            if (running > 0) return $"{Capital(Word(running))} {(running == 1 ? "experiment is" : "experiments are")} running; nothing to decide yet.";
            if (Live.Count > 0) return "No experiment is running.";
            return Steps.Count(s => !s.Done) switch
            {
                0 => "No experiment is running.",
                1 => "One step to your first experiment.",
                var n => $"{Capital(Word(n))} steps to your first experiment.",
            };
        }
    }

    /// <summary>The line below it.</summary>
    public string Lede
    {
        get
        {
            var places = Live.Where(r => r.Experiment.State == ExperimentState.Running).Select(r => r.Experiment.Placement).Distinct().ToArray();
            var where = places.Length > 0 ? $"Running on {string.Join(" and ", places)}. " : "";
            return Traffic is { } t
                ? $"{where}{Capital(t.Placement)} showed {Figures.Count(t.Lists)} {(t.Lists == 1 ? "list" : "lists")} to {(t.Simulated ? "simulated visitors" : "live users")} in its newest 24 hours."
                : $"{where}Nobody has been shown a list yet.";
        }
    }

    private static string Word(int n) => n is >= 0 and <= 10 ? ((string[])["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"])[n] : Figures.Count(n);
    private static string Capital(string word) => char.ToUpperInvariant(word[0]) + word[1..];
}
