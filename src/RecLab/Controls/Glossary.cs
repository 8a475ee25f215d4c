namespace RecLab.Controls;

/// <summary>A statistical term as pages use it.</summary>
/// <param name="Name">As it stands on a page.</param>
/// <param name="Meaning">One or two sentences for somebody who never took a course in statistics.</param>
/// <param name="Also">Other words for it that pages use.</param>
public sealed record GlossaryEntry(string Name, string Meaning, params string[] Also);

/// <summary>The one list of what the words on the pages mean; <c>Term</c> shows an entry on hover, focus and touch, the page /glossary shows them all. Formulas and sources stand in docs/statistics.md.</summary>
public static class Glossary
{
    public static readonly GlossaryEntry
        Arm = new("Arm", "One of the alternatives of an experiment: a variant with its share of the users. A user stays in one arm.", "arms"),
        Control = new("Control", "Arm A, what the others are compared with; usually what serves today."),
        Lift = new("Lift", "How much higher or lower an arm's value is than control's, in percent of control's value.", "Change", "relative effect", "Cumulative lift"),
        Interval = new("Confidence interval", "The range of effects that fit the data. At 95%, nineteen of twenty such intervals hold the true effect.", "95%", "interval"),
        AlwaysValid = new("Always-valid interval", "A wider interval that may be read on any day: looking early and often does not raise the chance of a false alarm.", "wings", "always-valid"),
        PValue = new("p value", "How often a difference at least this large would show up if the arms were equal. Small means hard to explain by chance; it is not the chance of being wrong.", "fixed-horizon p", "p"),
        Significance = new("False alarm rate", "The share of experiments without any effect in which a difference is claimed all the same; called alpha, 5% unless set otherwise.", "False alarms allowed", "alpha"),
        Power = new("Power", "The chance to find an effect of the wanted size if it is there."),
        SmallestEffect = new("Smallest effect", "The smallest lift that this many users would show with the wanted power; a smaller one may stay unseen.", "Smallest effect found", "minimum detectable effect"),
        TargetEffect = new("Target effect", "The lift worth finding; it decides how many users the plan asks for."),
        SampleSize = new("Sample size", "How many users each arm needs so that the target effect is found with the wanted power.", "Users of the plan"),
        TrafficSplit = new("Traffic split", "Whether the arms got users in the planned shares (a chi-square test of the sample ratio). If not, something is broken and no number of the experiment can be trusted.", "sample ratio", "traffic mismatch"),
        Exposure = new("Exposure", "A user was shown a list of the experiment. Only exposed users count.", "Exposures"),
        SeveralArms = new("Users in several arms", "People who were counted in more than one arm; they blur the difference."),
        FromFallback = new("Lists from a fallback", "Lists that another recommender answered because the arm's model could not; they say nothing about the arm.", "fallback"),
        NotCounted = new("Events not counted", "Events that came too late, too old, twice, forged or from machines: kept and shown, never in the results."),
        Freshness = new("Freshness", "How long ago the newest list of the experiment was served."),
        GoalMetric = new("Goal metric", "The one number the experiment is decided by, named before the start.", "Goal", "What decides"),
        Guardrail = new("Guardrail", "A number that must not get worse by more than its margin, whatever the goal metric does.", "Guardrails", "margin"),
        Secondary = new("Secondary metric", "Further numbers, for understanding. Their p values are corrected so that at most the stated share of the claims is false (Benjamini-Hochberg).", "Secondary", "Secondary metrics", "false discovery rate"),
        ManyComparisons = new("Several comparisons", "Each further arm or metric is another chance for a false alarm; the limits are made stricter to keep the total rate (Holm).", "Comparisons", "correction for several comparisons"),
        ClickThrough = new("Click-through rate", "Distinct items clicked, divided by distinct items that were really in sight.", "CTR"),
        Viewable = new("Viewable", "At least half of an item's area was in sight for one second without a break; only rendered is not seen.", "viewable impression"),
        Conversion = new("Conversion", "The share of users who bought something."),
        Clustered = new("Clustering factor", "How much the clicks of one user resemble each other: the interval is computed over users, not clicks, and becomes that much wider."),
        Cuped = new("Adjusted (CUPED)", "Takes out what the same users did before the experiment. The effect stays the same on average; its interval gets narrower.", "CUPED", "Adjusted", "Adjusted for what the same users did before"),
        Phase = new("Phase", "A stretch of an experiment in which neither models nor shares changed. Numbers of two phases are never added up.", "Phases"),
        Holdout = new("Global holdout", "A small share of all users that takes part in no experiment, to measure what all changes together bring.", "holdout"),
        Layer = new("Layer", "Experiments in one layer never share a user; in different layers they overlap like independent coins."),
        Bootstrap = new("Bootstrap", "An interval found by drawing the users again and again with replacement, and seeing how far the number moves.", "Bootstrap over users"),
        Paired = new("Paired test", "Compares two models on the same users, so that users who are easy for both cancel out."),
        Ndcg = new("NDCG", "How high the right items stand in the list: 1 is the best order there is, and a place further down counts less (logarithmic discount).", "NDCG@10"),
        Recall = new("Recall", "Which share of the items a user really chose is in the list."),
        Mrr = new("MRR", "One divided by the place of the first right item, on average: 1 if it always comes first."),
        HitRate = new("Hit rate", "The share of users who find at least one right item in the list."),
        Coverage = new("Coverage", "The share of the catalogue that is recommended to anybody."),
        Gini = new("Gini", "How unevenly recommendations fall on items: 0 all alike, 1 all on one.", "Gini index"),
        Diversity = new("Diversity", "How different the items of one list are from each other.", "Intra-list distance"),
        Novelty = new("Novelty", "How little known the recommended items are: rare ones score higher."),
        ColdStart = new("Offline test", "The newest part of each user's history, kept away from training: every item is ranked, and the hidden ones should come out on top.", "temporal hold-out"),
        Exploration = new("Exploration", "A small share of places filled at random, so that new items get a chance and what-if questions can be answered later."),
        Propensity = new("Propensity", "The chance with which an item came to its place; logged so that other policies can be judged on the same data."),
        AATest = new("A/A test", "Two equal arms. About one in twenty such experiments shows a difference by chance; more means that the measuring is broken.", "A/A"),
        Cap = new("Cap", "The most a single user can count for in a metric, the same in every arm and fixed before the start; what lies above counts as the cap (winsorised). It keeps a handful of users from deciding.", "capped", "winsorised"),
        TimeToClick = new("Time to first click", "From a user's first list to the first click, averaged over those who click within a day. Who never clicks has no time: read it beside the share of users who click."),
        DwellTime = new("Dwell time", "How many seconds people stay with an item, as your pages report it (custom:dwell with the seconds as its value)."),
        OwnEvent = new("Own event", "Something your pages report under a name of your own, custom:NAME. It can be counted per user, as a share of users, and by its value.", "custom event", "Your own events"),
        ChanceToWin = new("Chance to win", "How likely an arm is better than control, given the data and a flat prior."),
        Risk = new("Risk", "What choosing this arm costs on average in the cases in which it is the worse one.");

    /// <summary>Every entry, by name.</summary>
    public static IReadOnlyList<GlossaryEntry> All { get; } =
        [.. typeof(Glossary).GetFields().Where(f => f.FieldType == typeof(GlossaryEntry)).Select(f => (GlossaryEntry)f.GetValue(null)!).OrderBy(e => e.Name, StringComparer.OrdinalIgnoreCase)];

    private static readonly Dictionary<string, GlossaryEntry> Words =
        All.SelectMany(e => e.Also.Append(e.Name).Select(word => (word, e))).ToDictionary(w => w.word, w => w.e, StringComparer.OrdinalIgnoreCase);

    /// <summary>The entry of a word as pages write it, with or without "@10" behind it; null where the word needs none.</summary>
    public static GlossaryEntry? Find(string? word) => word is null ? null : Words.GetValueOrDefault(word) ?? Words.GetValueOrDefault(word.Split('@')[0].Trim());
}
