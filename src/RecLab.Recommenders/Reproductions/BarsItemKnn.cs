using RecLab.Recommenders.Data;
using RecLab.Recommenders.Models.Neighbours;
using RecLab.Recommenders.Numerics;

namespace RecLab.Recommenders.Reproductions;

/// <summary>Item kNN as the benchmark BARS has it, for its row alone: the cosine s becomes (s + 1) / 2, so that an item without any common user counts 0.5 and fills up short neighbourhoods; the k
/// neighbours of a target are scaled to sum to one; and the score is <c>mean_i + sum_j w_ij (x_uj - mean_j)</c> with the mean over all users. Where fewer than k items share a user, which of
/// the others fill up is left to the partition (<see cref="Introselect"/>), and the published value hangs on it.</summary>
internal sealed class BarsItemKnn(int neighbours) : IRecommender
{
    public IModel Train(Interactions data, TrainingContext context)
    {
        var byItem = SparseMatrix.Of(data).Transpose();
        var nearest = new KeptLinks[byItem.Rows];
        var constant = new float[byItem.Rows];
        double Mean(int item) => (double)byItem.Size(item) / data.Users.Count;
        void Keep(int item, Span<float> common, Introselect select)
        {
            var likeness = select.Values;
            for (var other = 0; other < common.Length; other++)
                likeness[other] = -((common[other] == 0 ? 0 : common[other] / (Math.Sqrt(byItem.Size(item)) * Math.Sqrt(byItem.Size(other)))) + 1) / 2;
            likeness[item] = 0;
            int[] kept = [.. select.Smallest(Math.Min(neighbours, common.Length - 1)).Where(other => likeness[other] < 0).Order()];
            double sum = 0, spoken = 0;
            foreach (var other in kept) sum -= likeness[other];
            foreach (var other in kept) spoken -= likeness[other] / sum * Mean(other);
            nearest[item] = new(kept, [.. kept.Select(other => (float)(-likeness[other] / sum))]);
            constant[item] = (float)(Mean(item) - spoken);
        }
        using var desk = new ThreadLocal<Introselect>(() => new Introselect(byItem.Rows));
        SparseProduct.ForEachRow(context, byItem, byItem.Transpose(), share => context.Report(0.99 * share, "comparing items"), (item, products) => Keep(item, products, desk.Value!));
        var nothing = new float[byItem.Rows];
        for (var item = 0; item < byItem.Rows; item++)
            if (byItem.Size(item) == 0) { Array.Clear(nothing); Keep(item, nothing, desk.Value!); }
        context.Report(1, "compared items");
        return new Model(data.Users, data.Items, ItemLinks.BySource(nearest, byItem.Rows), constant);
    }

    public IModel Load(Stream artifact, Vocabulary users, Vocabulary items) => throw new NotSupportedException("A model of a reproduction is not kept.");

    private sealed class Model(Vocabulary users, Vocabulary items, SparseMatrix links, float[] constant) : IModel
    {
        public Vocabulary Users => users;
        public Vocabulary Items => items;

        public bool Score(Query query, Span<float> scores)
        {
            constant.CopyTo(scores);
            foreach (var item in query.Touched())
            {
                var targets = links.ColumnsOf(item);
                var weights = links.ValuesOf(item);
                for (var k = 0; k < targets.Length; k++) scores[targets[k]] += weights[k];
            }
            return true;
        }

        public void Save(Stream stream) => throw new NotSupportedException("A model of a reproduction is not kept.");
    }
}
