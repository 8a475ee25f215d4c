using RecLab.Recommenders.Evaluation;
using RecLab.Recommenders.Models;
using RecLab.Recommenders.Models.Als;
using RecLab.Recommenders.Models.Linear;
using RecLab.Recommenders.Models.Baselines;
using RecLab.Recommenders.Models.Factors;
using RecLab.Recommenders.Models.Neighbours;
using RecLab.Recommenders.Models.Ratings;
using RecLab.Recommenders.Neural.Models;

namespace RecLab.Recommenders.Reproductions;

/// <summary>The rows that one command gets again.</summary>
public static class ReproductionCatalog
{
    private const string RecBole = "RecBole 7b02be5e", Bars = "openbenchmark/BARS, matching, gowalla_m1";

    public static IReadOnlyList<Reproduction> All { get; } =
    [
        Split80("split-100k-pop", "ml-100k", "popularity", "own numpy", new Popularity(new()), 0.1278, 0.1418, 0.001),
        Split80("split-100k-itemknn", "ml-100k", "item kNN, cosine, 100 neighbours", RecBole, Cosine(), 0.2470, 0.2834, 0.002),
        Split80("split-100k-ease", "ml-100k", "EASE, lambda 250", RecBole + " and numpy", new Ease(new() { Regularization = 250 }), 0.2805, 0.3295, 0.0002),
        Split80("split-100k-als", "ml-100k", "implicit ALS, 64 factors, 15 iterations", "implicit 0.7.3", Als(), 0.2843, 0.3223, 0.01) with { Floor = true },
        Trained("split-100k-bpr", "MF with BPR loss, 64 factors", new Mf(new() { Loss = FactorLoss.Bpr, Epochs = 60, BatchSize = 2048, LearningRate = 0.003, Regularization = 0.01, Patience = 10 }), 0.2469, 0.2911),
        Trained("split-100k-neumf", "NeuMF, 64 factors (the source: 1 negative, layers of 128 and 64)", new NeuMf(new()), 0.2303, 0.2688),
        Trained("split-100k-lightgcn", "LightGCN, 2 layers, softmax loss (the source: BPR)", new LightGcn(new()), 0.2313, 0.2749),
        Split80("split-1m-pop", "ml-1m", "popularity", "own numpy", new Popularity(new()), 0.0703, 0.1267, 0.001),
        Split80("split-1m-itemknn", "ml-1m", "item kNN, cosine, 100 neighbours", RecBole, Cosine(), 0.1634, 0.2563, 0.002),
        Split80("split-1m-als", "ml-1m", "implicit ALS, 64 factors, 15 iterations", "implicit 0.7.3", Als(), 0.1998, 0.2878, 0.01) with { Floor = true },
        Ncf("ncf-pop", "popularity", "computed independently", new Popularity(new()), 0.453808, 0.254455, 0.0005),
        Ncf("ncf-ease-500", "EASE, lambda 500", "numpy", new Ease(new() { Regularization = 500 }), 0.709603, 0.449542, 0.0008),
        Ncf("ncf-ials", "implicit ALS, 192 factors, 12 iterations, lambda 0.007, weight of the untouched 0.3, solved exactly", "Rendle et al., RecSys 2022; settings: google-research, ials",
            new ImplicitAls(new() { Factors = 192, Iterations = 12, Regularization = 0.007, UnobservedWeight = 0.3, Solver = AlsSolver.Cholesky }), null, null, 0) with { Deviation = "no value of the paper is at hand; the settings are its authors'" },
        Ncf("ncf-mf", "MF, dot product with biases, 192 numbers an id, logistic loss, 8 negatives, 256 epochs of SGD", "Rendle et al., RecSys 2020",
            new LogisticMf(new() { Factors = 190, Epochs = 256, LearningRate = 0.002, Regularization = 0.005, Negatives = 8, InitialDeviation = 0.1 }), 0.7294, 0.4523, 0.008) with { Floor = true },
        Ncf("ncf-neumf", "NeuMF without pre-training: 32 factors, layers of 64 and 32, 4 negatives, 20 epochs", "He et al., WWW 2017",
            new NeuMf(new() { Factors = 32, Width = 32, HiddenWidth = 64, Regularization = 0.003, Epochs = 20, ValidateEvery = 2 }), null, null, 0) with { Deviation = "the reference file has no value for it" },
        Sequence("beauty-sasrec-bce", "amazon-beauty-bert4rec", "SASRec, binary cross-entropy with 4 negatives a place (the source: one)",
            new SasRec(new() { Loss = SequenceLoss.BinaryCrossEntropy, Negatives = 4, Dropout = 0.2, BatchSize = 128, Epochs = 26, Patience = 4 }), 0.0246, 0.0126, 0.004),
        Sequence("beauty-sasrec-ce3000", "amazon-beauty-bert4rec", "SASRec, sampled softmax with 3,000 negatives (the source: a user's own, dropout 0.1; here shared by a batch, dropout 0.2)",
            new SasRec(new() { Loss = SequenceLoss.SampledSoftmax, Negatives = 3000, Dropout = 0.2, BatchSize = 128, Epochs = 32 }), 0.049, 0.0295, 0.004),
        Sequence("ml1m-full-sasrec-ce", "ml-1m-sasrec", "SASRec, full softmax, length 200",
            new SasRec(new() { MaxLength = 200, Dropout = 0.1, BatchSize = 128, Epochs = 90, Patience = 12, ValidateEvery = 2 }), 0.3152, 0.1821, 0.012),
        Sequence("ml1m-full-sasrec-ce3000", "ml-1m-sasrec", "SASRec, sampled softmax with 3,000 negatives shared by a batch (the source: a user's own), length 200",
            new SasRec(new() { Loss = SequenceLoss.SampledSoftmax, Negatives = 3000, MaxLength = 200, BatchSize = 128, Epochs = 120, Patience = 8, ValidateEvery = 4 }), 0.3159, 0.1857, 0.012),
        Sequence("ml1m-full-sasrec-bce", "ml-1m-sasrec", "SASRec, binary cross-entropy with 4 negatives a place (the source: one), length 200",
            new SasRec(new() { Loss = SequenceLoss.BinaryCrossEntropy, Negatives = 4, MaxLength = 200, BatchSize = 128, Epochs = 60, Patience = 6, ValidateEvery = 4 }), 0.25, 0.1341, 0.012),
        Sequence("ml1m-full-gsasrec", "ml-1m-sasrec", "SASRec, gBCE with t 0.75 and 128 negatives a place (the source: 256, 128 wide, own output vectors, dropout 0.5), length 200",
            new SasRec(new() { Loss = SequenceLoss.GeneralizedBinaryCrossEntropy, Negatives = 128, MaxLength = 200, BatchSize = 128, Epochs = 60, Patience = 6, ValidateEvery = 4 }), 0.3003, 0.1726, 0.012),
        Sequence("ml1m-full-bert4rec-td", "ml-1m-sasrec", "BERT4Rec, length 200",
            new Bert4Rec(new() { MaxLength = 200, Epochs = 130, LearningRate = 0.002, Patience = 0, ValidateEvery = 10 }), 0.2843, 0.1537, 0.012),
        Rated("rating-100k-baseline", "ml-100k", "biases of users and items", new BiasBaseline(new()), 0.944, 0.748),
        Rated("rating-100k-svd", "ml-100k", "biased MF, 100 factors, 20 epochs", new BiasedMf(new()), 0.934, 0.737),
        Rated("rating-100k-nmf", "ml-100k", "NMF, 15 factors, 50 epochs", new RatingNmf(new() { AtOnce = true }), 0.963, 0.758),
        Rated("rating-100k-slope", "ml-100k", "Slope One", new SlopeOne(new()), 0.946, 0.743),
        Rated("rating-100k-knnbaseline", "ml-100k", "kNN with baselines, 40 users", new RatingKnn(new()), 0.931, 0.733),
        Rated("rating-1m-baseline", "ml-1m", "biases of users and items", new BiasBaseline(new()), 0.909, 0.719),
        Rated("rating-1m-knnbaseline", "ml-1m", "kNN with baselines, 40 users", new RatingKnn(new()), 0.895, 0.706),
        Gowalla("gowalla-itemknn", "item kNN, cosine, 100 neighbours, scaled to sum to one and centred (the source's average bias)", new BarsItemKnn(100), 0.004, 0.156994, 0.121364, 0.254896, 0.152704),
        Gowalla("gowalla-slim", "SLIM, alpha 0.005, l1 ratio 1e-6, 100 weights an item", Bars100(), 0.005, 0.169876, 0.138218),
        Gowalla("gowalla-ease", "EASE, lambda 200, the 2,000 largest weights of an item", new Ease(new() { Regularization = 200, WeightsPerItem = 2000 }), 0.005, 0.1765, 0.1467, 0.2701, 0.1760),
        Gowalla("gowalla-mfbpr", "MF with BPR loss, 64 factors, 20 negatives a pair, 60 epochs of plain descent (rate and pull chosen on a tenth of the training rows)",
            new Bpr(new() { Epochs = 60, LearningRate = 1, Regularization = 0.003, Negatives = 20 }), 0.005, 0.162737, 0.137805),
        Gowalla("gowalla-item2vec", "Item2Vec, 64 factors, window 20, 50 negatives", new Item2Vec(new() { Window = 20, Negatives = 50, NegativePower = 0.75 }), 0.005, 0.13259, 0.10573) with
        {
            Deviation = "the row in our reference file carries no settings; width, window and negatives are the source's, whose lines may have an order that ours, ascending by item, have not",
        },
    ];

