using System.Collections.Concurrent;

namespace RecLab.Training;

/// <summary>The training processes this one started. When it stops it asks them to stop too; their runs go on at the next start.</summary>
public sealed class TrainingChildren : IHostedService
{
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<int, TrainingProcess> _children = new();

    /// <summary>This program is stopping: what ends now was told to.</summary>
    public bool Stopping { get; private set; }

    public void Add(int runId, TrainingProcess process) => _children[runId] = process;

    public void Remove(int runId) => _children.TryRemove(runId, out _);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Stopping = true;
        foreach (var child in _children.Values) child.Ask();
        await Task.WhenAll(_children.Values.Select(child => child.ExitsWithinAsync(Farewell, cancellationToken)));
    }
}
