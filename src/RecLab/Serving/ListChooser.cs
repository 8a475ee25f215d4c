using System.Buffers;
using RecLab.Events;
using RecLab.Recommenders;
using RecLab.Serving.External;
using RecLab.Statistics.Interleaving;

namespace RecLab.Serving;

/// <summary>A list with what made it. Immutable; the same one may be shown several times, each time under its own id.</summary>
/// <param name="Served">What answered; null for the empty list.</param>
/// <param name="Fallback">Name of the fallback that answered, or null.</param>
/// <param name="Ids">Outside ids of <paramref name="Items"/>.</param>
/// <param name="Propensities">Probability of each item at its place.</param>
/// <param name="About">The item the list is about, or null.</param>
/// <param name="Teams">For an interleaved list how many teams made it and, item by item, which; null otherwise.</param>
public sealed record ChosenList(ServedModel? Served, string? Fallback, RankedItem[] Items, string[] Ids, double[] Propensities, string? About = null, TeamPlaces? Teams = null)
{
    /// <summary>No model has anything to say.</summary>
    public static ChosenList Empty { get; } = new(null, "empty", [], [], []);

    /// <summary>What the exposure says of the list (<see cref="Exposure.Head"/>, <see cref="Exposure.Variety"/>).</summary>
    public int? Head { get; init; }
    public int? Variety { get; init; }

    /// <summary>As the log stores it; kept from the second showing on.</summary>
    public ListText Text
    {
        get
        {
            if (_text is { } kept) return kept;
            var text = ListText.Of(Ids, Propensities);
            if (_textAsked) _text = text;
            _textAsked = true;
            return text;
        }
    }

    /// <summary>The items as a door writes them; kept from the second showing on, since most lists that are kept are shown once, and their text is ten times larger than they are.</summary>
    /// <param name="write">Depends on nothing but the list, as long as the application runs.</param>
    public byte[] Written(Func<ChosenList, byte[]> write)
    {
        if (_written is { } kept) return kept;
        var written = write(this);
        if (_writtenAsked) _written = written;
        _writtenAsked = true;
        return written;
    }

    private ListText? _text;
    private byte[]? _written;
    private bool _textAsked, _writtenAsked;
}

/// <summary>Chooses who answers and makes the list: the wanted variant, else the placement's fallbacks in their order, else the newest popularity model, else an empty list.</summary>
public sealed class ListChooser(ModelShelf models, ItemShelf items, EventLog log)
{
    /// <summary>Goes up whenever a list made before may be another now: a model was replaced, or the shop said something of its items.</summary>
    public long Generation => models.Generation + items.Generation;

    private const int MostHistory = 50;

    /// <param name="wanted">The variant assigned or the placement's own; null for the fallbacks at once.</param>
    /// <param name="unit">The person, or empty.</param>
    /// <param name="known">The person's interests since the models were trained, oldest first.</param>
    /// <param name="seed">Decides the exploration.</param>
    public async ValueTask<ChosenList> ChooseAsync(LivePlacement placement, int? wanted, string unit, RecommendationRequest request, IReadOnlyList<Interest> known, string seed, CancellationToken cancellation)
    {
        var question = new Question(placement, unit, request, known, seed);
        if (wanted is { } variant && models.Borrow(variant) is { HostDecides: false } first && await BuildAsync(first, null, question, cancellation) is { } list) return list;
        foreach (var key in placement.Fallbacks)
            if (models.Borrow(key) is { HostDecides: false } next && await BuildAsync(next, key, question, cancellation) is { } second) return second;
        return models.LastResort is { } last && await BuildAsync(last, "popularity", question, cancellation) is { } third ? third : ChosenList.Empty;
    }

    /// <summary>One list made by several variants (<see cref="TeamDraft"/>), or null where one of them has no list to give: is not loaded, leaves the list to the host, or knows nothing to show. The draw is
    /// its only chance: such a list explores nothing.</summary>
    public async ValueTask<ChosenList?> InterleaveAsync(LivePlacement placement, IReadOnlyList<int> variants, string unit, RecommendationRequest request, IReadOnlyList<Interest> known, string seed, CancellationToken cancellation)
    {
        var question = new Question(placement, unit, request, known, seed) { Certain = true };
        var teams = new ServedModel[variants.Count];
        for (var t = 0; t < teams.Length; t++)
            if (models.Borrow(variants[t]) is { HostDecides: false } served) teams[t] = served; else return null;
        var lists = await Task.WhenAll(teams.Select(t => BuildAsync(t, null, question, cancellation).AsTask()));
        if (lists.Any(l => l is null)) return null;
        var drafted = TeamDraft.Of([.. lists.Select(l => l!.Ids)], request.Count ?? placement.Placement.ListLength, TeamDraft.Draws(seed));
        var items = drafted.Items.Select((id, i) => lists[drafted.Teams[i]]!.Items[Array.IndexOf(lists[drafted.Teams[i]]!.Ids, id)]);
        return new(null, null, [.. items], [.. drafted.Items], [.. drafted.Propensities], lists[0]!.About, new(teams.Length, drafted.Teams));
    }

