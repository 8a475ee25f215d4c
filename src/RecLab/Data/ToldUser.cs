using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace RecLab.Data;

/// <summary>What a host told of one of its users: attributes for targeting and slices, which then need not travel with every request.</summary>
public sealed class ToldUser
{
    /// <summary>The outside id, as events name the user.</summary>
    public required string Id { get; set; }

    /// <summary>A JSON object of texts.</summary>
    public string Attributes { get; set; } = "{}";
    public DateTimeOffset FirstAt { get; set; }
    public DateTimeOffset ChangedAt { get; set; }

    /// <summary>Number of the change among all changes of all users, from 1: no two versions of a user are the same, though it was deleted in between.</summary>
    public long Version { get; set; }

    public IReadOnlyDictionary<string, string> AttributeMap() => JsonSerializer.Deserialize<Dictionary<string, string>>(Attributes)!;
}

internal sealed class ToldUserTable : IEntityTypeConfiguration<ToldUser>
{
    public void Configure(EntityTypeBuilder<ToldUser> table)
    {
        table.ToTable("users");
        table.HasKey(u => u.Id);
    }
}
