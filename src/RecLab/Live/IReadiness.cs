namespace RecLab.Live;

/// <summary>Something that must be there before requests are sent here: a migrated database, warmed models. Register one per room as a singleton.</summary>
public interface IReadiness
{
    /// <summary>What it is about: "models".</summary>
    string Name { get; }

    /// <summary>Null when ready, else what is still awaited, in a few words. Asked every few seconds; quick, and never throws for "not yet".</summary>
    ValueTask<string?> AwaitedAsync(CancellationToken cancellation);
}
