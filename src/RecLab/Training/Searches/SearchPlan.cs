using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Search;

namespace RecLab.Training.Searches;

/// <summary>What a search does next: a pure function of the search and its trials, so that one that was interrupted goes on as if it had not been.</summary>
public sealed class SearchPlan
{
    private const double Rounding = 1e-9;
    private readonly Search _search;

    public SearchPlan(Search search, IReadOnlyList<SearchTrial> trials)
    {
        _search = search;
        Families = [.. search.FamilyKeys().Select(key => new FamilyPlan(search, RecommenderCatalog.Get(key), [.. trials.Where(t => t.Family == key).OrderBy(t => t.Number)]))];
    }

    public IReadOnlyList<FamilyPlan> Families { get; }

    /// <summary>Whether nothing runs and nothing is left to begin.</summary>
    public bool IsOver => Families.All(f => f.IsOver);

    /// <summary>The next trial to begin, of the family that has spent least of its budget; null where there is none, for now or for good.</summary>
    /// <param name="free">Whether a family may have a slot now.</param>
    public (FamilyPlan Family, Trial Trial)? Next(Func<RecommenderFamily, bool> free)
    {
        foreach (var family in Families.OrderBy(f => f.Spent))
            if (free(family.Family) && family.Next(_search.Seed) is { } trial) return (family, trial);
        return null;
    }

    /// <summary>The search space of a family under a method.</summary>
    public static SearchSpace SpaceOf(RecommenderFamily family, SearchMethod method) => SearchSpace.Of(family.OptionsType, method == SearchMethod.Halving && SearchSpace.Of(family.OptionsType).HasBudget);

    /// <summary>One family's share of a search.</summary>
    public sealed class FamilyPlan
    {
        private readonly Search _search;
        private readonly ISearchStrategy _strategy;
        private readonly RecommenderOptions _base;
        private readonly Trial[] _tried;

        internal FamilyPlan(Search search, RecommenderFamily family, IReadOnlyList<SearchTrial> trials)
        {
            (_search, Family, Trials) = (search, family, trials);
            Space = SpaceOf(family, search.Method);
            _base = search.BaseOf(family);
            _tried = [.. trials.Select(t => t.Tried())];
            _strategy = search.Method switch
            {
                SearchMethod.Random => new RandomSearch(search.Trials),
                SearchMethod.Halving when Space.HasBudget => new SuccessiveHalving(3 * search.Trials), // a third of them go on to the next rung, and a third of those: three times as many cost about as much
                _ => new TreeParzen(search.Trials, Math.Clamp(search.Trials / 3, 4, 10)),
            };
        }

        public RecommenderFamily Family { get; }
        public SearchSpace Space { get; }

        /// <summary>In the order they were begun.</summary>
        public IReadOnlyList<SearchTrial> Trials { get; }

        /// <summary>Whole trainings' worth of what was begun.</summary>
        public double Spent => _tried.Sum(t => t.Budget);

        /// <summary>Seconds of training so far.</summary>
        public double Seconds => Trials.Sum(t => t.Seconds ?? 0);
        public int Running => _tried.Count(t => t.IsRunning);
        public bool IsOver => Running == 0 && Next(_search.Seed) is null;

        /// <summary>The best at the full length of training; null where none succeeded.</summary>
        public SearchTrial? Best => Trials.Where(t => t.Value is not null && t.Budget >= 1).OrderByDescending(t => t.Value).ThenBy(t => t.Number).FirstOrDefault();

        /// <summary>The next trial, or null where there is none for now or for good. The first is always the options the search starts from.</summary>
        public Trial? Next(int seed)
        {
            if (_search.Minutes is { } minutes && Seconds >= 60 * minutes) return null;
            if (_strategy.Next(Space, _tried, seed) is not { } next) return null;
            // The first training at full length is worth going over the budget for: without it the family would have no result.
            var fits = Spent + next.Budget <= _search.Trials + Rounding || (next.Budget >= 1 && _tried.All(t => t.Budget < 1));
            return !fits ? null : next.Number == 0 ? next with { Point = Space.Nearest(_base) } : next;
        }

        /// <summary>The options of a trial at some share of the full training.</summary>
        public RecommenderOptions OptionsOf(Trial trial, double budget) =>
            trial.Configuration == 0 ? Space.Shortened(_base, budget) : Space.Apply(_base, trial.Point, budget);
    }
}
