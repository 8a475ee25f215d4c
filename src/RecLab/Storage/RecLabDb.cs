using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;

namespace RecLab.Storage;

/// <summary>Somebody who can sign in.</summary>
public sealed class Person : IdentityUser
{
    /// <summary>The name shown beside what this person did.</summary>
    public string DisplayName { get; set; } = "";

    /// <summary>Since when this person can no longer sign in; null while they can.</summary>
    public DateTimeOffset? DeactivatedAt { get; set; }
    public DateTimeOffset? LastSignInAt { get; set; }
}

/// <summary>The application database. It knows no room: each room maps its own tables with an <see cref="IEntityTypeConfiguration{T}"/>
/// beside the entity, and reads them through <see cref="DbContext.Set{T}()"/>.</summary>
public sealed class RecLabDb(DbContextOptions<RecLabDb> options) : IdentityDbContext<Person>(options)
{
    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.Entity<Person>().HasIndex(p => p.DisplayName).IsUnique();
        builder.ApplyConfigurationsFromAssembly(typeof(RecLabDb).Assembly);
    }

    /// <summary>SQLite keeps no zone, so every time is stored as UTC ticks and comes back as UTC; sorting and comparing then work in SQL.</summary>
    protected override void ConfigureConventions(ModelConfigurationBuilder configuration)
    {
        configuration.Properties<DateTimeOffset>().HaveConversion<UtcTicks>();
        configuration.Properties<Enum>().HaveConversion<string>();
    }
}
