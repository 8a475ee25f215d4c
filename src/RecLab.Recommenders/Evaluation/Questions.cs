using RecLab.Recommenders.Data;

namespace RecLab.Recommenders.Evaluation;

/// <summary>What is asked: per user with test rows, the history given and the relevant items with their grades.</summary>
internal sealed class Questions
{
    private Questions(int users)
    {
        Users = new int[users];
        Histories = new int[users][];
        Shown = Histories;
        Relevant = new (int, float)[users][];
        HasRelevant = new bool[users];
    }

    /// <summary>User indices, ascending.</summary>
    public int[] Users { get; }

    /// <summary>What was known of each, oldest first.</summary>
    public int[][] Histories { get; }

    /// <summary>What the model is shown of it.</summary>
    public int[][] Shown { get; private set; }

    /// <summary>Relevant items and grades (above 0), grade descending.</summary>
    public (int Item, float Grade)[][] Relevant { get; }

    public bool[] HasRelevant { get; }

    /// <summary>Where each is asked, a number of the test rows' scenarios: the one most of the user's test rows name, of several the first; -1 where none is named.</summary>
    public int[] Scenarios { get; private set; } = [];

    public static Questions Of(Interactions train, Interactions known, Interactions test, EvaluationOptions options)
    {
        int[] users = [.. Enumerable.Range(0, test.Users.Count).Where(u => test.ByUser.Size(u) > 0)];
        var questions = new Questions(users.Length);
        users.CopyTo(questions.Users, 0);
        if (options.OnlyTrainedHistory) questions.Shown = [.. users.Select(train.History)];
        questions.Scenarios = [.. users.Select(u => ScenarioOf(test, u))];
        var seen = new int[test.Items.Count]; // the last question (from 1) that knew the item
        var best = new Dictionary<int, float>();
        for (var q = 0; q < users.Length; q++)
        {
            var history = known.History(users[q]);
            foreach (var item in history) seen[item] = q + 1;
            best.Clear();
            foreach (var row in test.ByUser[users[q]])
            {
                var (item, value) = (test.Item[row], test.Value[row]);
                if (options.ExcludeSeen && seen[item] == q + 1) continue;
                if (options.RelevantFrom is { } from && value < from) continue;
                // A row that counts is worth its value; values at or below 0 (log weights may be 0) count as the smallest grade.
                var grade = value > 0 ? value : float.Epsilon;
                best[item] = Math.Max(grade, best.GetValueOrDefault(item));
            }
            questions.Histories[q] = history;
            questions.Relevant[q] = [.. best.OrderByDescending(b => b.Value).ThenBy(b => b.Key).Select(b => (b.Key, b.Value))];
            questions.HasRelevant[q] = best.Count > 0;
        }
        return questions;
    }

    private static int ScenarioOf(Interactions test, int user) => test.Scenarios is not { } scenarios ? -1
        : test.ByUser[user].ToArray().Select(row => scenarios.OfRow[row]).Where(s => s >= 0).CountBy(s => s).OrderByDescending(c => c.Value).ThenBy(c => c.Key).Select(c => c.Key).FirstOrDefault(-1);
}
