namespace RecLab.Recommenders.Evaluation.Metrics;

/// <summary>serendipity@k = relevant items among the first k that a primitive recommender would not have shown, / k; the primitive one shows
/// the k items with most training rows that the user has not touched (Murakami, Mori and Orihara 2008; Ge, Delgado-Battenfeld and Jannach,
/// RecSys 2010, eq. 5). Users without a relevant item are left out.</summary>
public sealed class Serendipity : IRunMetric
{
    public string Key => "serendipity";
    public string Name => "Serendipity";
    public string Summary => "Relevant items in the first k places that plain popularity would not have shown.";

    public double? At(RunLists run, int k) => RunLists.Mean(PerUser(run, k));

    public double[]? PerUser(RunLists run, int k)
    {
        if (run.Grades is null || run.HasRelevant is not { } hasRelevant || run.History is not { } history) return null;
        var mark = new int[run.Items.Count]; // the last user for whom an item was known or expected
        Array.Fill(mark, -1);
        var values = new double[run.Users];
        for (var u = 0; u < run.Users; u++)
        {
            if (!hasRelevant[u]) { values[u] = double.NaN; continue; }
            foreach (var item in history(u)) mark[item] = u;
            var left = k;
            foreach (var item in run.Items.ByPopularity)
            {
                if (left == 0) break;
                if (mark[item] == u) continue;
                mark[item] = u;
                left--;
            }
            var list = run.List(u, k);
            var grades = run.ListGrades(u, k);
            var surprising = 0;
            for (var j = 0; j < list.Length; j++) if (grades[j] > 0 && mark[list[j]] != u) surprising++;
            values[u] = (double)surprising / k;
        }
        return values;
    }
}
