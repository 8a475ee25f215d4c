namespace TorchSharp;

/// <summary>Owns every tensor made on this thread while it is the innermost scope, and frees them when it ends. Native memory is invisible to the
/// garbage collector: a training loop without a scope per batch grows until a collection happens to come by. Bound to one OS thread, so no
/// <c>await</c> inside.</summary>
public sealed class DisposeScope : IDisposable
{
    [ThreadStatic] private static DisposeScope? _current;

    private readonly DisposeScope? _outer;
    private readonly List<torch.Tensor> _tensors = new(64);
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private bool _ended;

    internal DisposeScope() { _outer = _current; _current = this; }

    internal static DisposeScope? Current => _current;

    internal void Own(torch.Tensor tensor) { tensor.Scope = this; _tensors.Add(tensor); }

    internal void HandOut(torch.Tensor tensor)
    {
        if (_outer is null) tensor.Scope = null;
        else _outer.Own(tensor);
    }

    /// <exception cref="InvalidOperationException">Ended on another thread, or before a scope inside it.</exception>
    public void Dispose()
    {
        if (_ended) return;
        if (_thread != Environment.CurrentManagedThreadId) throw new InvalidOperationException("A dispose scope ends on the thread that opened it.");
        if (_current != this) throw new InvalidOperationException("Dispose scopes end in the reverse order of their beginning.");
        _ended = true;
        _current = _outer;
        foreach (var tensor in _tensors)
            if (tensor.Scope == this) tensor.Dispose();
        _tensors.Clear();
    }
}