    /// <exception cref="KeyNotFoundException">There is no such row.</exception>
    public static Reproduction Get(string id) =>
        All.FirstOrDefault(r => r.Id == id) ?? throw new KeyNotFoundException($"There is no row '{id}'. Known: {string.Join(", ", All.Select(r => r.Id))}.");

    private static ItemKnn Cosine() => new(new() { Similarity = Similarity.Cosine, Shrinkage = 0, Neighbours = 100 });

    /// <summary>The peer's settings (alpha 5, regularisation 30 alike for all) divided by its alpha: a touched pair weighs 1, an untouched one 1/5, regularisation 6.</summary>
    private static ImplicitAls Als() => new(new() { UnobservedWeight = 0.2, Regularization = 6, FrequencyExponent = 0 });

    private static Reproduction Split80(string id, string dataset, string model, string source, IRecommender recommender, double recall, double ndcg, double tolerance) =>
        new(id, dataset, "random 80/10/10 within each user, every rating positive; all items but those of train and validation ranked", model, source,
            new Dictionary<string, double> { ["Recall@10"] = recall, ["NDCG@10"] = ndcg }, tolerance,
            (folder, context) => AllRanked(recommender, PublishedSplits.EightyTenTen(folder), context, [10]));

    /// <summary>The source trained one seed for a fixed time and calls its values a floor; ours stops early on the validation rows.</summary>
    private static Reproduction Trained(string id, string model, IRecommender recommender, double recall, double ndcg) =>
        new(id, "ml-100k", "random 80/10/10 within each user, every rating positive; all items but those of train and validation ranked", model, RecBole,
            new Dictionary<string, double> { ["Recall@10"] = recall, ["NDCG@10"] = ndcg }, 0.015, (folder, context) =>
            {
                var split = PublishedSplits.EightyTenTen(folder);
                return AllRanked(recommender, split, context with { Validation = split.Validation }, [10]);
            })
        { Floor = true };

