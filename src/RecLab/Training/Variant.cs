using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace RecLab.Training;

/// <summary>A recommender that can be an arm: a family, its options and the data it learns from. Its runs leave numbered model versions.</summary>
public sealed class Variant
{
    public int Id { get; set; }

    /// <summary>Lower-case key used in URLs and responses: "als".</summary>
    public required string Key { get; set; }
    public required string Name { get; set; }

    /// <summary>Key in the recommender catalogue.</summary>
    public required string Family { get; set; }

    /// <summary>The family's options record as JSON.</summary>
    public required string Options { get; set; }

    /// <summary>The data set its next training learns from.</summary>
    public int DatasetId { get; set; }

    /// <summary>The run whose artifact is served, or null while none has succeeded.</summary>
    public int? ServedRunId { get; set; }

    /// <summary>Cron expression of scheduled retraining (Quartz syntax, UTC), or null.</summary>
    public string? Schedule { get; set; }

    /// <summary>A scheduled training learns from a fresh snapshot of the event log, cut by this recipe (JSON of <see cref="Data.LogRecipe"/>); null: from the data set.</summary>
    public string? LogRecipe { get; set; }

    /// <summary>A scheduled run is served by itself only when its validation metric is not worse than the served one's by more than this share; null promotes every success.</summary>
    public double? PromotionMargin { get; set; }
    public string Notes { get; set; } = "";
    public DateTimeOffset CreatedAt { get; set; }
    public string CreatedBy { get; set; } = "";
}

internal sealed class VariantTable : IEntityTypeConfiguration<Variant>
{
    public void Configure(EntityTypeBuilder<Variant> table)
    {
        table.ToTable("variants");
        table.HasIndex(v => v.Key).IsUnique();
    }
}
