namespace RecLab.Recommenders.Data;

/// <summary>The two-way table between ids as the outside world writes them and dense indices 0..Count-1. Immutable and thread-safe.</summary>
public sealed class Vocabulary
{
    private readonly string[] _ids;
    private readonly Dictionary<string, int> _indices;

    /// <param name="ids">The id of index 0, 1, ...; no duplicates.</param>
    /// <exception cref="ArgumentException">An id occurs twice.</exception>
    public Vocabulary(IEnumerable<string> ids)
    {
        _ids = ids.ToArray();
        _indices = new Dictionary<string, int>(_ids.Length, StringComparer.Ordinal);
        for (var i = 0; i < _ids.Length; i++)
            if (!_indices.TryAdd(_ids[i], i)) throw new ArgumentException($"The id '{_ids[i]}' occurs twice in the vocabulary.", nameof(ids));
    }

    /// <summary>An empty vocabulary.</summary>
    public static Vocabulary Empty { get; } = new([]);

    /// <summary>How many ids there are.</summary>
    public int Count => _ids.Length;

    /// <summary>The outside id of an index.</summary>
    public string this[int index] => _ids[index];

    /// <summary>All ids in the order of their indices.</summary>
    public IReadOnlyList<string> Ids => _ids;

    /// <summary>The index of an outside id, or -1 where it is unknown.</summary>
    public int IndexOf(string id) => _indices.GetValueOrDefault(id, -1);

    /// <summary>A vocabulary of the numbers 0..count-1 written out; for tests and generated data.</summary>
    public static Vocabulary OfNumbers(int count) => new(Enumerable.Range(0, count).Select(i => i.ToString(System.Globalization.CultureInfo.InvariantCulture)));
}
