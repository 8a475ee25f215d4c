using RecLab.Live;

namespace RecLab.Operations;

/// <summary>One room's answer.</summary>
/// <param name="Name">The room's word.</param>
/// <param name="Awaited">Null when ready.</param>
public sealed record ReadyLine(string Name, string? Awaited);

/// <summary>Asks every room whether it is ready; a room that fails or does not answer within two seconds is not.</summary>
public sealed class ReadinessBoard(IEnumerable<IReadiness> rooms, ILogger<ReadinessBoard> log)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public async Task<IReadOnlyList<ReadyLine>> AskAsync(CancellationToken cancellation = default) => await Task.WhenAll(rooms.Select(async room =>
    {
        try
        {
            return new ReadyLine(room.Name, await room.AwaitedAsync(cancellation).AsTask().WaitAsync(Patience, cancellation));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested) { throw; }
#pragma warning disable CA1031 // whatever it is, the room is not ready; the log has it
        catch (Exception error)
#pragma warning restore CA1031
        {
            log.LogWarning(error, "Readiness of {Room} could not be told", room.Name);
            return new ReadyLine(room.Name, "it does not answer");
        }
    }));
}
