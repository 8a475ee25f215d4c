using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace RecLab.Storage;

/// <summary>A named value of this installation (signing key, set-up token hash, time zone).</summary>
public sealed class Setting
{
    public required string Name { get; set; }
    public required string Value { get; set; }
}

internal sealed class SettingTable : IEntityTypeConfiguration<Setting>
{
    public void Configure(EntityTypeBuilder<Setting> table)
    {
        table.ToTable("settings");
        table.HasKey(s => s.Name);
    }
}
