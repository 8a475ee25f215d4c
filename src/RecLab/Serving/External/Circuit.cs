namespace RecLab.Serving.External;

/// <summary>Closed: questions go through. Open: they do not. HalfOpen: one goes through to see whether it works again.</summary>
public enum CircuitState { Closed, Open, HalfOpen }

/// <summary>Keeps a broken service from costing every visitor its time limit. After five failures in a row nothing is asked for five seconds; then a single question tries. A failed trial doubles
/// the pause, up to a minute; a success closes the circuit (Nygard 2007, "Release It!", Circuit Breaker).</summary>
public sealed class Circuit(TimeProvider clock)
{
    public const int Failures = 5;
    public static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5), LongestPause = TimeSpan.FromMinutes(1);
    private readonly Lock _gate = new();
    private int _failed;
    private TimeSpan _pause = FirstPause;
    private (long Since, TimeSpan For)? _open; // by a clock that nobody sets
    private bool _trying;

    public CircuitState State
    {
        get { lock (_gate) return _open is not { } pause ? CircuitState.Closed : _trying || clock.GetElapsedTime(pause.Since) >= pause.For ? CircuitState.HalfOpen : CircuitState.Open; }
    }

    /// <summary>Whether a question may go through now. Who may, must say how it ended: <see cref="Succeeded"/>, <see cref="Failed"/> or <see cref="Abandoned"/>.</summary>
    public bool TryEnter()
    {
        lock (_gate)
        {
            if (_open is not { } pause) return true;
            if (_trying || clock.GetElapsedTime(pause.Since) < pause.For) return false;
            return _trying = true;
        }
    }

    public void Succeeded()
    {
        lock (_gate) (_failed, _open, _trying, _pause) = (0, null, false, FirstPause);
    }

    public void Failed()
    {
        lock (_gate)
        {
            if (_trying) (_trying, _pause) = (false, _pause + _pause < LongestPause ? _pause + _pause : LongestPause);
            else if (_open is not null || ++_failed < Failures) return; // late failures of questions that left before it opened
            _open = (clock.GetTimestamp(), _pause);
        }
    }

    /// <summary>The visitor left before there was an answer: nothing was learnt.</summary>
    public void Abandoned()
    {
        lock (_gate) _trying = false;
    }
}
