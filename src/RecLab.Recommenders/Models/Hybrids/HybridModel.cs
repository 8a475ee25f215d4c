using System.Numerics.Tensors;
using RecLab.Recommenders.Data;

namespace RecLab.Recommenders.Models.Hybrids;

/// <summary>Parts and their weights (or, when switching, the history each part asks for).</summary>
internal sealed class HybridModel(Vocabulary users, Vocabulary items, HybridKind kind, IModel[] parts, float[] weights) : IScenarioModel
{
    public Vocabulary Users => users;
    public Vocabulary Items => items;

    /// <summary>The parts learnt from the same data, so that all that know scenarios know the same.</summary>
    public Vocabulary Scenarios { get; } = parts.OfType<IScenarioModel>().Select(p => p.Scenarios).FirstOrDefault(s => s.Count > 0) ?? Vocabulary.Empty;

    public bool Score(Query query, Span<float> scores)
    {
        var can = new bool[1];
        ScoreMany([query], scores, can);
        return can[0];
    }

    public void ScoreMany(ReadOnlySpan<Query> queries, Span<float> scores, Span<bool> can)
    {
        can.Clear();
        var own = new float[scores.Length];
        var ownCan = new bool[can.Length];
        var order = Enumerable.Range(0, parts.Length);
        if (kind == HybridKind.Switching) order = order.OrderByDescending(p => weights[p]); // the most demanding part first
        else scores.Clear();
        foreach (var p in order)
        {
            if (kind != HybridKind.Switching && weights[p] == 0) continue;
            parts[p].ScoreMany(queries, own, ownCan);
            for (var q = 0; q < queries.Length; q++)
            {
                if (!ownCan[q]) continue;
                var mine = own.AsSpan(q * items.Count, items.Count);
                var all = scores.Slice(q * items.Count, items.Count);
                if (kind != HybridKind.Switching)
                {
                    if (!Standard.Scale(mine)) continue;
                    TensorPrimitives.MultiplyAdd(mine, weights[p], all, all);
                }
                else if (can[q] || queries[q].History.Length < weights[p]) continue;
                else mine.CopyTo(all);
                can[q] = true;
            }
        }
    }

    public void Save(Stream stream)
    {
        var all = new SafeTensors { ["weights"] = NamedArray.Of(weights) };
        for (var p = 0; p < parts.Length; p++)
        {
            using var part = new MemoryStream();
            parts[p].Save(part);
            part.Position = 0;
            var arrays = SafeTensors.Read(part);
            foreach (var (name, array) in arrays) all[$"{p}/{name}"] = array;
            foreach (var (name, text) in arrays.Metadata) all.Metadata[$"{p}/{name}"] = text;
        }
        all.Write(stream);
    }
}

/// <summary>Makes the scores of different models comparable.</summary>
internal static class Standard
{
    /// <summary>Scales to mean 0 and deviation 1 over the items that have a score; the others get the lowest. False where no item has a score.</summary>
    public static bool Scale(Span<float> scores)
    {
        double sum = 0, squares = 0;
        var low = double.MaxValue;
        var count = 0;
        foreach (var s in scores)
        {
            if (float.IsNaN(s)) continue;
            sum += s;
            squares += (double)s * s;
            low = Math.Min(low, s);
            count++;
        }
        if (count == 0) return false;
        var mean = sum / count;
        var deviation = Math.Sqrt(Math.Max(0, squares / count - mean * mean));
        if (deviation <= 1e-12 * Math.Max(1, Math.Abs(mean)))
        {
            foreach (ref var s in scores) s = float.IsNaN(s) ? -1 : count == scores.Length ? 0 : 1; // to have a score at all is all that is known
            return true;
        }
        foreach (ref var s in scores) s = (float)(((float.IsNaN(s) ? low : s) - mean) / deviation);
        return true;
    }
}
