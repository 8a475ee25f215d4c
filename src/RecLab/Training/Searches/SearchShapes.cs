using System.Globalization;
using RecLab.Controls;
using RecLab.Controls.Charts;
using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Search;

namespace RecLab.Training.Searches;

/// <summary>Turns a family's trials into what charts and tables draw.</summary>
public static class SearchShapes
{
    /// <summary>What a search varies of a family, in the order of its form, and in which range.</summary>
    public static IReadOnlyList<(Dimension Dimension, OptionField Field)> Varied(RecommenderFamily family, SearchMethod method)
    {
        var space = SearchPlan.SpaceOf(family, method);
        return [.. OptionField.Of(family).SelectMany(f => space.Dimensions.Where(d => d.Name == f.Key).Select(d => (d, f)))];
    }

    /// <summary>"16 to 256, by magnitude".</summary>
    public static string Range(Dimension dimension, OptionField field) => field.Kind switch
    {
        FieldKind.Choice => string.Join(", ", field.Choices.Skip((int)dimension.Low).Take((int)(dimension.High - dimension.Low) + 1).Select(OptionWords.Spaced)),
        FieldKind.Switch => "on or off",
        _ => $"{Write(dimension.Low, field)} to {Write(dimension.High, field)}{(dimension.Log ? ", by magnitude" : "")}{(dimension.Step > 1 ? $", in steps of {dimension.Step}" : "")}",
    };

    /// <summary>One axis for each varied option and one for the result; one line for each trial that has one.</summary>
    public static (IReadOnlyList<ParallelAxis> Axes, IReadOnlyList<ParallelLine> Lines) Coordinates(SearchView view, SearchPlan.FamilyPlan family)
    {
        var varied = Varied(family.Family, view.Search.Method);
        SearchTrial[] done = [.. family.Trials.Where(t => t.Value is not null)];
        if (done.Length == 0) return ([], []);
        double low = done.Min(t => t.Value!.Value), high = done.Max(t => t.Value!.Value);
        var ranks = done.OrderBy(t => t.Value).ThenByDescending(t => t.Id).Select((t, i) => (t.Id, Rank: done.Length == 1 ? 1 : i / (done.Length - 1.0))).ToDictionary(t => t.Id, t => t.Rank);
        ParallelLine Line(SearchTrial trial)
        {
            var point = trial.Tried().Point;
            return new($"trial {trial.Number + 1}", [.. varied.Select(v => v.Dimension.Unit(point[v.Dimension.Name])), high > low ? (trial.Value!.Value - low) / (high - low) : 0.5],
                [.. varied.Select(v => Write(point[v.Dimension.Name], v.Field)), Figures.Metric(trial.Value!.Value)], ranks[trial.Id], trial.Id == family.Best?.Id);
        }
        return ([.. varied.Select(v => new ParallelAxis(v.Field.Name, Write(v.Dimension.Low, v.Field), Write(v.Dimension.High, v.Field))), new(view.Metric, Figures.Metric(low), Figures.Metric(high))], [.. done.Select(Line)]);
    }

    /// <summary>How much each option mattered, most first; null where there are too few trials to say.</summary>
    public static IReadOnlyList<(string Name, double? Share)> Importances(SearchView view, SearchPlan.FamilyPlan family)
    {
        var importance = Importance.Of(family.Space, [.. family.Trials.Select(t => t.Tried())]);
        return [.. Varied(family.Family, view.Search.Method).Select(v => (v.Field.Name, importance[v.Dimension.Name])).OrderByDescending(s => s.Item2 ?? -1)];
    }

    /// <summary>Size and result of each trial at full length that has both; in front are those that no smaller one reaches.</summary>
    public static IReadOnlyList<ScatterChart.Point> Sizes(SearchPlan.FamilyPlan family)
    {
        var points = new List<ScatterChart.Point>();
        var best = double.NegativeInfinity;
        foreach (var trial in family.Trials.Where(t => t is { Budget: >= 1, Bytes: > 0, Value: not null }).OrderBy(t => t.Bytes).ThenByDescending(t => t.Value).ThenBy(t => t.Number))
        {
            var front = trial.Value!.Value > best;
            if (front) best = trial.Value.Value;
            points.Add(new(trial.Bytes!.Value, trial.Value.Value, $"trial {trial.Number + 1}", front));
        }
        return points;
    }

    /// <summary>The varied options of a trial: "Factors 64, Regularisation 0.0123".</summary>
    public static string Options(SearchTrial trial, IReadOnlyList<(Dimension Dimension, OptionField Field)> varied)
    {
        var point = trial.Tried().Point;
        return string.Join(", ", varied.Select(v => $"{v.Field.Name} {Write(point[v.Dimension.Name], v.Field)}"));
    }

    private static string Write(double value, OptionField field) => field.Kind switch
    {
        FieldKind.Choice => OptionWords.Spaced(field.Choices[(int)value]),
        FieldKind.Switch => value >= 0.5 ? "on" : "off",
        FieldKind.Whole => value.ToString("0", CultureInfo.InvariantCulture),
        _ => double.Parse(value.ToString("G3", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture).ToString("0.#########", CultureInfo.InvariantCulture), // three digits, no exponent
    };
}
