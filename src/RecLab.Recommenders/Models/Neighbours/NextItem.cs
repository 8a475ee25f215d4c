using System.ComponentModel.DataAnnotations;
using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;

namespace RecLab.Recommenders.Models.Neighbours;

/// <summary>Options of <see cref="NextItem"/>.</summary>
public sealed record NextItemOptions : RecommenderOptions
{
    [Display(Name = "Reach", Description = "How many later items of a history count as following one; 1 is a Markov chain, more an association rule.", Order = 1), Range(1, 1000), Tunable(1, 50, Log = true)]
    public int Reach { get; init; } = 10;

    [Display(Name = "Decay of distance", Description = "Weight of a follower against the one before it, 0 to 1.", Order = 2), Range(0.01, 1), Tunable(0.3, 1)]
    public double DistanceDecay { get; init; } = 0.8;

    [Display(Name = "Decay of history", Description = "Weight of a touched item against the one after it when a list is made, 0 to 1.", Order = 3), Range(0.01, 1), Tunable(0.3, 1)]
    public double HistoryDecay { get; init; } = 0.8;

    [Display(Name = "Followers kept", Description = "Items kept per item.", Order = 4), Range(1, 10_000), Tunable(50, 1000, Log = true)]
    public int Followers { get; init; } = 500;

    /// <summary>0 gives probabilities, 1 gives lift.</summary>
    [Display(Name = "Lift", Description = "How much popular followers are held back: 0 for the plain probability, 1 for the lift.", Order = 5), Range(0, 1), Tunable(0, 1)]
    public double Lift { get; init; } = 0.2;
}

/// <summary>What tends to follow: <c>w(j, i) = sum over places where i follows j within reach of decay^(distance - 1), over the total of j, over the
/// share of i to the power of lift</c>; the newest items of a history speak loudest.</summary>
/// <remarks>With reach 1 and no lift the maximum-likelihood Markov chain (Rendle, Freudenthaler and Schmidt-Thieme, WWW 2010, section 3.1); with more the sequential
/// rules of Ludewig and Jannach, "Evaluation of session-based recommendation algorithms", UMUAI 2018, section 3.1.</remarks>
public sealed class NextItem(NextItemOptions options) : IRecommender
{
    private HistoryWeights Weights => new(options.HistoryDecay);

    public IModel Train(Interactions data, TrainingContext context)
    {
        if (data.Count == 0) throw new TrainingException("There are no interactions to learn from.");
        var followers = Follow(data, context);
        var count = new double[data.Items.Count];
        foreach (var item in data.Item) count[item]++;
        var hold = Array.ConvertAll(count, c => c == 0 ? 0 : Math.Pow(c / data.Count, -options.Lift));
        var row = new float[data.Items.Count];
        var kept = new KeptLinks[data.Items.Count];
        for (var item = 0; item < kept.Length; item++)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            kept[item] = KeptLinks.None;
            if (followers[item] is not { } own) continue;
            var total = own.Values.Sum();
            foreach (var (next, weight) in own) row[next] = (float)(weight / total * hold[next]);
            kept[item] = KeptLinks.Best(row, options.Followers);
            foreach (var next in own.Keys) row[next] = 0;
        }
        context.Report(1, "counted followers");
        return new ItemLinksModel(data.Users, data.Items, ItemLinks.Compress(kept, data.Items.Count), Weights);
    }

    public IModel Load(Stream artifact, Vocabulary users, Vocabulary items) => ItemLinksModel.Load(artifact, users, items, Weights);

    /// <summary>For each item the weights of those that followed it in some history.</summary>
    private Dictionary<int, double>?[] Follow(Interactions data, TrainingContext context)
    {
        var followers = new Dictionary<int, double>?[data.Items.Count];
        for (var user = 0; user < data.Users.Count; user++)
        {
            if (user % 64 == 0) context.Report(0.9 * user / data.Users.Count, "counting followers");
            var rows = data.ByUser[user];
            for (var at = 0; at < rows.Length; at++)
            {
                var weight = 1.0;
                for (var later = at + 1; later < rows.Length && later <= at + options.Reach; later++, weight *= options.DistanceDecay)
                {
                    var (item, next) = (data.Item[rows[at]], data.Item[rows[later]]);
                    if (item == next) continue;
                    var own = followers[item] ??= [];
                    own[next] = own.GetValueOrDefault(next) + weight;
                }
            }
        }
        return followers;
    }
}
