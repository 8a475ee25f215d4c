using RecLab.Recommenders;
using RecLab.Recommenders.Data;
using RecLab.Serving.External;

namespace RecLab.Serving;

/// <summary>One version of a variant's model, warmed and ready. Immutable: a list is ranked by exactly one of these from its first to its last place, whatever
/// is put on the shelf meanwhile.</summary>
/// <param name="VariantId">0 for the last resort, which belongs to no variant.</param>
/// <param name="RunId">The training it came from, 0 for the last resort.</param>
/// <param name="Model">Scores items.</param>
/// <param name="Past">What is known of every user up to now: everything of the data set but its hidden slice.</param>
public sealed record ServedModel(int VariantId, string Key, string Name, string Family, int Version, int RunId, IModel Model, Interactions Past)
{
    private readonly Lazy<Dictionary<string, bool[]>> _categories = new(() => Flags(Past));

    /// <summary>The service that is asked for lists, or null where the model scores.</summary>
    public RemoteRecommender? Remote { get; init; }

    /// <summary>Whether what a known user touched since the training changes the model's answer by itself; a model that has one learnt vector a user does not hear of it.</summary>
    public bool HearsHistory { get; init; } = true;

    /// <summary>The host decides what is shown and reports it.</summary>
    public bool HostDecides { get; init; }

    public Catalogue Catalogue => Past.Catalogue;
    public Vocabulary Items => Model.Items;

    /// <summary>One flag per item of a category; null where no item has it.</summary>
    public bool[]? InCategory(string category) => _categories.Value.GetValueOrDefault(category);

    /// <summary>All categories of the catalogue.</summary>
    public IEnumerable<string> Categories => _categories.Value.Keys;

    private static Dictionary<string, bool[]> Flags(Interactions past)
    {
        Dictionary<string, bool[]> flags = new(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < past.Items.Count; i++)
            foreach (var category in past.Catalogue[past.Items[i]].Categories)
            {
                if (!flags.TryGetValue(category, out var items)) flags[category] = items = new bool[past.Items.Count];
                items[i] = true;
            }
        return flags;
    }
}
