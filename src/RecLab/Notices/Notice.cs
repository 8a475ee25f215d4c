using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace RecLab.Notices;

/// <summary>What people are told of without asking.</summary>
public enum NoticeKind { SampleRatio, IngestStopped, JobFailed, ExperimentEnd, Guardrail, NotWatched }

/// <summary>Something that somebody should know, told once for each cause.</summary>
public sealed class Notice
{
    public long Id { get; set; }
    public DateTimeOffset At { get; set; }
    public NoticeKind Kind { get; set; }

    /// <summary>What it is about, so that it is told once: "experiment:3:1:split".</summary>
    public required string Cause { get; set; }

    /// <summary>One sentence.</summary>
    public required string Sentence { get; set; }

    /// <summary>The page where it is seen: "/experiments/home-1".</summary>
    public required string Path { get; set; }
}

/// <summary>Somebody has read a notice.</summary>
public sealed class NoticeReading
{
    public required string PersonId { get; set; }
    public long NoticeId { get; set; }
}

/// <summary>Another system that is told by HTTP.</summary>
public sealed class Webhook
{
    public int Id { get; set; }
    public required string Name { get; set; }
    public required string Url { get; set; }

    /// <summary>The signing secret, encrypted with the installation's keys, which lie outside the database.</summary>
    public required string Secret { get; set; }

    /// <summary>It may lie in a private network; an administrator said so.</summary>
    public bool AllowPrivate { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public string CreatedBy { get; set; } = "";
}

/// <summary>Where a message to a webhook stands.</summary>
public enum DeliveryState { Waiting, Delivered, Failed }

/// <summary>A message to a webhook, and what became of it.</summary>
public sealed class Delivery
{
    public long Id { get; set; }
    public int WebhookId { get; set; }

    /// <summary>What it tells, or null for a test.</summary>
    public long? NoticeId { get; set; }
    public DeliveryState State { get; set; }

    /// <summary>How often it was tried.</summary>
    public int Attempts { get; set; }
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>When it is tried next, while it waits.</summary>
    public DateTimeOffset NextAt { get; set; }

    /// <summary>What the last attempt led to, in a few words: "status 200", "no answer within 10 seconds".</summary>
    public string Outcome { get; set; } = "";
}

internal sealed class NoticeTables : IEntityTypeConfiguration<Notice>, IEntityTypeConfiguration<NoticeReading>, IEntityTypeConfiguration<Webhook>, IEntityTypeConfiguration<Delivery>
{
    public void Configure(EntityTypeBuilder<Notice> table)
    {
        table.ToTable("notices");
        table.HasIndex(n => n.Cause).IsUnique();
    }

    public void Configure(EntityTypeBuilder<NoticeReading> table)
    {
        table.ToTable("notice_readings");
        table.HasKey(r => new { r.PersonId, r.NoticeId });
    }

    public void Configure(EntityTypeBuilder<Webhook> table) => table.ToTable("webhooks");

    public void Configure(EntityTypeBuilder<Delivery> table)
    {
        table.ToTable("deliveries");
        table.HasIndex(d => new { d.State, d.NextAt });
    }
}
