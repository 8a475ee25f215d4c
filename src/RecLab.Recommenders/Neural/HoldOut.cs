using RecLab.Recommenders.Data;
using RecLab.Recommenders.Evaluation;
using RecLab.Recommenders.Evaluation.Metrics;
using RecLab.Statistics;

namespace RecLab.Recommenders.Neural;

/// <summary>The rows early stopping listens to, apart from the rows that are learnt from.</summary>
internal sealed class HoldOut
{
    /// <summary>Users asked at most: 2,000 put the standard error of NDCG@10 below 0.008, and asking costs less than an epoch.</summary>
    private const int MostUsers = 2000;

    /// <summary>Users whose last item is held out where no validation rows were given; the others keep all they have.</summary>
    private const int MostHeldOut = 1000;

    private readonly int[] _users;
    private readonly int[][] _histories;
    private readonly HashSet<int>[] _relevant;
    private readonly int[] _scenarios;
    private readonly Interactions _asked;

    private HoldOut(Interactions train, Interactions from, IEnumerable<(int User, int Scenario, HashSet<int> Relevant)> questions)
    {
        (Train, _asked) = (train, from);
        var asked = questions.ToArray();
        _users = [.. asked.Select(q => q.User)];
        _scenarios = [.. asked.Select(q => q.Scenario)];
        _relevant = [.. asked.Select(q => q.Relevant)];
        _histories = [.. _users.Select(train.History)];
    }

    /// <summary>What is learnt from.</summary>
    public Interactions Train { get; }

    /// <summary>How many users are asked; 0 where nothing could be held out.</summary>
    public int Users => _users.Distinct().Count();

    /// <summary>The given validation rows, or else the last item of up to a thousand users with at least three.</summary>
    public static HoldOut Of(Interactions data, TrainingContext context)
    {
        var dice = Dice.Of(context.Seed).For(0x401d);
        if (context.Validation is { Count: > 0 } given)
        {
            var able = Enumerable.Range(0, given.Users.Count).Where(u => given.ByUser.Size(u) > 0 && data.ByUser.Size(u) > 0).ToArray();
            return new(data, given, Some(able, MostUsers, dice).SelectMany(u => Questions(given, given.ByUser[u].ToArray(), u, data.History(u))));
        }
        var held = Some([.. Enumerable.Range(0, data.Users.Count).Where(u => data.ByUser.Size(u) >= 3)], MostHeldOut, dice);
        var last = held.Select(u => data.ByUser[u][^1]).ToHashSet();
        var train = data.Where(row => !last.Contains(row));
        return new(train, data, held.SelectMany(u => Questions(data, [data.ByUser[u][^1]], u, train.History(u))));
    }

    /// <summary>What a user is asked: once for each scenario that the user's rows name, once where they name none.</summary>
    private static IEnumerable<(int, int, HashSet<int>)> Questions(Interactions asked, int[] rows, int user, int[] known) =>
        rows.GroupBy(row => asked.Scenarios?.OfRow[row] ?? -1).OrderBy(g => g.Key)
            .Select(g => (user, g.Key, Relevant([.. g.Select(row => asked.Item[row])], known))).Where(q => q.Item3.Count > 0);

    /// <summary>Mean NDCG@10 over the users asked, all items ranked, those of the training history left out.</summary>
    public double Ndcg(IModel model, TrainingContext context)
    {
        const int block = 32;
        var numbers = model.ScenariosOf(_asked);
        var (items, sums, metric) = (model.Items.Count, new double[_users.Length], new Ndcg());
        Numerics.Workers.For(context, _users.Length, block, () => (Scores: new float[block * items], Can: new bool[block], Excluded: new bool[items], Queries: new Query[block]), (from, to, own) =>
        {
            for (var q = from; q < to; q++) own.Queries[q - from] = Query.Of(_users[q], _histories[q]) with { Scenario = _scenarios[q] < 0 ? -1 : numbers[_scenarios[q]] };
            model.ScoreMany(own.Queries.AsSpan(0, to - from), own.Scores.AsSpan(0, (to - from) * items), own.Can.AsSpan(0, to - from));
            for (var q = from; q < to; q++)
            {
                if (!own.Can[q - from]) continue;
                foreach (var item in _histories[q]) own.Excluded[item] = true;
                var top = Ranker.Top(own.Scores.AsSpan((q - from) * items, items), 10, own.Excluded);
                foreach (var item in _histories[q]) own.Excluded[item] = false;
                var grades = Array.ConvertAll(top, item => _relevant[q].Contains(item) ? 1f : 0f);
                var ideal = new float[_relevant[q].Count];
                Array.Fill(ideal, 1);
                sums[q] = metric.At(new(grades, ideal), 10) ?? 0;
            }
        });
        return _users.Length == 0 ? double.NaN : sums.Sum() / _users.Length;
    }

    private static HashSet<int> Relevant(int[] asked, int[] known)
    {
        var relevant = asked.ToHashSet();
        relevant.ExceptWith(known);
        return relevant;
    }

    private static int[] Some(int[] users, int most, Dice dice)
    {
        if (users.Length <= most) return users;
        dice.Shuffle<int>(users);
        return [.. users.Take(most).Order()];
    }
}
