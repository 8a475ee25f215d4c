using RecLab.Recommenders.Data;

namespace RecLab.Simulation.Worlds;

/// <summary>People like what resembles their hidden rows in category: liking = 0.7 x the cosine between the item's categories and the category profile of the
/// hidden rows, both weighted by inverse frequency; hidden rows themselves are liked fully.</summary>
public sealed class ContentWorld : World
{
    private readonly int[][] _categories;
    private readonly double[] _weights;
    private readonly double[] _norms;

    public ContentWorld(Interactions hidden, int seed) : base(hidden, seed)
    {
        var numbers = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        _categories = new int[hidden.Items.Count][];
        for (var i = 0; i < _categories.Length; i++)
            _categories[i] = [.. hidden.Catalogue[hidden.Items[i]].Categories.Select(c => numbers.TryGetValue(c, out var n) ? n : numbers[c] = numbers.Count).Distinct()];
        var frequency = new int[numbers.Count];
        foreach (var c in _categories.SelectMany(c => c)) frequency[c]++;
        _weights = [.. frequency.Select(f => Math.Log(1.0 + (double)_categories.Length / Math.Max(1, f)))];
        _norms = [.. _categories.Select(list => Math.Sqrt(list.Sum(c => _weights[c] * _weights[c])))];
    }

    public override string Name => "content";

    protected override void Liking(int user, Span<float> liking)
    {
        var profile = new double[_weights.Length];
        foreach (var row in Hidden.ByUser[user])
            foreach (var c in _categories[Hidden.Item[row]]) profile[c] += _weights[c];
        var norm = Math.Sqrt(profile.Sum(p => p * p));
        for (var i = 0; i < liking.Length; i++)
        {
            var dot = 0.0;
            foreach (var c in _categories[i]) dot += profile[c] * _weights[c];
            liking[i] = norm == 0 || _norms[i] == 0 ? 0 : (float)(0.7 * dot / (norm * _norms[i]));
        }
        foreach (var row in Hidden.ByUser[user]) liking[Hidden.Item[row]] = 1;
    }
}