    /// <param name="Certain">The best items in their order, whatever the placement explores.</param>
    private readonly record struct Question(LivePlacement Placement, string Unit, RecommendationRequest Request, IReadOnlyList<Interest> Known, string Seed, bool Certain = false);

    private async ValueTask<ChosenList?> BuildAsync(ServedModel served, string? fallback, Question question, CancellationToken cancellation)
    {
        IReadOnlyList<string>? listed = null;
        if (served.Remote is { } remote)
        {
            (listed, var why) = await remote.AskAsync(Asked(served, question), cancellation);
            if (why is not null) log.Count($"endpoint:{why}", question.Request.Placement, question.Request.Simulated);
            if (listed is null) return null;
        }
        return Build(served, fallback, question, listed);
    }

    /// <summary>A list by one model, or null where it has nothing to say to this question.</summary>
    private ChosenList? Build(ServedModel served, string? fallback, Question question, IReadOnlyList<string>? listed)
    {
        var shown = items.For(served);
        var count = shown.Count;
        if (shown.Known == 0) return null;
        var rented = ArrayPool<float>.Shared.Rent(count);
        var flags = ArrayPool<bool>.Shared.Rent(count);
        try
        {
            var scores = rented.AsSpan(0, count);
            var excluded = flags.AsSpan(0, count);
            var history = History(served, question);
            var item = About(shown, question.Request, history);
            if (listed is not null) Rank(shown, listed, scores);
            else if (!served.Model.Score(Query(served, question, history, item < 0 ? -1 : shown.StandIn(item)), scores[..shown.Known])) return null;
            else if (Learnt(served))
            {
                if (!served.HearsHistory) Tell(served, question, history, scores[..shown.Known]);
                shown.ScoreNewcomers(scores);
            }
            else scores[shown.Known..].Fill(float.NaN); // an uploaded list is shown as it was uploaded
            Exclude(excluded, shown, question, history, item);
            var list = ListBuilder.Build(scores, excluded, question.Request.Count ?? question.Placement.Placement.ListLength, question.Certain ? 0 : question.Placement.Placement.Exploration, question.Seed, shown.Newcomers);
            if (list.Items.Length == 0) return null;
            var about = item < 0 ? null : shown.IdOf(item);
            var (ranked, ids) = (new RankedItem[list.Items.Length], new string[list.Items.Length]);
            for (var i = 0; i < ranked.Length; i++)
            {
                ids[i] = shown.IdOf(list.Items[i]);
                ranked[i] = new(shown.InfoOf(list.Items[i]), list.Scores[i], list.Explored[i] || list.Items[i] < shown.Known || listed is not null ? Why(list.Explored[i], served, item) : "new");
            }
            return new(served, fallback, ranked, ids, list.Propensities, about);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(rented);
            ArrayPool<bool>.Shared.Return(flags);
        }
    }

    /// <summary>"Because you viewed" asks about one item alone; everything else about the person, and the item beside.</summary>
    private static Query Query(ServedModel served, Question question, int[] history, int item) =>
        (question.Request.Because && question.Request.Item is null && item >= 0 ? new Query(-1, ReadOnlyMemory<int>.Empty, item)
            : new(question.Unit.Length == 0 ? -1 : served.Model.Users.IndexOf(question.Unit), history, item)) with { Scenario = Scenario(served, question) };

    /// <summary>The placement as the model counts it, or -1 where it makes no difference to it.</summary>
    private static int Scenario(ServedModel served, Question question) => served.Model.ScenarioOf(question.Placement.Placement.Key);

    /// <summary>What a known user touched since the training, for a model that has one learnt vector a user: the answer becomes the mean of the one to the user, weighted by the rows it was learnt from, and the one to a
    /// stranger who touched the new items, weighted by their number. For scores that are dot products this is the score of the mean vector, which is how the same model folds in a stranger.</summary>
    private static void Tell(ServedModel served, Question question, int[] history, Span<float> scores)
    {
        var user = question.Unit.Length == 0 ? -1 : served.Past.Users.IndexOf(question.Unit);
        if (user < 0 || served.Model.Users.IndexOf(question.Unit) < 0) return; // a stranger to the model is folded in whole
        var learnt = served.Past.ByUser[user].Length;
        if (history.Length <= learnt) return;
        var rented = ArrayPool<float>.Shared.Rent(scores.Length);
        try
        {
            var stranger = rented.AsSpan(0, scores.Length);
            if (!served.Model.Score(new(-1, history.AsMemory(learnt), Scenario: Scenario(served, question)), stranger)) return;
            var share = (float)(history.Length - learnt) / history.Length;
            for (var i = 0; i < scores.Length; i++) scores[i] += share * (stranger[i] - scores[i]);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(rented);
        }
    }

