using RecLab.Training.External;

namespace RecLab.Serving.External;

/// <summary>How a service has answered since this version was put on the shelf.</summary>
/// <param name="Faults">How often it gave no list, by reason; "open" and "busy" were not asked at all.</param>
/// <param name="P50">Median time of the newest answers, null without any; and the slowest hundredth.</param>
/// <param name="LastFault">The newest reason in words, or null.</param>
public sealed record EndpointHealth(CircuitState Circuit, long Answers, IReadOnlyDictionary<string, long> Faults, TimeSpan? P50, TimeSpan? P99, string? LastFault);

/// <summary>A team's own service as a recommender: asked through its circuit, at most so many questions at once, and what it did is counted.</summary>
public sealed class RemoteRecommender(EndpointSettings settings, string secret, EndpointCaller caller, TimeProvider clock)
{
    /// <summary>Questions under way at once; more are not asked and the fallback answers.</summary>
    public const int MostAtOnce = 64;
    private const int Timed = 512;
    private readonly Circuit _circuit = new(clock);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _faults = [];
    private readonly double[] _times = new double[Timed];
    private int _underWay;
    private long _answers;
    private string? _lastFault;

    /// <summary>The service's list, or null with a word for why there is none: "open", "busy", or the fault in lower case.</summary>
    /// <exception cref="OperationCanceledException">Nobody waits for the answer any more.</exception>
    public async Task<(IReadOnlyList<string>? Items, string? Why)> AskAsync(EndpointQuestion question, CancellationToken cancellation)
    {
        if (Interlocked.Increment(ref _underWay) > MostAtOnce)
        {
            Interlocked.Decrement(ref _underWay);
            return (null, Fault("busy", $"{MostAtOnce} questions were under way."));
        }
        try
        {
            if (!_circuit.TryEnter()) return (null, Fault("open", null));
            var started = clock.GetTimestamp();
            try
            {
                var items = await caller.AskAsync(settings, secret, question, cancellation);
                _circuit.Succeeded();
                lock (_gate) _times[_answers++ % Timed] = clock.GetElapsedTime(started).TotalMilliseconds;
                return (items, null);
            }
            catch (EndpointException e)
            {
                _circuit.Failed();
                return (null, Fault(e.Fault.ToString().ToLowerInvariant(), e.Message));
            }
            catch
            {
                _circuit.Abandoned();
                throw;
            }
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }

    public EndpointHealth Health()
    {
        lock (_gate)
        {
            var times = _times.AsSpan(0, (int)Math.Min(_answers, Timed)).ToArray();
            Array.Sort(times);
            return new(_circuit.State, _answers, new Dictionary<string, long>(_faults), At(0.5), At(0.99), _lastFault);

            TimeSpan? At(double share) => times.Length == 0 ? null : TimeSpan.FromMilliseconds(times[(int)Math.Min(times.Length - 1, Math.Ceiling(share * times.Length) - 1)]);
        }
    }

    private string Fault(string word, string? sentence)
    {
        lock (_gate)
        {
            _faults[word] = _faults.GetValueOrDefault(word) + 1;
            _lastFault = sentence ?? _lastFault;
        }
        return word;
    }
}
