using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace RecLab.Access;

/// <summary>A publishable key may fetch lists and send events from its origins; a secret key may also manage.</summary>
public enum ApiKeyKind { Publishable, Secret }

/// <summary>What a key opens: lists, events and exposures, everything else of the API but keys, keys. The last must be asked for by name: whoever makes keys can hand on what it has.</summary>
[Flags]
public enum KeyScope { None = 0, Recommend = 1, Events = 2, Manage = 4, Keys = 8 }

/// <summary>A key of the HTTP API. Only its SHA-256 is stored; the key itself is shown once.</summary>
public sealed class ApiKey
{
    public int Id { get; set; }
    public required string Name { get; set; }
    public ApiKeyKind Kind { get; set; }

    /// <summary>SHA-256 of the whole key, hex.</summary>
    public required string Hash { get; set; }

    /// <summary>The first characters, to recognise it by.</summary>
    public required string Prefix { get; set; }

    /// <summary>Exact origins a publishable key may be used from, one a line: "https://shop.example".</summary>
    public string Origins { get; set; } = "";
    /// <summary>What it opens; null for all that its kind opens without being asked for by name.</summary>
    public KeyScope? Scopes { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public string CreatedBy { get; set; } = "";
    public DateTimeOffset? ExpiresAt { get; set; }
    public DateTimeOffset? RevokedAt { get; set; }
}

/// <summary>Who did what, when.</summary>
public sealed class AuditEntry
{
    public long Id { get; set; }
    public DateTimeOffset At { get; set; }
    public required string Who { get; set; }

    /// <summary>"experiment.start", "key.create", ...</summary>
    public required string Action { get; set; }

    /// <summary>What it was done to: "experiment 3 (home-1)".</summary>
    public string Subject { get; set; } = "";
    public string Detail { get; set; } = "";
}

internal sealed class AccessTables : IEntityTypeConfiguration<ApiKey>, IEntityTypeConfiguration<AuditEntry>
{
    public void Configure(EntityTypeBuilder<ApiKey> table)
    {
        table.ToTable("api_keys");
        table.HasIndex(k => k.Hash).IsUnique();
    }

    public void Configure(EntityTypeBuilder<AuditEntry> table)
    {
        table.ToTable("audit");
        table.HasIndex(a => a.At);
    }
}