    private static bool Learnt(ServedModel served) => served.Family != Training.External.ExternalFamilies.Lists;

    private static int About(Assortment shown, RecommendationRequest request, int[] history) =>
        request.Item is { } asked ? shown.IndexOf(asked) : request.Because && history.Length > 0 ? history[^1] : -1;

    /// <summary>The service's order as scores; what the catalogue lacks falls away, what it did not name has none.</summary>
    private static void Rank(Assortment shown, IReadOnlyList<string> listed, Span<float> scores)
    {
        scores.Fill(float.NaN);
        for (var i = 0; i < listed.Count; i++)
            if (shown.IndexOf(listed[i]) is >= 0 and var index) scores[index] = listed.Count - i;
    }

    private static EndpointQuestion Asked(ServedModel served, Question question)
    {
        var (request, history) = (question.Request, History(served, question));
        var newest = history.AsSpan(Math.Max(0, history.Length - MostHistory));
        var touched = new string[newest.Length];
        for (var i = 0; i < touched.Length; i++) touched[i] = served.Items[newest[i]];
        return new(request.Placement, question.Unit.Length == 0 ? null : question.Unit, request.Item, request.Session.Length == 0 ? null : request.Session, request.Count ?? question.Placement.Placement.ListLength, request.Exclude, touched, request.Context);
    }

    private static int[] History(ServedModel served, Question question) => History(served, question.Unit.Length == 0 ? -1 : served.Past.Users.IndexOf(question.Unit), question.Known);

    /// <summary>Item indices the person has touched, oldest first: rows of the data set, then what was clicked since. What the data set, a snapshot of the log, has already is not told twice.</summary>
    /// <param name="user">The person in the data set, or -1.</param>
    internal static int[] History(ServedModel served, int user, IReadOnlyList<Interest> known)
    {
        var trained = user < 0 ? [] : served.Past.History(user);
        if (known.Count == 0) return trained;
        Dictionary<int, long> learnt = [];
        if (user >= 0) foreach (var row in served.Past.ByUser[user]) learnt[served.Past.Item[row]] = served.Past.Time[row];
        List<int> history = [.. trained];
        foreach (var interest in known)
            if (interest.Type != EventTypes.Dismiss && served.Items.IndexOf(interest.Item) is >= 0 and var index && !(learnt.TryGetValue(index, out var last) && last >= Math.DivRem(interest.At, 1000).Quotient)) history.Add(index);
        return [.. history];
    }

    private static void Exclude(Span<bool> excluded, Assortment shown, Question question, int[] history, int item)
    {
        excluded.Clear();
        shown.Withdrawn?.CopyTo(excluded);
        var (placement, request) = (question.Placement, question.Request);
        if (placement.Filters.Categories is { Count: > 0 } categories) Keep(excluded, shown, categories);
        if (request.Categories.Count > 0) Keep(excluded, shown, request.Categories);
        if (placement.Placement.HideSeen) foreach (var index in history) excluded[index] = true;
        if (item >= 0) excluded[item] = true;
        foreach (var id in request.Exclude) Mark(excluded, shown, id);
        foreach (var id in placement.Filters.Blocked ?? []) Mark(excluded, shown, id);
        foreach (var interest in question.Known)
            if (interest.Type == EventTypes.Dismiss || placement.Placement.HideSeen) Mark(excluded, shown, interest.Item);
    }

    /// <summary>Excludes what is in none of the categories.</summary>
    private static void Keep(Span<bool> excluded, Assortment shown, IReadOnlyList<string> categories)
    {
        var inside = categories.Select(shown.InCategory).OfType<bool[]>().ToArray();
        for (var i = 0; i < excluded.Length; i++)
        {
            var any = false;
            foreach (var flags in inside) any |= flags[i];
            excluded[i] |= !any;
        }
    }

    private static void Mark(Span<bool> excluded, Assortment shown, string id)
    {
        if (shown.IndexOf(id) is >= 0 and var index) excluded[index] = true;
    }

    private static string Why(bool explored, ServedModel served, int item) =>
        explored ? "explored" : served.Family == "popularity" ? "popular" : served.Remote is not null || served.Family == Training.External.ExternalFamilies.Lists ? "listed" : item >= 0 ? "viewed" : "history";
}
