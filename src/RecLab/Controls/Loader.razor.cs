using System.Collections;
using Microsoft.AspNetCore.Components;
using RecLab.Live;

namespace RecLab.Controls;

/// <summary>Reads something and shows it: a skeleton after 200 ms and a word after 3 s, an error card with retry and trace, the empty state, the content;
/// and reads again, without flicker, whenever one of its topics changes. Only the latest read counts; leaving the page cancels it.</summary>
/// <typeparam name="T">What is read. Null, or an empty collection, is the empty state.</typeparam>
public partial class Loader<T> : ComponentBase, IDisposable
{
    private enum LoadState { Waiting, Slow, VerySlow, Failed, Empty, Ready }

    private readonly CancellationTokenSource _leaving = new();
    private readonly List<IDisposable> _listening = [];
    private CancellationTokenSource? _reading;
    private ITimer? _ticking;
    private LoadState _state;
    private LoadFailure? _failure;
    private DateTimeOffset _readAt;
    private T? _value;
    private object? _key;
    private string? _topics;
    private bool _started, _again, _left;

    [Inject] private LiveFeed Feed { get; set; } = null!;
    [Inject] private TimeProvider Clock { get; set; } = null!;
    [Inject] private Freshness Freshness { get; set; } = null!;
    [Inject] private ILoggerFactory Loggers { get; set; } = null!;

    /// <summary>Reads the truth. Called at the start, after a change of <see cref="Key"/>, after a signal, and on retry.</summary>
    [Parameter, EditorRequired] public Func<CancellationToken, Task<T?>> Load { get; set; } = null!;

    /// <summary>Plural noun for the sentences: "experiments".</summary>
    [Parameter] public string What { get; set; } = "data";

    /// <summary>Topics of <see cref="LiveFeed"/> after whose change it reads again, separated by spaces: "runs variants".</summary>
    [Parameter] public string? Topics { get; set; }

    /// <summary>Reads again after this time as well, for what sends no signals; at least a second.</summary>
    [Parameter] public TimeSpan? Every { get; set; }

    /// <summary>A different value means different content (an id, a filter): read anew.</summary>
    [Parameter] public object? Key { get; set; }

    /// <summary>Empty by another rule than null or no elements.</summary>
    [Parameter] public Func<T, bool>? IsEmpty { get; set; }

    [Parameter, EditorRequired] public RenderFragment<T>? ChildContent { get; set; }
    [Parameter] public RenderFragment? Loading { get; set; }
    [Parameter] public RenderFragment? Empty { get; set; }

    protected override async Task OnParametersSetAsync()
    {
        ListenTo(Topics);
        if (_started && Equals(_key, Key)) return;
        var first = !_started;
        if (first && Every is { } every) _ticking = Clock.CreateTimer(_ => _ = SignalledAsync(), null, every, every);
        (_started, _key) = (true, Key);
        if (!first) (_value, _failure) = (default, null);
        await ReadAsync(anew: true);
    }

    /// <summary>Reads again now, keeping what is shown; for handlers that changed something.</summary>
    public Task RefreshAsync() => InvokeAsync(() => ReadAsync(anew: false));

    private Task RetryAsync() => ReadAsync(anew: _state == LoadState.Failed);

    private async Task ReadAsync(bool anew)
    {
        if (_left) return;
        if (!anew && _reading is not null)
        {
            _again = true; // the read under way may have missed the change; cancelling it could starve the page under a stream of changes
            return;
        }
        _reading?.Cancel();
        _again = false;
        var mine = _reading = CancellationTokenSource.CreateLinkedTokenSource(_leaving.Token);
        if (anew)
        {
            _state = LoadState.Waiting;
            _ = PaceAsync(mine.Token);
        }
        try
        {
            var value = await Load(mine.Token);
            if (mine.IsCancellationRequested) return;
            (_value, _failure, _readAt) = (value, null, Clock.GetUtcNow());
            _state = value is null || Holds(value) ? LoadState.Empty : LoadState.Ready;
            Freshness.Read(_readAt);
        }
        catch (OperationCanceledException) when (mine.IsCancellationRequested)
        {
            return; // a newer read took over, or the page was left
        }
#pragma warning disable CA1031 // whatever fails here is shown with its trace and logged; the rest of the page stays
        catch (Exception error)
#pragma warning restore CA1031
        {
            if (mine.IsCancellationRequested) return;
            _failure = LoadFailure.Of(error, What, Loggers.CreateLogger("RecLab.Controls.Loader"));
            if (_state is not (LoadState.Ready or LoadState.Empty)) _state = LoadState.Failed;
        }
        finally
        {
            mine.Cancel();
            mine.Dispose();
            if (_reading == mine) _reading = null;
        }
        StateHasChanged();
        if (_again) await ReadAsync(anew: false);
    }

    private bool Holds(T value) => IsEmpty?.Invoke(value) ?? value is ICollection { Count: 0 };

    private async Task PaceAsync(CancellationToken until)
    {
        try
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200), Clock, until);
            await InvokeAsync(() => Show(LoadState.Slow, LoadState.Waiting));
            await Task.Delay(TimeSpan.FromSeconds(2.8), Clock, until);
            await InvokeAsync(() => Show(LoadState.VerySlow, LoadState.Slow));
        }
        catch (OperationCanceledException) { return; } // the read ended first

        void Show(LoadState next, LoadState from)
        {
            if (_state != from || until.IsCancellationRequested) return;
            _state = next;
            StateHasChanged();
        }
    }

    private void ListenTo(string? topics)
    {
        if (topics == _topics) return;
        _topics = topics;
        _listening.ForEach(l => l.Dispose());
        _listening.Clear();
        foreach (var topic in (topics ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries))
            _listening.Add(Feed.Listen(topic, SignalledAsync));
    }

    private Task SignalledAsync() => _left ? Task.CompletedTask : RefreshAsync();

    public void Dispose()
    {
        _left = true;
        _ticking?.Dispose();
        _listening.ForEach(l => l.Dispose());
        _leaving.Cancel();
        _leaving.Dispose();
        GC.SuppressFinalize(this);
    }
}
