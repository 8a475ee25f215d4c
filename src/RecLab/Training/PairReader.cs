using System.Collections.Concurrent;
using RecLab.Recommenders.Evaluation;

namespace RecLab.Training;

/// <summary>The first lines of a leaderboard against each other on the same users.</summary>
/// <param name="Pairs">Every pair, in the order of the lines; the later against the earlier.</param>
/// <param name="Without">Titles of lines whose values per user were not kept.</param>
/// <param name="Resamples">Behind each interval.</param>
public sealed record PairTable(IReadOnlyList<ComparedPair> Pairs, IReadOnlyList<string> Without, int Resamples);

/// <param name="Mean">Mean of the first over the users compared: what a change is relative to.</param>
public sealed record ComparedPair(LeaderboardLine A, LeaderboardLine B, PairedComparison Result, double Mean)
{
    /// <summary>Holm's p over all pairs of the table stays below 0.05.</summary>
    public bool IsDifferent => Result.Adjusted is < 0.05;
}

/// <summary>Compares runs in pairs: paired bootstrap for the interval, paired t for the p value, Holm over the pairs. Runs never change, so a comparison is made once.</summary>
public sealed class PairReader(ArtifactStore artifacts)
{
    private const int MostKept = 100;
    private readonly ConcurrentDictionary<string, Lazy<Task<PairTable>>> _made = new();

    /// <summary>Compares the first lines that kept their values.</summary>
    /// <returns>Null where fewer than two can be compared.</returns>
    public async Task<PairTable?> ReadAsync(Leaderboard board, CancellationToken cancellation = default)
    {
        var filter = board.Filter;
        if (RankingMetricCatalog.All.All(m => m.Key != filter.Metric)) return null;
        LeaderboardLine[] lines = [.. board.Lines.Where(l => l[filter.Metric, filter.K]?.Mean is not null).Take(filter.Pairs)];
        if (lines.Length < 2) return null;
        var key = FormattableString.Invariant($"{filter.Metric}@{filter.K}:{string.Join(',', lines.Select(l => l.Run.Id))}");
        if (_made.Count > MostKept) _made.Clear();
        var made = _made.GetOrAdd(key, _ => new(() => Task.Run(() => Compare(lines, filter.Metric, filter.K))));
        try
        {
            var table = await made.Value.WaitAsync(cancellation);
            return table with { Pairs = [.. table.Pairs.Select(p => p with { A = lines.First(l => l.Run.Id == p.A.Run.Id), B = lines.First(l => l.Run.Id == p.B.Run.Id) })] };
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _made.TryRemove(key, out _); // what failed is tried again
            throw;
        }
    }

    private PairTable Compare(LeaderboardLine[] lines, string metric, int k)
    {
        var values = lines.Select(l => (Line: l, Values: artifacts.PerUser(l.Run.Id))).ToArray();
        var kept = values.Where(v => v.Values is not null && v.Values.Keys.Contains((metric, k))).ToArray();
        string[] without = [.. values.Except(kept).Select(v => v.Line.Title)];
        if (kept.Length < 2) return new([], without, 0);
        // Enough resamples for ends that are steady to a tenth of the interval's width; fewer where users are very many and the mean is steady by itself.
        var users = kept.Max(v => v.Values!.Users.Count);
        var resamples = (int)Math.Clamp(1_500_000_000L / ((long)users * kept.Length * kept.Length), 200, 1000);
        var byName = kept.ToDictionary(v => FormattableString.Invariant($"{v.Line.Run.Id}"), v => v);
        var pairs = PairedComparison.AllPairs([.. kept.Select(v => (FormattableString.Invariant($"{v.Line.Run.Id}"), v.Values!))], metric, k, resamples);
        return new([.. pairs.Select(p => new ComparedPair(byName[p.A].Line, byName[p.B].Line, p, byName[p.A].Line[metric, k]!.Mean!.Value))], without, resamples);
    }
}
