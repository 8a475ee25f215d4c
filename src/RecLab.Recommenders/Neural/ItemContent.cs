using System.Numerics.Tensors;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Models.Content;

namespace RecLab.Recommenders.Neural;

/// <summary>What is given of every item besides its id, as one row of numbers: the vector of the catalogue (a text or image embedding made elsewhere) at length one, and beside it the words of
/// title, categories, attributes and description, projected.</summary>
/// <remarks>The projection: random signs, which keep angles up to 1 / sqrt(width) (Johnson and Lindenstrauss 1984; Achlioptas, JCSS 2003).</remarks>
internal sealed record ItemContent(float[] Vectors, int Width)
{
    /// <param name="words">Length of the projected words; 0 leaves them out.</param>
    /// <exception cref="TrainingException">Nothing is given of any item, or the vectors differ in length.</exception>
    public static ItemContent Of(Interactions data, int words, CancellationToken cancellation)
    {
        var given = data.Items.Ids.Select(id => data.Catalogue[id].Vector).ToArray();
        var length = given.FirstOrDefault(v => v is { Length: > 0 })?.Length ?? 0;
        var terms = words > 0 ? TermMatrix.Of(data, new(), cancellation) : null;
        if (length == 0 && (terms is null || terms.Count == 0)) throw new TrainingException("Nothing is given of any item: a vector column, titles, categories or descriptions are needed.");
        var width = length + words;
        var vectors = new float[checked(given.Length * width)];
        for (var i = 0; i < given.Length; i++)
        {
            var row = vectors.AsSpan(i * width, width);
            if (given[i] is { Length: > 0 } vector)
            {
                if (vector.Length != length) throw new TrainingException($"The vector of item '{data.Items[i]}' has {vector.Length} numbers, the first has {length}.");
                vector.CopyTo(row);
                Normalise(row[..length]);
            }
            if (terms is null) continue;
            var columns = terms.ColumnsOf(i);
            var weights = terms.ValuesOf(i);
            for (var c = 0; c < columns.Length; c++)
                for (var d = 0; d < words; d++) row[length + d] += Sign(columns[c], d) * weights[c];
            Normalise(row[length..]);
        }
        return new(vectors, width);
    }

    private static void Normalise(Span<float> row)
    {
        var size = TensorPrimitives.Norm<float>(row);
        if (size > 0) TensorPrimitives.Divide(row, size, row);
    }

    /// <summary>1 or -1, the same for the same term and place at all times (SplitMix64).</summary>
    private static float Sign(int term, int place)
    {
        var z = ((ulong)(uint)term << 32 | (uint)place) + 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return (z ^ (z >> 31)) % 2 == 0 ? 1 : -1;
    }
}
