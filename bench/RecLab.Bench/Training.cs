using RecLab.Recommenders;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Models.Als;
using RecLab.Recommenders.Models.Linear;
using RecLab.Recommenders.Models.Neighbours;
using RecLab.Recommenders.Numerics;

namespace RecLab.Bench;

/// <summary>Training on the rows of MovieLens 1M that the peers trained on (../shared/datasets/ml-1m/split-80-10-10.txt.gz: digit 0), warm.</summary>
internal static class Training
{
    public static void Als(Stopper stopper)
    {
        if (Data() is not { } data) return;
        foreach (var threads in new[] { 1, 2 })
        {
            var context = new TrainingContext { Threads = threads };
            IModel? model = null;
            stopper.Time($"ALS, 64 factors x 15, conjugate gradient, {threads} threads", threads == 2 ? 1.229 : 0, 4, () => model = new ImplicitAls(new()).Train(data, context));
            stopper.Time($"ALS, 64 factors x 15, Cholesky, {threads} threads", 0, 2, () => new ImplicitAls(new() { Solver = AlsSolver.Cholesky }).Train(data, context));
            if (threads == 1) stopper.Time("ALS, all scores and top 10 of all users, 1 thread", 0.236, 4, () => TopTen(model!, data));
        }
    }

    public static void Knn(Stopper stopper)
    {
        if (Data() is not { } data) return;
        foreach (var threads in new[] { 1, 2 })
        {
            IModel? model = null;
            stopper.Time($"item kNN, cosine, 100 neighbours, {threads} threads", threads == 2 ? 0.301 : 0, 4, () => model = new ItemKnn(new() { Similarity = Similarity.Cosine }).Train(data, new() { Threads = threads }));
            if (threads == 1) stopper.Time("item kNN, all scores and top 10 of all users, 1 thread", 0.422, 4, () => TopTen(model!, data));
        }
    }

    public static void Ease(Stopper stopper)
    {
        if (Data() is not { } data) return;
        foreach (var threads in new[] { 1, 2 })
        {
            IModel? model = null;
            stopper.Time($"EASE, {threads} threads", threads == 2 ? 1.9 : 0, 4, () => model = new Ease(new()).Train(data, new() { Threads = threads }));
            if (threads == 1) stopper.Time("EASE, all scores and top 10 of all users, 1 thread", 0, 4, () => TopTen(model!, data));
            var gram = SparseProduct.Gram(new(), SparseMatrix.Of(data));
            for (var i = 0; i < gram.Size; i++) gram[i][i] += 400;
            var copy = new SymmetricMatrix(gram.Size);
            void Restore() { for (var i = 0; i < gram.Size; i++) gram[i].CopyTo(copy[i]); }
            var (lapack, numpy) = (0.0, 0.0);
            if (OpenBlas.Find(threads) is { } blas)
            {
                var identity = new SymmetricMatrix(gram.Size);
                lapack = stopper.Time($"  the inverse alone: OpenBLAS potrf + potri, {threads} threads", 0, 4, () => { Restore(); blas.Invert(copy); });
                numpy = stopper.Time($"  the same as NumPy's inv has it: OpenBLAS gesv, {threads} threads", 0, 4, () => { Restore(); blas.Solve(copy, identity); });
            }
            stopper.Time($"  the inverse alone: blocked sweep, {threads} threads (against gesv)", numpy, 4, () => { Restore(); SymmetricInverse.Invert(copy, new() { Threads = threads }); });
            stopper.Time($"  the inverse alone: blocked sweep, {threads} threads (against potrf + potri)", lapack, 4, () => { Restore(); SymmetricInverse.Invert(copy, new() { Threads = threads }); });
        }
    }

    /// <summary>The ten best unseen items of every user.</summary>
    private static void TopTen(IModel model, Interactions data)
    {
        const int Block = 256;
        var scores = new float[Block * data.Items.Count];
        var can = new bool[Block];
        var best = new int[10];
        for (var from = 0; from < data.Users.Count; from += Block)
        {
            var queries = Enumerable.Range(from, Math.Min(Block, data.Users.Count - from)).Select(u => Query.Of(u, data.History(u))).ToArray();
            model.ScoreMany(queries, scores.AsSpan(0, queries.Length * data.Items.Count), can.AsSpan(0, queries.Length));
            for (var q = 0; q < queries.Length; q++)
            {
                var row = scores.AsSpan(q * data.Items.Count, data.Items.Count);
                foreach (var seen in queries[q].History.Span) row[seen] = float.NaN;
                Ranker.Top(row, best);
            }
        }
    }

    /// <summary>The rows marked 0.</summary>
    private static Interactions? Data() => Split80.Of("ml-1m")?.Train;
}
