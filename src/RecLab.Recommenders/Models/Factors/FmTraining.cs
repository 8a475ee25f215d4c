using RecLab.Recommenders.Data;
using RecLab.Recommenders.Numerics;

namespace RecLab.Recommenders.Models.Factors;

/// <summary>Stochastic gradient descent over the weights and vectors of all features; one thread, so that a seed decides everything.</summary>
internal sealed unsafe class FmTraining
{
    private const int StepsPerLook = 2048;
    private readonly FactorizationMachineOptions _options;
    private readonly Interactions _data;
    private readonly TrainingContext _context;
    private readonly FmFeatures _features;
    private readonly FactorMatrix _vectors, _sums; // rows of _sums: user, item, other item, working space
    private readonly float[] _weights;
    private readonly ScenarioRows? _scenarios;
    private readonly Dictionary<(int User, int Item), int> _scenarioOf = []; // of the pair's newest row
    private readonly int _length;
    private float _mean;

    public FmTraining(FactorizationMachineOptions options, Interactions data, TrainingContext context)
    {
        (_options, _data, _context) = (options, data, context);
        _features = new FmFeatures(data, options.UseAttributes);
        _scenarios = options.Target == FmTarget.Ranking ? ScenarioRows.Of(data) : null;
        if (_scenarios is not null)
            for (var row = 0; row < data.Count; row++) _scenarioOf[(data.User[row], data.Item[row])] = _scenarios.OfRow[row];
        _vectors = FactorMatrix.Normal(_features.Count + (_scenarios?.Count ?? 0), options.Factors, 0.1 / Math.Sqrt(options.Factors), new Random(context.Seed));
        _sums = new FactorMatrix(4, options.Factors);
        _weights = new float[_vectors.Rows];
        _length = _vectors.Stride;
    }

    /// <summary>Fits <c>sum ln sigma(y(u, i) - y(u, j))</c> over touched i and untouched j.</summary>
    public void FitOrder()
    {
        var touched = SparseMatrix.Of(_data);
        var sampler = new PairSampler(touched, _context.Seed);
        float* s = _sums.Row(0), a = _sums.Row(1), b = _sums.Row(2);
        Epochs(touched.Count, "loss", sum => sum / touched.Count, (_, rate) =>
        {
            if (!sampler.Next(out var user, out var item, out var other)) return 0;
            Sum(_features.OfUser(user), s);
            var place = _scenarios is null ? -1 : _features.Count + _scenarioOf[(user, item)];
            if (place >= 0) RowKernels.AddScaled(s, 1, _vectors.Row(place), _length);
            var x = Own(_features.OfItem(item), a) - Own(_features.OfItem(other), b) + PairwiseStep.Difference(s, a, b, _length);
            var g = PairwiseStep.Unsettled(x);
            var pull = _sums.Row(3);
            for (var k = 0; k < _length; k++) pull[k] = a[k] - b[k];
            for (var k = 0; k < _length; k++) (a[k], b[k]) = (a[k] + s[k], b[k] + s[k]);
            Move(_features.OfUser(user), pull, g, rate, ownSide: false, withWeights: false);
            if (place >= 0) Move([(place, 1f)], pull, g, rate, ownSide: false, withWeights: false);
            Move(_features.OfItem(item), a, g, rate, ownSide: true, withWeights: true);
            Move(_features.OfItem(other), b, -g, rate, ownSide: true, withWeights: true);
            return PairwiseStep.Loss(x);
        });
    }

    /// <summary>Fits <c>sum (value - y(u, i))^2 / 2</c>.</summary>
    public void FitRatings()
    {
        _mean = (float)_data.Value.Average(v => (double)v);
        var order = Enumerable.Range(0, _data.Count).ToArray();
        var random = new Random(_context.Seed);
        float* s = _sums.Row(0), a = _sums.Row(1);
        Epochs(order.Length, "train rmse", sum => Math.Sqrt(sum / order.Length), (at, rate) =>
        {
            if (at == 0) random.Shuffle(order);
            var (user, item) = (_data.User[order[at]], _data.Item[order[at]]);
            var error = _data.Value[order[at]] - _mean - Own(_features.OfUser(user), s) - Own(_features.OfItem(item), a) - RowKernels.Dot(s, a, _length);
            for (var k = 0; k < _length; k++) s[k] += a[k];
            Move(_features.OfUser(user), s, error, rate, ownSide: true, withWeights: true);
            Move(_features.OfItem(item), s, error, rate, ownSide: true, withWeights: true);
            return (double)error * error;
        });
    }

