namespace RecLab.Notices;

/// <summary>Something that a room has to tell.</summary>
public sealed record News(NoticeKind Kind, string Cause, string Sentence, string Path);

/// <summary>A room that has news of its own. Register one per room as a singleton; the watch asks every half minute.</summary>
public interface INewsSource
{
    /// <summary>What happened after <paramref name="since"/>, whether it was told before or not.</summary>
    Task<IReadOnlyList<News>> LookAsync(DateTimeOffset since, CancellationToken cancellation);
}
