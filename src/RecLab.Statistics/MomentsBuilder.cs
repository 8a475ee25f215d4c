namespace RecLab.Statistics;

/// <summary>Collects <see cref="Moments"/> from raw numbers, one unit at a time, in one pass without cancellation (Welford, Technometrics 4, 1962), the mean
/// carried in two doubles.</summary>
public sealed class MomentsBuilder(MetricKind kind)
{
    private readonly double[] _means = new double[4];
    private readonly double[] _rests = new double[4];
    private readonly double[] _deviations = new double[16];
    private readonly double[] _before = new double[4];
    private readonly double[] _after = new double[4];
    private long _units;

    /// <summary>Adds one unit: numerator, denominator (ratios only), and the same two from before its exposure.</summary>
    public void Add(double numerator, double denominator = 0, double priorNumerator = 0, double priorDenominator = 0)
    {
        ReadOnlySpan<double> values = [numerator, denominator, priorNumerator, priorDenominator];
        _units++;
        for (var i = 0; i < 4; i++)
        {
            _before[i] = values[i] - _means[i] - _rests[i];
            var step = _before[i] / _units + _rests[i];
            var mean = _means[i] + step;
            _rests[i] = step - (mean - _means[i]);
            _means[i] = mean;
            _after[i] = values[i] - mean - _rests[i];
        }
        for (var i = 0; i < 4; i++)
            for (var j = i; j < 4; j++) _deviations[i * 4 + j] += _before[i] * _after[j];
    }

    /// <summary>The moments of what was added so far.</summary>
    public Moments Build() => new(kind, _units, [.. _means], [.. _rests], [.. _deviations]);
}
