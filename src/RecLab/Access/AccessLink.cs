using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace RecLab.Access;

/// <summary>What a one-time link opens.</summary>
public enum LinkPurpose { Setup, Invitation, Reset }

/// <summary>A link that works once. Only the SHA-256 of its token is stored.</summary>
public sealed class AccessLink
{
    public int Id { get; set; }
    public LinkPurpose Purpose { get; set; }

    /// <summary>SHA-256 of the token, hex.</summary>
    public required string TokenHash { get; set; }

    /// <summary>For whom an invitation is.</summary>
    public string Email { get; set; } = "";

    /// <summary>The role an invitation gives.</summary>
    public string Role { get; set; } = "";

    /// <summary>Whose password a reset sets anew.</summary>
    public string? PersonId { get; set; }
    public string CreatedBy { get; set; } = "";
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset ExpiresAt { get; set; }
    public DateTimeOffset? UsedAt { get; set; }
}

internal sealed class AccessLinkTable : IEntityTypeConfiguration<AccessLink>
{
    public void Configure(EntityTypeBuilder<AccessLink> table)
    {
        table.ToTable("access_links");
        table.HasIndex(l => l.TokenHash).IsUnique();
    }
}