    /// <summary>scikit-learn's elastic net divides the squared error by twice the rows, so its alpha counts times the 29,858 users here; the source keeps the 100 largest weights.</summary>
    private static Slim Bars100() => new(new() { L1 = 29_858 * 0.005 * 1e-6, L2 = 29_858 * 0.005 * (1 - 1e-6), WeightsPerItem = 100 });

    private static Reproduction Gowalla(string id, string model, IRecommender recommender, double tolerance, params double[] values) =>
        new(id, "gowalla", "LightGCN's train and test; all items but the trained ones ranked; users with test rows", model, Bars,
            new[] { "Recall@20", "NDCG@20", "Recall@50", "NDCG@50" }.Zip(values).ToDictionary(p => p.First, p => p.Second), tolerance,
            (folder, context) => AllRanked(recommender, PublishedSplits.LightGcn(folder), context, [20, 50]));

    private static Reproduction Rated(string id, string dataset, string model, IRecommender recommender, double rmse, double mae) =>
        new(id, dataset, "5-fold cross-validation of all ratings, predictions clipped to the scale, mean of the folds", model, "Surprise README, benchmarks",
            new Dictionary<string, double> { ["RMSE"] = rmse, ["MAE"] = mae }, 0.004, (folder, context) =>
            {
                var values = RatingEvaluator.CrossValidate(recommender, PublishedSplits.Ratings(folder), 5, seed: 42, context);
                return new Dictionary<string, double> { ["RMSE"] = values["rmse"], ["MAE"] = values["mae"] };
            });

