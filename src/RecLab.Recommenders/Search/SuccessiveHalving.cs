using RecLab.Statistics;

namespace RecLab.Recommenders.Search;

/// <summary>Asynchronous successive halving: many points are begun with a small budget; whenever a point is among the best 1/eta of those finished at its rung, it goes on with eta times
/// the budget (Li et al., "A system for massively parallel hyperparameter tuning", MLSys 2020, algorithm 2). With one trial at a time it is the plain, synchronous order of decisions.</summary>
/// <param name="configurations">Points begun at the lowest rung.</param>
/// <param name="eta">What is kept: the best 1/eta; at least 2.</param>
/// <param name="rungs">Budgets eta^-(rungs-1), ..., 1/eta, 1.</param>
public sealed class SuccessiveHalving(int configurations, int eta = 3, int rungs = 3) : ISearchStrategy
{
    public Trial? Next(SearchSpace space, IReadOnlyList<Trial> soFar, int seed)
    {
        for (var rung = rungs - 2; rung >= 0; rung--)
        {
            var finished = soFar.Where(t => RungOf(t) == rung && !t.IsRunning).ToArray();
            var promoted = soFar.Where(t => RungOf(t) == rung + 1).Select(t => t.Configuration).ToHashSet();
            var worthy = finished.Where(t => t.Value is not null).OrderByDescending(t => t.Value).ThenBy(t => t.Number).Take(finished.Length / eta);
            if (worthy.FirstOrDefault(t => !promoted.Contains(t.Configuration)) is { } best) return new(soFar.Count, best.Configuration, best.Point, BudgetOf(rung + 1));
        }
        var begun = soFar.Count(t => RungOf(t) == 0);
        return begun >= configurations ? null : new(soFar.Count, begun, RandomSearch.Draw(space, Dice.Of(seed).For(begun)), BudgetOf(0));
    }

    private double BudgetOf(int rung) => Math.Pow(eta, rung - rungs + 1);
    private int RungOf(Trial trial) => rungs - 1 + (int)Math.Round(Math.Log(trial.Budget) / Math.Log(eta));
}
