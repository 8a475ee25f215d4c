using RecLab.Recommenders.Data;

namespace RecLab.Recommenders.Evaluation;

/// <summary>The pass: blocks of users are scored in parallel, seen items taken out, the head of each list kept and measured. What it leaves does
/// not depend on the number of threads.</summary>
internal sealed class Ranking
{
    /// <summary>Scores of a block stay within this many bytes, so that they are ranked while still in the cache.</summary>
    private const int BlockBytes = 2 << 20, MostUsers = 256;

    private readonly IModel _model;
    private readonly Questions _questions;
    private readonly EvaluationOptions _options;
    private readonly IReadOnlyList<IRankingMetric> _metrics = RankingMetricCatalog.All;
    private readonly int[] _scenarios; // of each question, as the model counts them
    private int _unanswered;

    /// <param name="scenarios">The model's number of each scenario that <paramref name="questions"/> counts.</param>
    public Ranking(IModel model, Questions questions, EvaluationOptions options, int[] scenarios)
    {
        (_model, _questions, _options) = (model, questions, options);
        _scenarios = Array.ConvertAll(questions.Scenarios, s => s < 0 ? -1 : scenarios[s]);
        Width = Math.Min(options.Ks.Max(), model.Items.Count);
        var users = questions.Users.Length;
        Items = new int[users * Width];
        Grades = new float[users * Width];
        Lengths = new int[users];
        Series = [.. _metrics.SelectMany(m => options.Ks.Select(k => (m.Key, k, new double[users])))];
    }

    /// <summary>Places kept per user.</summary>
    public int Width { get; }

    /// <summary>Row-major, users x <see cref="Width"/>.</summary>
    public int[] Items { get; }
    public float[] Grades { get; }
    public int[] Lengths { get; }
    public int Unanswered => _unanswered;

    /// <summary>Metric by metric, k by k: each user's value, NaN where it has no meaning.</summary>
    public (string Metric, int K, double[] Values)[] Series { get; }

    public Ranking Run(IProgress<double>? progress, CancellationToken cancellation)
    {
        var users = _questions.Users.Length;
        var size = Math.Clamp(BlockBytes / sizeof(float) / Math.Max(1, _model.Items.Count), 8, MostUsers);
        var blocks = (users + size - 1) / size;
        var done = 0;
        Parallel.For(0, blocks, new() { MaxDegreeOfParallelism = _options.Threads > 0 ? _options.Threads : -1, CancellationToken = cancellation },
            () => new Desk(size, _model.Items.Count, Width),
            (block, _, desk) =>
            {
                Block(desk, block * size, Math.Min(size, users - block * size));
                if (progress is not null) lock (_questions) progress.Report(0.9 * ++done / blocks);
                return desk;
            },
            _ => { });
        return this;
    }

    private void Block(Desk desk, int start, int count)
    {
        var items = _model.Items.Count;
        for (var i = 0; i < count; i++) desk.Queries[i] = Query.Of(_questions.Users[start + i], _questions.Shown[start + i]) with { Scenario = _scenarios[start + i] };
        _model.ScoreMany(desk.Queries.AsSpan(0, count), desk.Scores.AsSpan(0, count * items), desk.Can.AsSpan(0, count));
        for (var i = 0; i < count; i++)
        {
            var q = start + i;
            var list = Items.AsSpan(q * Width, Width);
            var grades = Grades.AsSpan(q * Width, Width);
            if (desk.Can[i])
            {
                var scores = desk.Scores.AsSpan(i * items, items);
                if (_options.ExcludeSeen) foreach (var item in _questions.Histories[q]) scores[item] = float.NaN;
                Lengths[q] = Ranker.Top(scores, list);
            }
            else Interlocked.Increment(ref _unanswered);
            Measure(desk, q, list[..Lengths[q]], grades[..Lengths[q]]);
        }
    }

    private void Measure(Desk desk, int q, ReadOnlySpan<int> list, Span<float> grades)
    {
        var relevant = _questions.Relevant[q];
        var ideal = desk.Ideal(relevant.Length);
        for (var r = 0; r < relevant.Length; r++) desk.GradeOf[relevant[r].Item] = ideal[r] = relevant[r].Grade;
        for (var j = 0; j < list.Length; j++) grades[j] = desk.GradeOf[list[j]];
        foreach (var (item, _) in relevant) desk.GradeOf[item] = 0;
        var ranked = new RankedList(grades, ideal);
        var at = 0;
        foreach (var metric in _metrics)
            foreach (var k in _options.Ks) Series[at++].Values[q] = metric.At(ranked, k) ?? double.NaN;
    }

    /// <summary>What one thread works on.</summary>
    private sealed class Desk(int users, int items, int width)
    {
        private float[] _ideal = new float[width];
        public readonly Query[] Queries = new Query[users];
        public readonly float[] Scores = new float[users * items];
        public readonly bool[] Can = new bool[users];
        public readonly float[] GradeOf = new float[items];

        public Span<float> Ideal(int length)
        {
            if (_ideal.Length < length) _ideal = new float[length];
            return _ideal.AsSpan(0, length);
        }
    }
}
