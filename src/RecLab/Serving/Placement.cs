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

    /// <summary>The variant served where no experiment runs, or null for the fallback chain.</summary>
    public int? DefaultVariantId { get; set; }
}

internal sealed class PlacementTable : IEntityTypeConfiguration<Placement>
{
    public void Configure(EntityTypeBuilder<Placement> table)
    {
        table.ToTable("placements");
        table.HasIndex(p => p.Key).IsUnique();
    }
}