    private static Reproduction Ncf(string id, string model, string source, IRecommender recommender, double? hits, double? ndcg, double tolerance) =>
        new(id, "ml-1m-ncf", "leave one out; the last row of a user ranked among itself and 99 given negatives (sampled: not comparable with full ranking)", model, source,
            new Dictionary<string, double> { ["HR@10"] = hits ?? double.NaN, ["NDCG@10"] = ndcg ?? double.NaN }, tolerance, (folder, context) =>
            {
                var (train, questions) = PublishedSplits.Ncf(folder);
                var model = recommender.Train(train, context);
                var scores = new float[train.Items.Count];
                double hr = 0, gain = 0;
                foreach (var (user, positive, negatives) in questions)
                {
                    context.Cancellation.ThrowIfCancellationRequested();
                    if (!model.Score(Query.Of(user, train.History(user)), scores)) continue;
                    var rank = SampledLeaveOneOut.Rank(positive, scores[positive], negatives, [.. negatives.Select(i => scores[i])]);
                    hr += SampledLeaveOneOut.HitRate(rank, 10) / questions.Count;
                    gain += SampledLeaveOneOut.Ndcg(rank, 10) / questions.Count;
                }
                return new Dictionary<string, double> { ["HR@10"] = hr, ["NDCG@10"] = gain };
            });

    /// <summary>The last item of each user among all items, stopped early on the one before.</summary>
    private static Reproduction Sequence(string id, string dataset, string model, IRecommender recommender, double hits, double ndcg, double tolerance) =>
        new(id, dataset, "the last item of each user tests, the one before validates; all items ranked, seen ones left out", model, "Klenitskiy, Vasilev, RecSys 2023",
            new Dictionary<string, double> { ["HR@10"] = hits, ["NDCG@10"] = ndcg }, tolerance, (folder, context) =>
            {
                var split = PublishedSplits.LastItems(folder);
                var trained = recommender.Train(split.Train, context with { Validation = split.Validation });
                var result = Evaluator.Evaluate(trained, split, new() { Ks = [10], Resamples = 0, WithRunMetrics = false, WithSlices = false, Threads = context.Threads }, null, context.Cancellation);
                return new Dictionary<string, double> { ["HR@10"] = result["hit", 10]?.Mean ?? double.NaN, ["NDCG@10"] = result["ndcg", 10]?.Mean ?? double.NaN };
            })
        { Floor = true };

    private static Dictionary<string, double> AllRanked(IRecommender recommender, Split split, TrainingContext context, int[] ks)
    {
        var model = recommender.Train(split.Train, context);
        var result = Evaluator.Evaluate(model, split, new() { Ks = ks, Resamples = 0, WithRunMetrics = false, WithSlices = false, OnlyTrainedHistory = true, Threads = context.Threads }, null, context.Cancellation);
        return ks.SelectMany(k => new[] { ($"Recall@{k}", "recall", k), ($"NDCG@{k}", "ndcg", k) })
            .ToDictionary(m => m.Item1, m => result[m.Item2, m.k]!.Mean ?? double.NaN);
    }
}
