namespace RecLab.Operations;

/// <summary>What one endpoint did in the last five minutes.</summary>
/// <param name="Route">Method and pattern: "GET /api/v1/recommendations".</param>
/// <param name="Count">Answers.</param>
/// <param name="Errors">Of them with a status of 500 and above.</param>
/// <param name="P50">Median time to answer; exact to 5 %.</param>
/// <param name="P95">95th percentile.</param>
/// <param name="P99">99th percentile.</param>
public sealed record RouteLatency(string Route, long Count, long Errors, TimeSpan P50, TimeSpan P95, TimeSpan P99);

/// <summary>Measures every answer by its route: counts in buckets that grow by a tenth, kept for thirty slices of ten seconds. Takes no lock and allocates nothing per request.</summary>
public sealed class RequestMeter(TimeProvider clock)
{
    private const int Slices = 30;
    private static readonly TimeSpan SliceLength = TimeSpan.FromSeconds(10);
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, Route> _routes = new(StringComparer.Ordinal);

    /// <summary>Counts one answer.</summary>
    public void Record(string route, TimeSpan took, bool error) => _routes.GetOrAdd(route, _ => new Route()).Record(Slice(), Buckets.Of(took), error);

    /// <summary>All routes with an answer in the last five minutes, the busiest first.</summary>
    public IReadOnlyList<RouteLatency> Read()
    {
        var now = Slice();
        return [.. _routes.Select(r => r.Value.Sum(r.Key, now)).Where(r => r.Count > 0).OrderByDescending(r => r.Count).ThenBy(r => r.Route, StringComparer.Ordinal)];
    }

    private long Slice() => clock.GetUtcNow().Ticks / SliceLength.Ticks;

    private static class Buckets
    {
        private const double Growth = 1.1, FirstMs = 0.05;
        public const int Count = 160; // 0.05 ms x 1.1^159 is 190 s

        public static int Of(TimeSpan took) => Math.Clamp((int)Math.Ceiling(Math.Log(Math.Max(took.TotalMilliseconds, FirstMs) / FirstMs) / Math.Log(Growth)), 0, Count - 1);

        /// <summary>The middle of a bucket, as a ratio.</summary>
        public static TimeSpan Middle(int bucket) => TimeSpan.FromMilliseconds(FirstMs * Math.Pow(Growth, bucket - 0.5));
    }

    private sealed class Route
    {
        private readonly long[] _slice = new long[Slices];
        private readonly int[][] _counts = [.. Enumerable.Range(0, Slices).Select(_ => new int[Buckets.Count])];
        private readonly int[] _errors = new int[Slices];

        public void Record(long slice, int bucket, bool error)
        {
            var at = (int)(slice % Slices);
            var stands = Volatile.Read(ref _slice[at]);
            if (stands != slice && Interlocked.CompareExchange(ref _slice[at], slice, stands) == stands)
            {
                Array.Clear(_counts[at]);
                _errors[at] = 0;
            }
            Interlocked.Increment(ref _counts[at][bucket]);
            if (error) Interlocked.Increment(ref _errors[at]);
        }

        public RouteLatency Sum(string route, long now)
        {
            var sums = new long[Buckets.Count];
            long errors = 0;
            for (var at = 0; at < Slices; at++)
            {
                if (now - Volatile.Read(ref _slice[at]) >= Slices) continue;
                errors += _errors[at];
                for (var b = 0; b < sums.Length; b++) sums[b] += Volatile.Read(ref _counts[at][b]);
            }
            var count = sums.Sum();
            return new(route, count, errors, Quantile(0.5), Quantile(0.95), Quantile(0.99));

            TimeSpan Quantile(double q)
            {
                var rank = (long)Math.Ceiling(q * count);
                long seen = 0;
                for (var b = 0; b < sums.Length; b++)
                    if ((seen += sums[b]) >= rank && seen > 0) return Buckets.Middle(b);
                return TimeSpan.Zero;
            }
        }
    }
}
