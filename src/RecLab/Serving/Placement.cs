using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace RecLab.Serving;

/// <summary>A place that shows recommendations: home, item page, cart, e-mail.</summary>
public sealed class Placement
{
    public int Id { get; set; }

    /// <summary>Lower-case key in URLs and tags: "home".</summary>
    public required string Key { get; set; }
    public required string Name { get; set; }

    /// <summary>Variant keys, comma-separated, tried in this order when the assigned variant cannot answer; the last resort is the newest popularity model.</summary>
    public string Fallbacks { get; set; } = "popularity";

    /// <summary>Share of positions filled by exploration, 0..1; keeps logged propensities below 1.</summary>
    public double Exploration { get; set; } = 0.02;

    /// <summary>Leave out what the user has already touched.</summary>
    public bool HideSeen { get; set; } = true;

    /// <summary>Filters (categories, block list, availability) as JSON of PlacementFilters.</summary>
    public string Filters { get; set; } = "{}";

    /// <summary>Items of a list when the request does not say how many, 1..100.</summary>
    public int ListLength { get; set; } = 10;

    /// <summary>The variant served where no experiment runs, or null for the fallback chain.</summary>
    public int? DefaultVariantId { get; set; }

    /// <summary>Since when, by whom and why it is served; null and empty where nothing was ever promoted.</summary>
    public DateTimeOffset? DefaultSince { get; set; }
    public string DefaultBy { get; set; } = "";
    public string DefaultWhy { get; set; } = "";

    /// <summary>Key of the experiment whose decision it was, or null where somebody chose by hand.</summary>
    public string? DefaultExperiment { get; set; }

    /// <summary>Since when everybody gets the fallback chain, whatever experiment runs and whatever was promoted; null while the placement serves normally.</summary>
    public DateTimeOffset? HaltedAt { get; set; }
    public string HaltedBy { get; set; } = "";
    public string HaltedWhy { get; set; } = "";

    /// <summary>Since when nothing asks here any more: requests are answered with 404, the log and the numbers stay; null while it is in use.</summary>
    public DateTimeOffset? ArchivedAt { get; set; }
    public string ArchivedBy { get; set; } = "";

    /// <summary>Serves a variant at full traffic from now on, or the fallback chain.</summary>
    public void Promote(int? variantId, DateTimeOffset at, string who, string why, string? experiment) =>
        (DefaultVariantId, DefaultSince, DefaultBy, DefaultWhy, DefaultExperiment) = (variantId, at, who, why, experiment);
}

internal sealed class PlacementTable : IEntityTypeConfiguration<Placement>
{
    public void Configure(EntityTypeBuilder<Placement> table)
    {
        table.ToTable("placements");
        table.HasIndex(p => p.Key).IsUnique();
    }
}