    /// <summary>The machine with all features of a user or item added up.</summary>
    public (float Mean, float[] OfUser, float[] OfItem, FactorMatrix Users, FactorMatrix Items) Folded()
    {
        FactorMatrix users = new(_data.Users.Count, _options.Factors), items = new(_data.Items.Count, _options.Factors);
        float[] ofUser = new float[users.Rows], ofItem = new float[items.Rows];
        for (var u = 0; u < ofUser.Length; u++) ofUser[u] = Own(_features.OfUser(u), users.Row(u));
        for (var i = 0; i < ofItem.Length; i++) ofItem[i] = Own(_features.OfItem(i), items.Row(i));
        return (_mean, ofUser, ofItem, users, items);
    }

    /// <summary>The scenarios' vectors, or null where the data name none.</summary>
    public ScenarioTable? Scenarios()
    {
        if (_scenarios is null) return null;
        var vectors = new float[_scenarios.Count * _options.Factors];
        for (var s = 0; s < _scenarios.Count; s++) new Span<float>(_vectors.Row(_features.Count + s), _options.Factors).CopyTo(vectors.AsSpan(s * _options.Factors));
        return _scenarios.Table(vectors, _options.Factors);
    }

    private void Epochs(int steps, string series, Func<double, double> curve, Func<int, float, double> step)
    {
        for (var epoch = 1; epoch <= _options.Epochs; epoch++)
        {
            var rate = (float)(_options.LearningRate * (1 - 0.9 * (epoch - 1) / _options.Epochs));
            var sum = 0.0;
            for (var at = 0; at < steps; at++)
            {
                if (at % StepsPerLook == 0) _context.Cancellation.ThrowIfCancellationRequested();
                sum += step(at, rate);
            }
            if (!double.IsFinite(sum)) throw new TrainingException($"The vectors overflowed in epoch {epoch}; lower the learning rate.");
            _context.Progress.Report(new((double)epoch / _options.Epochs, $"epoch {epoch} of {_options.Epochs}") { Epoch = epoch, Curve = new Dictionary<string, double> { [series] = curve(sum) } });
        }
    }

    /// <summary>S = sum x_f v_f.</summary>
    private void Sum(ReadOnlySpan<(int Feature, float Value)> features, float* into)
    {
        new Span<float>(into, _length).Clear();
        foreach (var (feature, value) in features) RowKernels.AddScaled(into, value, _vectors.Row(feature), _length);
    }

    /// <summary>Leaves S in <paramref name="into"/>, and answers <c>sum w_f x_f + (|S|^2 - sum x_f^2 |v_f|^2) / 2</c>, what the features of one side say by themselves.</summary>
    private float Own(ReadOnlySpan<(int Feature, float Value)> features, float* into)
    {
        Sum(features, into);
        float linear = 0, squares = 0;
        foreach (var (feature, value) in features)
        {
            linear += value * _weights[feature];
            squares += value * value * RowKernels.Dot(_vectors.Row(feature), _vectors.Row(feature), _length);
        }
        return linear + (RowKernels.Dot(into, into, _length) - squares) / 2;
    }

    /// <summary>A step of every feature: v_f += rate (g x_f (pull - x_f v_f) - reg v_f), the own part taken off where the pull holds it.</summary>
    private void Move(ReadOnlySpan<(int Feature, float Value)> features, float* pull, float g, float rate, bool ownSide, bool withWeights)
    {
        var reg = (float)_options.Regularization;
        foreach (var (feature, value) in features)
        {
            var v = _vectors.Row(feature);
            var keep = 1 - rate * (reg + (ownSide ? g * value * value : 0));
            RowKernels.AddScaled(v, keep - 1, v, _length);
            RowKernels.AddScaled(v, rate * g * value, pull, _length);
            if (withWeights) _weights[feature] += rate * (g * value - reg * _weights[feature]);
        }
    }
}
