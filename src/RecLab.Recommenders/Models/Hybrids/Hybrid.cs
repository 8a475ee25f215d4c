using System.ComponentModel.DataAnnotations;
using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;

namespace RecLab.Recommenders.Models.Hybrids;

/// <summary>How the parts of a hybrid work together (the names are those of Burke, "Hybrid Recommender Systems: Survey and Experiments", UMUAI 2002).</summary>
public enum HybridKind
{
    /// <summary>Scores are added with the weights given.</summary>
    Weighted,

    /// <summary>One part answers: of those that can, the one that asks for the longest history the user has.</summary>
    Switching,

    /// <summary>Scores are added with weights learnt from rows kept aside.</summary>
    Stacked,
}

/// <summary>Options of <see cref="Hybrid"/>.</summary>
public sealed record HybridOptions : RecommenderOptions, IValidatableObject
{
    [Display(Name = "Parts", Description = "Families with options and a number each, such as ease:0.6, als(Factors=32):0.4. The number is the weight; when switching, the shortest history the part is for.", Order = 1), Required]
    public string Parts { get; init; } = "ease:0.6, als:0.3, content:0.1";

    [Display(Name = "Kind", Description = "Add the scores with given weights, switch by length of history, or learn the weights.", Order = 2)]
    public HybridKind Kind { get; init; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        string? wrong = null;
        try { HybridParts.Of(this); }
        catch (FormatException e) { wrong = e.Message; }
        if (wrong is not null) yield return new(wrong, [nameof(Parts)]);
    }
}

/// <summary>The checked parts of a hybrid.</summary>
internal static class HybridParts
{
    /// <exception cref="FormatException">The parts are malformed, fewer than two, or hybrids themselves.</exception>
    public static IReadOnlyList<FamilyFormula> Of(HybridOptions options)
    {
        var parts = FamilyFormula.ParseAll(options.Parts);
        if (parts.Count is < 2 or > 16) throw new FormatException("A hybrid has two to sixteen parts.");
        if (parts.Any(p => p.Options is HybridOptions)) throw new FormatException("A hybrid cannot be part of a hybrid.");
        if (options.Kind == HybridKind.Weighted && parts.All(p => p.Number == 0)) throw new FormatException("At least one part needs a weight above zero.");
        return parts;
    }
}

/// <summary>Several recommenders as one. Its parts are trained on the same rows; their scores are made comparable per question (mean 0, deviation 1)
/// before they are added: <c>score(i) = sum_p w_p z_p(i)</c>.</summary>
/// <remarks>Burke 2002; the stacked weights are the best on rows kept aside (see <see cref="StackedWeights"/>): the validation rows
/// of the training, or else each user's last row, after which the parts are trained again on everything.</remarks>
public sealed class Hybrid(HybridOptions options) : IRecommender
{
    public IModel Train(Interactions data, TrainingContext context)
    {
        var parts = Parts();
        if (options.Kind != HybridKind.Stacked) return Model(data, [.. parts.Select(p => p.Number)], TrainParts(parts, data, context, 0, 1));
        if (context.Validation is { Count: > 0 } validation)
        {
            var models = TrainParts(parts, data, context, 0, 0.95);
            var weights = StackedWeights.Learn(models, data, validation, context);
            Say(parts, weights, context);
            return Model(data, weights, models);
        }
        var (rest, last) = LastOfEach(data);
        if (last.Count == 0) throw new TrainingException("Stacking needs users with at least two rows, to learn the weights from the last ones.");
        var learnt = StackedWeights.Learn(TrainParts(parts, rest, context, 0, 0.5), rest, last, context);
        var again = TrainParts(parts, data, context, 0.5, 0.99);
        Say(parts, learnt, context);
        return Model(data, learnt, again);
    }

    public IModel Load(Stream artifact, Vocabulary users, Vocabulary items)
    {
        var parts = Parts();
        var arrays = SafeTensors.Read(artifact);
        var models = parts.Select((part, p) =>
        {
            using var stream = new MemoryStream();
            var own = new SafeTensors();
            var prefix = $"{p}/";
            foreach (var (name, array) in arrays)
                if (name.StartsWith(prefix, StringComparison.Ordinal)) own[name[prefix.Length..]] = array;
            foreach (var (name, text) in arrays.Metadata)
                if (name.StartsWith(prefix, StringComparison.Ordinal)) own.Metadata[name[prefix.Length..]] = text;
            own.Write(stream);
            stream.Position = 0;
            return part.Family.Create(part.Options).Load(stream, users, items);
        }).ToArray();
        return new HybridModel(users, items, options.Kind, models, arrays.Floats("weights", parts.Count));
    }

    private IReadOnlyList<FamilyFormula> Parts()
    {
        try { return HybridParts.Of(options); }
        catch (FormatException e) { throw new TrainingException(e.Message, e); }
    }

    private HybridModel Model(Interactions data, double[] weights, IModel[] models) =>
        new(data.Users, data.Items, options.Kind, models, [.. weights.Select(w => (float)w)]);

    /// <summary>Trains every part, its progress taking an equal share of [from, to].</summary>
    private static IModel[] TrainParts(IReadOnlyList<FamilyFormula> parts, Interactions data, TrainingContext context, double from, double to) =>
        [.. parts.Select((part, p) => part.Family.Create(part.Options).Train(data, context with
        {
            CheckpointPath = null,
            Progress = new PartProgress(context.Progress, part.Family.Name, from + (to - from) * p / parts.Count, (to - from) / parts.Count),
        }))];

    private static void Say(IReadOnlyList<FamilyFormula> parts, double[] weights, TrainingContext context)
    {
        context.Cancellation.ThrowIfCancellationRequested();
        context.Progress.Report(new(1, "weights learnt") { Log = "Weights: " + string.Join(", ", parts.Select((p, i) => FormattableString.Invariant($"{p.Family.Key} {weights[i]:F3}"))) + "." });
    }

    /// <summary>The newest row of every user with several, and the rows before.</summary>
    private static (Interactions Before, Interactions Last) LastOfEach(Interactions data)
    {
        var isLast = new bool[data.Count];
        for (var user = 0; user < data.Users.Count; user++)
            if (data.ByUser[user] is [_, .., var last]) isLast[last] = true;
        return (data.Where(row => !isLast[row]), data.Where(row => isLast[row]));
    }

    private sealed class PartProgress(IProgress<TrainingProgress> whole, string part, double start, double share) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => whole.Report(value with
        {
            Fraction = Math.Min(1, start + share * value.Fraction),
            Phase = $"{part}: {value.Phase}",
            Epoch = null,
            Curve = null,
        });
    }
}
