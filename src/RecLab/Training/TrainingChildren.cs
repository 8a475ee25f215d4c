namespace RecLab.Training;

/// <summary>The trainings this program watches, each in a process of its own. When it stops it asks those processes to stop too, and waits until nobody watches
/// any more, because what the watching needs is taken down next; their runs go on at the next start.</summary>
public sealed class TrainingChildren : IHostedService, IDisposable
{
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(5);
    private readonly CancellationTokenSource _stopping = new(), _farewell = new();
    private readonly Lock _gate = new();
    private readonly HashSet<Watch> _watches = [];
    private bool _gone;

    /// <summary>This program is stopping: what ends now was told to.</summary>
    public bool Stopping => _stopping.IsCancellationRequested;

    /// <summary>Begins to watch; null when this program is stopping. Everything that reads or writes the database happens before the watch is disposed.</summary>
    public Watch? Begin()
    {
        lock (_gate)
        {
            if (Stopping) return null;
            var watch = new Watch(this);
            _watches.Add(watch);
            return watch;
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Watch[] watches;
        lock (_gate)
        {
            if (_gone) return; // stopped and taken down already by somebody else who holds the host
            _stopping.Cancel();
            _farewell.CancelAfter(Farewell);
            watches = [.. _watches];
        }
        await Task.WhenAll(watches.Select(w => w.Over)).WaitAsync(cancellationToken);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _gone = true;
            _stopping.Dispose();
            _farewell.Dispose();
        }
    }

    /// <summary>One run being watched, until disposed.</summary>
    public sealed class Watch(TrainingChildren children) : IDisposable
    {
        private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal Task Over => _over.Task;

        /// <summary>Waits for the end of a process at most so long. When the program stops it asks the process to stop, and leaves it to itself where it takes longer than the farewell.</summary>
        /// <returns>Whether watching goes on: the process runs and the program too.</returns>
        public async Task<bool> GoesOnAsync(TrainingProcess process, TimeSpan time)
        {
            try
            {
                return !await process.ExitsWithinAsync(time, children._stopping.Token);
            }
            catch (OperationCanceledException)
            {
                process.Ask();
                while (!children._farewell.IsCancellationRequested && !await process.ExitsWithinAsync(TimeSpan.FromMilliseconds(50))) { }
                return false;
            }
        }

        public void Dispose()
        {
            lock (children._gate) children._watches.Remove(this);
            _over.TrySetResult();
        }
    }
}
