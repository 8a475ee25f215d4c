using System.Threading.Channels;

namespace RecLab.Client;

/// <summary>Collects tracked events and sends them in batches, one after the other and in their order: when enough wait, after a while, when asked to, and at the end. While the server
/// cannot be reached a batch is kept and tried again; new events wait behind it up to the capacity.</summary>
internal sealed class Outbox : IAsyncDisposable
{
    private readonly RecLabClientOptions _options;
    private readonly Func<IReadOnlyList<RecLabEvent>, CancellationToken, Task> _send;
    private readonly Channel<object> _waiting = Channel.CreateUnbounded<object>(); // events, and the marks of those who wait for a flush
    private readonly CancellationTokenSource _leaving = new();
    private readonly Task _work;
    private int _count, _disposed;

    public Outbox(RecLabClientOptions options, Func<IReadOnlyList<RecLabEvent>, CancellationToken, Task> send)
    {
        (_options, _send) = (options, send);
        _work = Task.Run(WorkAsync);
    }

    public int Waiting => Volatile.Read(ref _count);

    public bool Add(RecLabEvent happened)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) == 1, this);
        if (Interlocked.Increment(ref _count) <= _options.Capacity && _waiting.Writer.TryWrite(happened)) return true;
        Interlocked.Decrement(ref _count);
        return false;
    }

    public async Task FlushAsync(CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) == 1, this);
        var mark = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (_waiting.Writer.TryWrite(mark)) await mark.Task.WaitAsync(cancellation).ConfigureAwait(false);
        else await _work.WaitAsync(cancellation).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1) return;
        _waiting.Writer.Complete();
        using var limit = new CancellationTokenSource(_options.LeaveTimeout, _options.Clock);
        await using (limit.Token.Register(_leaving.Cancel).ConfigureAwait(false)) await _work.ConfigureAwait(false);
        _leaving.Dispose();
    }

    private async Task WorkAsync()
    {
        List<RecLabEvent> batch = [];
        List<TaskCompletionSource> marks = [];
        while (await _waiting.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            await CollectAsync(batch, marks).ConfigureAwait(false);
            if (batch.Count > 0) await DeliverAsync([.. batch]).ConfigureAwait(false);
            Interlocked.Add(ref _count, -batch.Count);
            foreach (var mark in marks) mark.SetResult();
            batch.Clear();
            marks.Clear();
        }
    }

    /// <summary>Until the batch is full, somebody wants it sent, the time is over, or nothing more can come.</summary>
    private async Task CollectAsync(List<RecLabEvent> batch, List<TaskCompletionSource> marks)
    {
        var started = _options.Clock.GetTimestamp();
        while (batch.Count < _options.BatchSize)
        {
            if (_waiting.Reader.TryRead(out var next))
            {
                if (next is RecLabEvent happened) { batch.Add(happened); continue; }
                marks.Add((TaskCompletionSource)next);
                return;
            }
            var left = _options.FlushInterval - _options.Clock.GetElapsedTime(started);
            if (left <= TimeSpan.Zero) return;
            try
            {
                if (!await _waiting.Reader.WaitToReadAsync().AsTask().WaitAsync(left, _options.Clock).ConfigureAwait(false)) return;
            }
            catch (TimeoutException)
            {
                return;
            }
        }
    }

    private async Task DeliverAsync(RecLabEvent[] batch)
    {
        while (true)
        {
            try
            {
                await _send(batch, _leaving.Token).ConfigureAwait(false);
                return;
            }
            catch (Exception e) when (!_leaving.IsCancellationRequested && (e is HttpRequestException || e is RecLabException { Status: 429 or >= 500 }))
            {
                await PauseAsync().ConfigureAwait(false);
            }
            catch (Exception e)
            {
                _options.GivenUp?.Invoke(batch, e);
                return;
            }
        }
    }

    private async Task PauseAsync()
    {
        try
        {
            await Task.Delay(_options.LongestPause, _options.Clock, _leaving.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            return; // the next attempt says that the time is over
        }
    }
}
