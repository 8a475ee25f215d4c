using RecLab.Recommenders.Data;
using RecLab.Recommenders.Models.Neighbours;
using RecLab.Recommenders.Numerics;

namespace RecLab.Recommenders.Reproductions;

/// <summary>Item kNN as the benchmark BARS has it, for its row alone: the cosines of the k nearest of a target are scaled to sum to one, and the score is
/// <c>mean_i + sum_j w_ij (x_uj - mean_j)</c> with the mean over all users. So an item that few share anything with is not held back by the smallness of its cosines.</summary>
internal sealed class BarsItemKnn(int neighbours) : IRecommender
{
    public IModel Train(Interactions data, TrainingContext context)
    {
        var byItem = SparseMatrix.Of(data).Transpose();
        var nearest = new KeptLinks[byItem.Rows];
        Array.Fill(nearest, KeptLinks.None);
        var constant = new float[byItem.Rows];
        double Mean(int item) => (double)byItem.Size(item) / data.Users.Count;
        SparseProduct.ForEachRow(context, byItem, byItem.Transpose(), share => context.Report(0.99 * share, "comparing items"), (item, products) =>
        {
            for (var other = 0; other < products.Length; other++)
                if (products[other] != 0) products[other] /= (float)Math.Sqrt((double)byItem.Size(item) * byItem.Size(other));
            products[item] = 0;
            var kept = KeptLinks.Best(products, neighbours);
            var sum = kept.Weights.Sum(w => (double)w);
            var spoken = 0.0;
            for (var k = 0; k < kept.Items.Length; k++)
            {
                kept.Weights[k] = (float)(kept.Weights[k] / sum);
                spoken += kept.Weights[k] * Mean(kept.Items[k]);
            }
            (nearest[item], constant[item]) = (kept, (float)(Mean(item) - spoken));
        });
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
