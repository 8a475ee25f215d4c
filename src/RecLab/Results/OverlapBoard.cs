using RecLab.Experiments;
using RecLab.Recommenders;
using RecLab.Recommenders.Evaluation;
using RecLab.Serving;
using RecLab.Statistics;

namespace RecLab.Results;

/// <summary>How much the lists of two arms have in common, mean over the same users.</summary>
/// <param name="A">Position of the one arm.</param>
/// <param name="B">Position of the other.</param>
/// <param name="Jaccard">Common items over all items of both lists; no answer where no user got two lists.</param>
/// <param name="RankBiased">Extrapolated rank-biased overlap at <see cref="ListOverlap.Persistence"/>.</param>
public sealed record OverlapCell(int A, int B, Answer<Estimate> Jaccard, Answer<Estimate> RankBiased);

/// <summary>The overlap of every two arms' lists.</summary>
/// <param name="Users">Users asked for.</param>
/// <param name="K">Length of the lists.</param>
/// <param name="Cells">One for each two different arms, A before B.</param>
/// <param name="Silent">Arms without lists here: a host or another service decides, or no model is served.</param>
/// <param name="Replaced">Arms whose variant serves another model than when the phase began.</param>
public sealed record OverlapBoard(int Users, int K, IReadOnlyList<OverlapCell> Cells, IReadOnlyList<int> Silent, IReadOnlyList<int> Replaced)
{
    public OverlapCell? this[int a, int b] => Cells.FirstOrDefault(c => c.A == Math.Min(a, b) && c.B == Math.Max(a, b));

    /// <param name="lists">By arm, then user: outside ids, best first; null where the arm had nothing to say to this user.</param>
    public static IReadOnlyList<OverlapCell> Compare(IReadOnlyDictionary<int, IReadOnlyList<IReadOnlyList<string>?>> lists)
    {
        int[] arms = [.. lists.Keys.Order()];
        return [.. from a in arms from b in arms where a < b select Pair(a, b, lists[a], lists[b])];
    }

    private static OverlapCell Pair(int a, int b, IReadOnlyList<IReadOnlyList<string>?> first, IReadOnlyList<IReadOnlyList<string>?> second)
    {
        Answer<Estimate> Mean(Func<IReadOnlyList<string>, IReadOnlyList<string>, double?> overlap)
        {
            double[] values = [.. first.Zip(second, (x, y) => x is null || y is null ? null : overlap(x, y)).OfType<double>()];
            return Moments.OfValues(values).Estimate();
        }
        return new(a, b, Mean((x, y) => ListOverlap.Jaccard(x, y)), Mean((x, y) => ListOverlap.RankBiased(x, y)));
    }
}

/// <summary>Asks the arms' served models for the lists of the same users: without exploration and filters, what a user has touched left out. Lists of one set of models are asked for once.</summary>
public sealed class OverlapReader(ModelShelf models)
{
    /// <summary>Length of the lists.</summary>
    public const int K = 10;

    /// <summary>Users at most, evenly from the data set of the control's model.</summary>
    public const int MostUsers = 200;

    private readonly Lock _gate = new();
    private (string Key, Task<OverlapBoard> Board)? _last;

    /// <returns>The overlap, or null where fewer than two arms have a model here.</returns>
    public async Task<OverlapBoard?> ReadAsync(IReadOnlyList<PhaseArm> arms, CancellationToken cancellation = default)
    {
        var served = arms.Select(a => (a.Position, Wanted: a.RunId, Model: models.Borrow(a.VariantId) is { HostDecides: false, Remote: null, Items.Count: > 0 } model ? model : null)).ToArray();
        var known = served.Where(s => s.Model is not null).ToDictionary(s => s.Position, s => s.Model!);
        if (known.Count < 2) return null;
        var key = string.Join(' ', served.Select(s => $"{s.Position}:{s.Model?.RunId}:{s.Wanted}"));
        Task<OverlapBoard> board;
        lock (_gate)
        {
            if (_last is not { } last || last.Key != key || last.Board.IsFaulted) _last = last = (key, Task.Run(() => Read(known, served.Where(s => s.Model is null).Select(s => s.Position),
                served.Where(s => s.Model is not null && s.Wanted is { } run && s.Model.RunId != run).Select(s => s.Position)), CancellationToken.None));
            board = last.Board;
        }
        return await board.WaitAsync(cancellation);
    }

    private static OverlapBoard Read(Dictionary<int, ServedModel> served, IEnumerable<int> silent, IEnumerable<int> replaced)
    {
        var people = served[served.Keys.Min()].Past.Users;
        var count = Math.Min(MostUsers, people.Count);
        string[] users = [.. Enumerable.Range(0, count).Select(i => people[(int)((long)i * people.Count / count)])];
        return new(count, K, OverlapBoard.Compare(served.ToDictionary(s => s.Key, s => Lists(s.Value, users))), [.. silent], [.. replaced]);
    }

    private static IReadOnlyList<IReadOnlyList<string>?> Lists(ServedModel served, string[] users)
    {
        var (scores, excluded) = (new float[served.Items.Count], new bool[served.Items.Count]);
        var lists = new IReadOnlyList<string>?[users.Length];
        for (var u = 0; u < users.Length; u++)
        {
            var row = served.Past.Users.IndexOf(users[u]);
            var history = row < 0 ? [] : served.Past.History(row);
            if (!served.Model.Score(new(served.Model.Users.IndexOf(users[u]), history), scores)) continue;
            Array.Clear(excluded);
            foreach (var item in history) excluded[item] = true;
            lists[u] = [.. Ranker.Top(scores, K, excluded).Select(i => served.Items[i])];
        }
        return lists;
    }
}
