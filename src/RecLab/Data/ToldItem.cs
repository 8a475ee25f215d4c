using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RecLab.Recommenders.Data;

namespace RecLab.Data;

/// <summary>What the shop says of an item now: it lies over what the data sets say, and makes items known that no data set has. Models are not changed by it until they are trained again.</summary>
public sealed class ToldItem
{
    /// <summary>The outside id.</summary>
    public required string Id { get; set; }

    /// <summary>Null where what the data set says holds; so for all that follow.</summary>
    public string? Title { get; set; }

    /// <summary>A JSON array of texts.</summary>
    public string? Categories { get; set; }
    public string? Description { get; set; }
    public string? Url { get; set; }
    public string? ImageUrl { get; set; }

    /// <summary>Minor units of the installation's currency.</summary>
    public long? Price { get; set; }

    /// <summary>An item that is not is in no list, from the next request on.</summary>
    public bool Available { get; set; } = true;

    /// <summary>When it was first told of, and last changed.</summary>
    public DateTimeOffset FirstAt { get; set; }
    public DateTimeOffset ChangedAt { get; set; }

    /// <summary>Since when it is gone for good; it is in no list, whatever a data set says. Null while it is there.</summary>
    public DateTimeOffset? DeletedAt { get; set; }

    /// <summary>Counts its changes, from 1.</summary>
    public int Version { get; set; } = 1;

    /// <summary>Whether lists may hold it.</summary>
    public bool Sold() => Available && DeletedAt is null;

    /// <summary>The categories that were told, or null.</summary>
    public IReadOnlyList<string>? CategoryList() => Categories is null ? null : JsonSerializer.Deserialize<string[]>(Categories);

    /// <summary>What is known of the item with this laid over it.</summary>
    /// <param name="known">What a data set says, or null where none knows it.</param>
    public ItemInfo Over(ItemInfo? known)
    {
        known ??= new(Id, Id, []);
        return known with
        {
            Title = Title ?? known.Title, Categories = CategoryList() ?? known.Categories, Description = Description ?? known.Description, Url = Url ?? known.Url, ImageUrl = ImageUrl ?? known.ImageUrl, Price = Price ?? known.Price,
        };
    }
}

internal sealed class ToldItemTable : IEntityTypeConfiguration<ToldItem>
{
    public void Configure(EntityTypeBuilder<ToldItem> table)
    {
        table.ToTable("items");
        table.HasKey(i => i.Id);
        table.HasIndex(i => i.ChangedAt);
    }
}
