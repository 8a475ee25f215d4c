using RecLab.Recommenders.Catalog;

namespace RecLab.Training;

/// <summary>Which families of the catalogue can be trained and served on this machine, and why not.</summary>
/// <param name="torch">Null where libtorch is usable, else the sentence that says why it is not.</param>
public sealed class Families(Func<string?> torch)
{
    private readonly Lazy<string?> _torch = new(torch);

    /// <summary>Null where the family can be used here, else the reason.</summary>
    public string? Unavailable(RecommenderFamily family) => family.NeedsTorch ? _torch.Value : null;
}
