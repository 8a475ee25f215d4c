using RecLab.Recommenders.Data;

namespace RecLab.Recommenders;

/// <summary>A way of recommending, described by its options. Training leaves an <see cref="IModel"/>; an untrained model does not exist.</summary>
public interface IRecommender
{
    /// <summary>Learns from interactions.</summary>
    /// <param name="data">What may be learnt from; nothing else is read.</param>
    /// <param name="context">Device, seed, progress, cancellation.</param>
    /// <exception cref="OperationCanceledException">The context was cancelled; answered in less than a second.</exception>
    /// <exception cref="TrainingException">The data or options make training impossible; the message says why.</exception>
    IModel Train(Interactions data, TrainingContext context);

    /// <summary>Reads what <see cref="IModel.Save"/> wrote, bit for bit.</summary>
    /// <exception cref="InvalidDataException">The stream is damaged or belongs to other vocabularies.</exception>
    IModel Load(Stream artifact, Vocabulary users, Vocabulary items);
}

/// <summary>What training leaves behind: immutable, thread-safe, and able to score every item for a query. Ranking and exclusion are shared
/// (<see cref="Ranker"/>), not the model's business.</summary>
public interface IModel
{
    Vocabulary Users { get; }
    Vocabulary Items { get; }

    /// <summary>Scores every item; higher is better.</summary>
    /// <param name="query">Who asks, and what is known of them.</param>
    /// <param name="scores">Length <c>Items.Count</c>. Filled with finite numbers, or NaN for an item this model cannot score.</param>
    /// <returns>False where the model cannot answer this query at all (a stranger it cannot fold in): scores are then undefined and a fallback answers.</returns>
    bool Score(Query query, Span<float> scores);

    /// <summary>Scores every item for many users at once: row q of <paramref name="scores"/> (row-major, queries x items) is the answer to query q.</summary>
    /// <param name="can">Set to false for the queries this model cannot answer.</param>
    void ScoreMany(ReadOnlySpan<Query> queries, Span<float> scores, Span<bool> can)
    {
        for (var q = 0; q < queries.Length; q++) can[q] = Score(queries[q], scores.Slice(q * Items.Count, Items.Count));
    }

    /// <summary>Writes named arrays in the safetensors format; never a serialised object graph.</summary>
    void Save(Stream stream);
}

/// <summary>One question to a model.</summary>
/// <param name="User">The user's index in the model's vocabulary, or -1 for a stranger.</param>
/// <param name="History">The newest known item indices of this user, oldest first, including those the model was trained on. A model that
/// can fold in uses it; a stranger with history is answered from it.</param>
/// <param name="Item">The item being looked at (item page, "because you viewed"), or -1.</param>
/// <param name="Scenario">Where the list will be shown, an index into <see cref="IScenarioModel.Scenarios"/>, or -1; models that know no scenarios do not look at it.</param>
public readonly record struct Query(int User, ReadOnlyMemory<int> History, int Item = -1, int Scenario = -1)
{
    /// <summary>A question for a user known from training, with the history given.</summary>
    public static Query Of(int user, int[] history) => new(user, history);

    /// <summary>The different items this query speaks of, ascending: the history, and the item being looked at as its newest touch.</summary>
    public int[] Touched()
    {
        var items = new int[History.Length + (Item >= 0 ? 1 : 0)];
        History.Span.CopyTo(items);
        if (Item >= 0) items[^1] = Item;
        Array.Sort(items);
        var count = 0;
        for (var i = 0; i < items.Length; i++)
            if (i == 0 || items[i] != items[i - 1]) items[count++] = items[i];
        return count == items.Length ? items : items[..count];
    }
}

/// <summary>Training cannot go on: the message is one clear sentence for the run's page.</summary>
public sealed class TrainingException(string message, Exception? inner = null) : Exception(message, inner);
