using RecLab.Recommenders.Data;
using RecLab.Recommenders.Numerics;

namespace RecLab.Recommenders.Models.Factors;

/// <summary>Vectors of users and items with item biases, learnt from pairs: <c>score = b_i + p_u . q_i</c>. Known users are answered by their learnt vector.
/// A stranger with a history gets one by the same descent that training used, over pairs of history and other items, the items standing still; it
/// is the same for the same history.</summary>
internal sealed unsafe class PairwiseModel : IScenarioModel
{
    private const int Steps = 3000;
    private readonly FactorMatrix _items;
    private readonly float[] _users, _bias, _stranger;
    private readonly DenseScoring _scoring;
    private readonly float _rate, _regularization;
    private readonly ScenarioTable? _scenarios;

    /// <param name="stranger">Where a stranger starts.</param>
    /// <param name="rate">Learning rate of a stranger's descent.</param>
    /// <param name="scenarios">Added to the user's vector, or null.</param>
    public PairwiseModel(Vocabulary users, Vocabulary items, float[] userVectors, FactorMatrix itemVectors, float[] bias, float[] stranger, double rate, double regularization, ScenarioTable? scenarios = null)
    {
        _scenarios = scenarios;
        (Users, Items, _users, _items, _bias, _stranger) = (users, items, userVectors, itemVectors, bias, stranger);
        (_rate, _regularization) = ((float)rate, (float)regularization);
        _scoring = new DenseScoring(itemVectors.ToArray(), items.Count, itemVectors.Width, bias);
    }

    public Vocabulary Users { get; }
    public Vocabulary Items { get; }
    public Vocabulary Scenarios => _scenarios?.Names ?? Vocabulary.Empty;

    public bool Score(Query query, Span<float> scores)
    {
        var vector = new float[_items.Width];
        if (!Vector(query, vector)) return false;
        _scoring.Score(vector, scores);
        return true;
    }

    public void ScoreMany(ReadOnlySpan<Query> queries, Span<float> scores, Span<bool> can)
    {
        var vectors = new float[queries.Length * _items.Width];
        for (var q = 0; q < queries.Length; q++) can[q] = Vector(queries[q], vectors.AsSpan(q * _items.Width, _items.Width));
        _scoring.ScoreMany(vectors, scores);
    }

    public void Save(Stream stream)
    {
        var file = new SafeTensors
        {
            ["users"] = NamedArray.Of(_users, Users.Count, _items.Width),
            ["items"] = NamedArray.Of(_items.ToArray(), Items.Count, _items.Width),
            ["bias"] = NamedArray.Of(_bias),
            ["stranger"] = NamedArray.Of(_stranger),
        };
        _scenarios?.Write(file, "");
        file.Write(stream);
    }

    public static PairwiseModel Load(Stream artifact, Vocabulary users, Vocabulary items, int width, double rate, double regularization)
    {
        var arrays = SafeTensors.Read(artifact);
        return new(users, items, arrays.Floats("users", (long)users.Count * width),
            FactorMatrix.Of(arrays.Floats("items", (long)items.Count * width), items.Count, width), arrays.Floats("bias", items.Count), arrays.Floats("stranger", width), rate, regularization, ScenarioTable.Read(arrays, "", width));
    }

    private bool Vector(Query query, Span<float> into)
    {
        if (!Person(query, into)) return false;
        _scenarios?.AddTo(into, query.Scenario);
        return true;
    }

    private bool Person(Query query, Span<float> into)
    {
        if (query.User >= 0)
        {
            _users.AsSpan(query.User * _items.Width, _items.Width).CopyTo(into);
            return true;
        }
        var history = query.Touched();
        if (history.Length == 0 || history.Length == Items.Count) return false;
        var own = new FactorMatrix(1, _items.Width);
        _stranger.CopyTo(own[0]);
        var random = new FastRandom(1);
        var p = own.Row(0);
        for (var step = 0; step < Steps; step++)
        {
            var item = history[random.Below(history.Length)];
            var other = random.Below(Items.Count);
            if (Array.BinarySearch(history, other) >= 0) continue;
            float* a = _items.Row(item), b = _items.Row(other);
            var x = _bias[item] - _bias[other] + PairwiseStep.Difference(p, a, b, _items.Stride);
            var rate = _rate * (1 - 0.9f * step / Steps); // ends fine enough not to depend on the last pairs
            PairwiseStep.MoveUser(p, a, b, PairwiseStep.Unsettled(x), rate, _regularization, _items.Stride);
        }
        own[0].CopyTo(into);
        GC.KeepAlive(own);
        return true;
    }
}
