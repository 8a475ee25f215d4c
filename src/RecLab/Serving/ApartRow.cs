using RecLab.Events;

namespace RecLab.Serving;

/// <summary>Something that came and is in no number, for the placement's page.</summary>
/// <param name="Kind">As the log counts it: "bot", "quarantined:forged".</param>
/// <param name="Title">Its name.</param>
/// <param name="Why">Why it is in no number, one sentence.</param>
public sealed record ApartRow(string Kind, string Title, string Why, long Count)
{
    /// <summary>Counts of some days added up by kind, the most frequent first.</summary>
    public static IReadOnlyList<ApartRow> Of(IEnumerable<Tally> tallies) =>
        [.. tallies.GroupBy(t => t.Kind, (kind, all) => Of(kind, all.Sum(t => t.Count))).OrderByDescending(r => r.Count).ThenBy(r => r.Kind, StringComparer.Ordinal)];

    /// <summary>What an event that was set aside for this reason did, one sentence.</summary>
    public static string WhyAside(string reason) => Of("quarantined:" + reason, 0).Why;

    private static ApartRow Of(string kind, long count)
    {
        var (title, why) = kind switch
        {
            RecommendationDesk.Bot => ("Lists to programs", "The browser's name says that it is one: it got the fallback and is in no experiment."),
            RecommendationDesk.NoConsent => ("Lists without consent", "The visitor has not agreed or has refused: the fallback was shown and nobody was assigned."),
            RecommendationDesk.NoUser => ("Lists to nobody in particular", "No user was named."),
            RecommendationDesk.Halted => ("Lists under the kill switch", "Everybody got the fallback, and no list counts for an experiment."),
            "duplicate" => ("Events that came again", "The same event id was stored before; the first one counts."),
            "rejected" => ("Events that could not be read", "The sender was told what is wrong with each."),
            "late" => ("Late events", "They arrived more than half an hour after they happened."),
            "future" => ("Events from the future", "They claim to have happened after they were sent."),
            "stale" => ("Old events", "They happened more than 72 hours before they arrived."),
            "outside-window" => ("Events too far from their list", "More than half an hour from it; purchases, more than seven days."),
            "no-list" => ("Events without a list", "They name no list; purchases and baskets still count for their user."),
            "quarantined:" + QuarantineReasons.Malformed => ("Set aside: malformed", "What they name as their list is no recommendation id."),
            "quarantined:" + QuarantineReasons.Forged => ("Set aside: forged", "The seal does not belong to the list."),
            "quarantined:" + QuarantineReasons.Unknown => ("Set aside: unknown", "No such list was served here."),
            "quarantined:" + QuarantineReasons.Foreign => ("Set aside: foreign", "The list was another user's, or the item was not in it."),
            "quarantined:" + QuarantineReasons.Replayed => ("Set aside: replayed", "The list was looked at again a week after it was served."),
            "quarantined:" + QuarantineReasons.Mixed => ("Set aside: mixed", "A live event for a simulated list, or the other way round."),
            _ when kind.StartsWith("endpoint:", StringComparison.Ordinal) => ($"Service did not answer: {kind[9..]}", "The fallback answered instead."),
            _ => (kind, "The log counts it under this name."),
        };
        return new(kind, title, why, count);
    }
}
