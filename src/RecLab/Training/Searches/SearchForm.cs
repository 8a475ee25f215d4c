namespace RecLab.Training.Searches;

/// <summary>A search while somebody fills it in.</summary>
public sealed class SearchForm
{
    public string Name { get; set; } = "";
    public int Dataset { get; set; }
    public SearchMethod Method { get; set; } = SearchMethod.Parzen;
    public int Trials { get; set; } = 20;
    public double? Minutes { get; set; }
    public string Metric { get; set; } = "ndcg";
    public int K { get; set; } = 10;
    public int Seed { get; set; } = 42;

    /// <summary>Chosen families, in the order they were chosen.</summary>
    public List<string> Families { get; } = [];

    /// <summary>Key of the variant whose options its family starts from, or null.</summary>
    public string? Variant { get; private set; }

    /// <summary>Tunes a variant: its family, its data, its options to start from.</summary>
    public void StartFrom(Variant variant)
    {
        (Variant, Dataset, Name) = (variant.Key, variant.DatasetId, $"Tuning {variant.Name}");
        Choose(variant.Family, true);
        Family = variant.Family;
    }

    public void Choose(string family, bool chosen)
    {
        Families.Remove(family);
        if (chosen) Families.Add(family);
        if (family == Family && !chosen) Variant = null; // without its family there is nothing to start from
    }

    public SearchDraft Read() => new()
    {
        Name = Name, DatasetId = Dataset, Families = [.. Families], Method = Method, Trials = Trials, Minutes = Minutes, Metric = Metric, K = K, Seed = Seed, Variant = Variant,
    };

    private string? Family { get; set; }
}
