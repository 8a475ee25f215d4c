using RecLab.Statistics;
using RecLab.Statistics.Distributions;

namespace RecLab.Recommenders.Search;

/// <summary>Tree-structured Parzen estimator: the trials are parted into the best quarter and the rest, each dimension of either part is described by a mixture of
/// normals around the points tried, and of some candidates drawn from the good mixture the one with the largest ratio good / rest is tried next
/// (Bergstra, Bardenet, Bengio and Kégl, "Algorithms for hyper-parameter optimization", NIPS 2011, section 4).</summary>
/// <param name="trials">How many in all.</param>
/// <param name="startup">The first so many are drawn at random.</param>
/// <param name="candidates">Draws from the good mixture each time.</param>
public sealed class TreeParzen(int trials, int startup = 10, int candidates = 24) : ISearchStrategy
{
    private const double Good = 0.25;

    public Trial? Next(SearchSpace space, IReadOnlyList<Trial> soFar, int seed)
    {
        if (soFar.Count >= trials) return null;
        var dice = Dice.Of(seed).For(soFar.Count);
        var finished = soFar.Where(t => t.Value is not null).OrderByDescending(t => t.Value).ThenBy(t => t.Number).ToArray();
        if (finished.Length < startup) return new(soFar.Count, soFar.Count, RandomSearch.Draw(space, dice), 1);
        var cut = (int)Math.Ceiling(Good * finished.Length);
        var point = new Dictionary<string, double>(StringComparer.Ordinal);
        for (var d = 0; d < space.Dimensions.Count; d++)
        {
            var dimension = space.Dimensions[d];
            var units = finished.Select(t => dimension.Unit(t.Point[dimension.Name])).ToArray();
            Mixture good = new(units[..cut]), rest = new(units[cut..]);
            var own = dice.For(d);
            var best = Enumerable.Range(0, candidates).Select(c => good.Draw(own.For(c))).MaxBy(x => Math.Log(good.Density(x)) - Math.Log(rest.Density(x)));
            point[dimension.Name] = dimension.At(best);
        }
        return new(soFar.Count, soFar.Count, point, 1);
    }

    /// <summary>Normals cut to [0, 1], one around each point as wide as the farther of its two neighbours is away, and one wide normal in the middle as prior.</summary>
    private sealed class Mixture
    {
        private readonly double[] _centres, _widths, _shares;

        public Mixture(double[] points)
        {
            _centres = [.. points.Append(0.5).Order()];
            _widths = new double[_centres.Length];
            var least = 1.0 / Math.Min(100, _centres.Length + 1);
            var priorSeen = false;
            for (var i = 0; i < _centres.Length; i++)
            {
                var left = _centres[i] - (i == 0 ? 0 : _centres[i - 1]);
                var right = (i == _centres.Length - 1 ? 1 : _centres[i + 1]) - _centres[i];
                var prior = !priorSeen && _centres[i] == 0.5;
                priorSeen |= prior;
                _widths[i] = prior ? 1 : Math.Clamp(Math.Max(left, right), least, 1);
            }
            _shares = [.. _centres.Zip(_widths, (c, w) => 1 / (_centres.Length * w * (Normal.Cdf((1 - c) / w) - Normal.Cdf(-c / w))))];
        }

        public double Draw(Dice dice)
        {
            var component = dice.Below(_centres.Length, 0);
            for (var attempt = 1; ; attempt++)
            {
                var x = _centres[component] + _widths[component] * dice.Normal(attempt);
                if (x is >= 0 and <= 1) return x;
            }
        }

        public double Density(double x)
        {
            double sum = 0;
            for (var i = 0; i < _centres.Length; i++) sum += _shares[i] * Normal.Density((x - _centres[i]) / _widths[i]);
            return sum;
        }
    }
}
