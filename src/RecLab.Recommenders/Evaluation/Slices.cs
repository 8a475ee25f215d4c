using RecLab.Recommenders.Data;
using RecLab.Recommenders.Evaluation.Metrics;

namespace RecLab.Recommenders.Evaluation;

/// <summary>Takes NDCG and recall of the same lists over parts of the users and of the items; see <see cref="SliceResult"/> for the parts.</summary>
internal static class Slices
{
    private const double HeadShare = 0.2;

    /// <summary>An attribute with more values than this (a postcode) makes no slices.</summary>
    private const int MostValues = 24;

    private static readonly IRankingMetric[] Metrics = [new Ndcg(), new Recall()];

    public static IEnumerable<MetricSeries> Of(Questions questions, RunLists run, Interactions train, EvaluationOptions options)
    {
        var all = Measured("", questions, run, options, _ => true).ToArray();
        int[] known = [.. questions.Histories.Select(h => h.Length)];
        var active = known.Where(n => n > 0).Order().ToArray();
        var median = active.Length == 0 ? 0 : active[active.Length / 2];
        var head = Head(train);
        return
        [
            .. Within("users: new", all, u => known[u] == 0),
            .. Within("users: light", all, u => known[u] > 0 && known[u] < median),
            .. Within("users: heavy", all, u => known[u] > 0 && known[u] >= median),
            .. OfAttributes(questions, train).SelectMany(s => Within(s.Name, all, u => s.Has[u])),
            .. Measured("items: head", questions, run, options, i => head[i]),
            .. Measured("items: tail", questions, run, options, i => !head[i]),
        ];
    }

    /// <summary>A slice for every value of every attribute of the users, "users: age = 25-34"; a user with several values of one is in each.</summary>
    private static IEnumerable<(string Name, bool[] Has)> OfAttributes(Questions questions, Interactions train)
    {
        foreach (var attribute in train.Audience.AttributeNames)
        {
            var slices = new SortedDictionary<string, bool[]>(StringComparer.Ordinal);
            for (var u = 0; u < questions.Users.Length && slices.Count <= MostValues; u++)
                foreach (var value in train.Audience[train.Users[questions.Users[u]], attribute]?.Split('|', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [])
                    (slices.TryGetValue(value, out var has) ? has : slices[value] = new bool[questions.Users.Length])[u] = true;
            if (slices.Count is > 1 and <= MostValues) foreach (var (value, has) in slices) yield return ($"users: {attribute} = {value}", has);
        }
    }

    private static IEnumerable<MetricSeries> Within(string slice, MetricSeries[] all, Func<int, bool> user) =>
        all.Select(s => MetricSeries.OfUsers(slice, s.Metric, s.K, s.PerUser is { } values ? [.. values.Select((v, u) => user(u) ? v : double.NaN)] : []));

    /// <summary>The metrics where only relevant items of the slice count, found or to be found; users with none of them are left out.</summary>
    private static IEnumerable<MetricSeries> Measured(string slice, Questions questions, RunLists run, EvaluationOptions options, Func<int, bool> item)
    {
        var most = options.Ks.Max();
        var values = Metrics.SelectMany(_ => options.Ks).Select(_ => new double[run.Users]).ToArray();
        var grades = new float[most];
        for (var u = 0; u < run.Users; u++)
        {
            var list = run.List(u, most);
            var found = run.ListGrades(u, most);
            float[] ideal = [.. questions.Relevant[u].Where(r => item(r.Item)).Select(r => r.Grade)];
            for (var j = 0; j < list.Length; j++) grades[j] = found[j] > 0 && item(list[j]) ? found[j] : 0;
            var ranked = new RankedList(grades.AsSpan(0, list.Length), ideal);
            var at = 0;
            foreach (var metric in Metrics)
                foreach (var k in options.Ks) values[at++][u] = metric.At(ranked, k) ?? double.NaN;
        }
        return Metrics.SelectMany(m => options.Ks.Select(k => (m.Key, K: k))).Select((n, s) => MetricSeries.OfUsers(slice, n.Key, n.K, values[s]));
    }

    private static bool[] Head(Interactions train)
    {
        var head = new bool[train.Items.Count];
        foreach (var item in Enumerable.Range(0, head.Length).OrderByDescending(train.ByItem.Size).ThenBy(i => i).Take((int)Math.Round(HeadShare * head.Length))) head[item] = true;
        return head;
    }
}
