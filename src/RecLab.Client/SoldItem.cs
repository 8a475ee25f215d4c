namespace RecLab.Client;

/// <summary>An item as it is sold now; what is null is left to the data sets.</summary>
/// <param name="Price">Whole minor units.</param>
/// <param name="Url">http, https, or an address that begins with /.</param>
/// <param name="Available">An item that is not is in no list.</param>
public sealed record SoldItem(string Id, string? Title = null, IReadOnlyList<string>? Categories = null, string? Description = null, string? Url = null, string? Image = null, long? Price = null, bool Available = true);

/// <summary>What became of items that were told.</summary>
public sealed record ItemsStored(int Created, int Changed, int Unchanged);
