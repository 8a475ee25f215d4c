using RecLab.Recommenders.Data;
using RecLab.Recommenders.Numerics;

namespace RecLab.Recommenders.Models.Als;

/// <summary>Vectors of users and items; the score is their product. Whoever brings a history is folded in exactly: the vector is the solution of
/// the user's own least-squares problem for that history, so strangers are answered and news of known users counts at once. Items seen after training are folded in alike, from the vectors of those who
/// touched them.</summary>
internal sealed unsafe class ImplicitAlsModel : IFoldsIn
{
    private readonly AlsFactors _factors;
    private readonly AlsSystem _system;
    private readonly DenseScoring _scoring;
    private readonly ImplicitAlsOptions _options;
    private readonly ThreadLocal<AlsScratch> _scratch;
    private readonly float[] _users;

    public ImplicitAlsModel(ImplicitAlsOptions options, Vocabulary users, Vocabulary items, AlsFactors factors)
    {
        (Users, Items, _factors, _options) = (users, items, factors, options);
        _system = new AlsSystem(options with { Solver = AlsSolver.Cholesky }, factors.Items, new TrainingContext { Threads = 1 });
        _scoring = new DenseScoring(factors.Items.ToArray(), items.Count, factors.Items.Width);
        _users = factors.Users.ToArray();
        _scratch = new(_system.Scratch);
    }

    public Vocabulary Users { get; }
    public Vocabulary Items { get; }

    public bool Score(Query query, Span<float> scores)
    {
        var user = new float[_factors.Items.Width];
        if (!Vector(query, user)) return false;
        _scoring.Score(user, scores);
        return true;
    }

    public void ScoreMany(ReadOnlySpan<Query> queries, Span<float> scores, Span<bool> can)
    {
        var width = _factors.Items.Width;
        var users = new float[queries.Length * width];
        for (var q = 0; q < queries.Length; q++) can[q] = Vector(queries[q], users.AsSpan(q * width, width));
        _scoring.ScoreMany(users, scores);
    }

    /// <summary>New users first, from the known items they touched; then new items, from everybody who touched them.</summary>
    public IModel FoldIn(Interactions data, TrainingContext context)
    {
        var touched = _options.Cells(data);
        int[] oldUser = [.. data.Users.Ids.Select(Users.IndexOf)], oldItem = [.. data.Items.Ids.Select(Items.IndexOf)];
        FactorMatrix users = new(data.Users.Count, _factors.Users.Width), items = new(data.Items.Count, _factors.Items.Width);
        var weight = new float[data.Items.Count];
        for (var u = 0; u < users.Rows; u++)
            if (oldUser[u] >= 0) _factors.Users[oldUser[u]].CopyTo(users[u]);
        for (var i = 0; i < items.Rows; i++)
        {
            if (oldItem[i] < 0) continue;
            _factors.Items[oldItem[i]].CopyTo(items[i]);
            weight[i] = _factors.ItemWeight[oldItem[i]];
        }
        Solve(touched, users, items, oldUser, context);
        var byItem = touched.Transpose();
        Solve(byItem, items, users, oldItem, context);
        for (var i = 0; i < items.Rows; i++)
            if (oldItem[i] < 0) weight[i] = AlsTraining.Mean(byItem.ValuesOf(i));
        return new ImplicitAlsModel(_options, data.Users, data.Items, new(users, items, weight));
    }

    /// <summary>Solves the rows that were not there before.</summary>
    private void Solve(SparseMatrix touched, FactorMatrix solved, FactorMatrix other, int[] before, TrainingContext context)
    {
        var system = new AlsSystem(_options with { Solver = AlsSolver.Cholesky }, other, context);
        Workers.For(context, touched.Rows, 64, system.Scratch, (from, to, scratch) =>
        {
            for (var row = from; row < to; row++) if (before[row] < 0) system.Solve(touched.ColumnsOf(row), touched.ValuesOf(row), solved, row, scratch);
        });
    }

    public void Save(Stream stream) => new SafeTensors
    {
        ["users"] = NamedArray.Of(_users, _factors.Users.Rows, _factors.Users.Width),
        ["items"] = NamedArray.Of(_factors.Items.ToArray(), _factors.Items.Rows, _factors.Items.Width),
        ["item weight"] = NamedArray.Of(_factors.ItemWeight),
    }.Write(stream);

    public static ImplicitAlsModel Load(Stream artifact, ImplicitAlsOptions options, Vocabulary users, Vocabulary items)
    {
        var arrays = SafeTensors.Read(artifact);
        var width = options.Factors;
        return new(options, users, items, new(
            FactorMatrix.Of(arrays.Floats("users", (long)users.Count * width), users.Count, width),
            FactorMatrix.Of(arrays.Floats("items", (long)items.Count * width), items.Count, width),
            arrays.Floats("item weight", items.Count)));
    }

    /// <summary>The vector that answers a query: folded in from the history where there is one, else as it was learnt.</summary>
    private bool Vector(Query query, Span<float> into)
    {
        var history = query.Touched();
        if (history.Length == 0)
        {
            if (query.User < 0) return false;
            _users.AsSpan(query.User * into.Length, into.Length).CopyTo(into);
            return true;
        }
        var weights = new float[history.Length];
        var sum = 0.0;
        for (var k = 0; k < weights.Length; k++) sum += weights[k] = _factors.ItemWeight[history[k]];
        fixed (float* x = into)
            _system.Exact(history, weights, x, AlsSystem.Regularization(_options, sum, Items.Count), _scratch.Value!);
        return true;
    }
}
