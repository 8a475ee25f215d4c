using RecLab.Recommenders.Models;
using RecLab.Recommenders.Models.Als;
using RecLab.Recommenders.Models.Baselines;
using RecLab.Recommenders.Models.Content;
using RecLab.Recommenders.Models.Factors;
using RecLab.Recommenders.Models.Hybrids;
using RecLab.Recommenders.Models.Linear;
using RecLab.Recommenders.Models.Neighbours;
using RecLab.Recommenders.Models.Ratings;
using RecLab.Recommenders.Neural.Models;

namespace RecLab.Recommenders.Catalog;

/// <summary>Every family RecLab can train, one line each.</summary>
public static class RecommenderCatalog
{
    public static IReadOnlyList<RecommenderFamily> All { get; } =
    [
        RecommenderFamily.Of<PopularityOptions>("popularity", "Popularity", "What most people touched, the same for everyone.",
            "baseline", "baseline", o => new Popularity(o)),
        RecommenderFamily.Of<ImplicitAlsOptions>("als", "Implicit ALS", "Vectors for users and items from what was touched and what was not.",
            "Hu, Koren, Volinsky 2008, ICDM; Rendle et al. 2022, RecSys", "factors", o => new ImplicitAls(o)),
        RecommenderFamily.Of<ItemKnnOptions>("item-knn", "Item kNN", "People who touched this touched that: each item's nearest items by shared users.",
            "Sarwar et al. 2001, WWW; Deshpande and Karypis 2004, TOIS", "neighbours", o => new ItemKnn(o)),
        RecommenderFamily.Of<EaseOptions>("ease", "EASE", "A linear map from items to items in closed form, without an item explaining itself.",
            "Steck 2019, WWW", "linear", o => new Ease(o)),
        RecommenderFamily.Of<DeepMlpOptions>("mlp", "Deep MLP", "Vectors of user and item through dense layers to the odds of a touch.",
            "He et al. 2017, WWW", "neural", o => new DeepMlp(o)) with { NeedsTorch = true, KnowsScenarios = true, Experimental = true },
        RecommenderFamily.Of<SasRecOptions>("sasrec", "SASRec", "A Transformer reads the newest items and predicts the next.",
            "Kang, McAuley 2018, ICDM; Klenitskiy, Vasilev 2023, RecSys", "sequence", o => new SasRec(o)) with { NeedsTorch = true, Experimental = true },
        RecommenderFamily.Of<NeuMfOptions>("neumf", "NeuMF", "A dot product with learnt weights beside a perceptron.",
            "He et al. 2017, WWW", "neural", o => new NeuMf(o)) with { NeedsTorch = true },
        RecommenderFamily.Of<MfOptions>("mf", "MF (softmax, BPR)", "Vectors of users and items under a softmax over all items, or a pairwise loss.",
            "Rendle et al. 2020, RecSys; Liang et al. 2018, WWW", "neural", o => new Mf(o)) with { NeedsTorch = true },
        RecommenderFamily.Of<LightGcnOptions>("lightgcn", "LightGCN", "Vectors that spread along the graph of touches before they are compared.",
            "He et al. 2020, SIGIR", "graph", o => new LightGcn(o)) with { NeedsTorch = true },
        RecommenderFamily.Of<MultVaeOptions>("mult-vae", "Mult-VAE", "An autoencoder that fills in what a user's row leaves out.",
            "Liang et al. 2018, WWW", "neural", o => new MultVae(o)) with { NeedsTorch = true, Experimental = true },
        RecommenderFamily.Of<Gru4RecOptions>("gru4rec", "GRU4Rec", "Recurrent units read the newest items and predict the next.",
            "Hidasi et al. 2016, ICLR; Hidasi, Karatzoglou 2018, CIKM", "sequence", o => new Gru4Rec(o)) with { NeedsTorch = true },
        RecommenderFamily.Of<Bert4RecOptions>("bert4rec", "BERT4Rec", "A Transformer that sees both sides guesses hidden items.",
            "Sun et al. 2019, CIKM", "sequence", o => new Bert4Rec(o)) with { NeedsTorch = true, Experimental = true },
        RecommenderFamily.Of<TwoTowerOptions>("two-tower", "Two-tower", "One network for users, one for items, compared by an angle.",
            "Yi et al. 2019, RecSys", "neural", o => new TwoTower(o)) with { NeedsTorch = true, Experimental = true },
        RecommenderFamily.Of<DeepFmOptions>("deepfm", "DeepFM", "A factorisation machine and a perceptron over the same vectors of ids and attributes; scores what nobody touched yet.",
            "Guo et al. 2017, IJCAI", "neural", o => new DeepFm(o)) with { NeedsTorch = true, KnowsScenarios = true, Experimental = true },
        RecommenderFamily.Of<WideDeepOptions>("wide-deep", "Wide and deep", "Weights of who takes to which kind of item beside a perceptron over ids and attributes.",
            "Cheng et al. 2016, DLRS", "neural", o => new WideDeep(o)) with { NeedsTorch = true, KnowsScenarios = true, Experimental = true },
        RecommenderFamily.Of<TwoStageOptions>("two-stage", "Two-stage tower", "One network finds candidates from what was touched so far, another ranks them.",
            "Covington et al. 2016, RecSys", "sequence", o => new TwoStage(o)) with { NeedsTorch = true },
        RecommenderFamily.Of<MmoeOptions>("mmoe", "Mixture of experts", "Networks shared by all placements, or all categories, mixed for each by a gate and a tower of its own.",
            "Ma et al. 2018, KDD", "neural", o => new Mmoe(o)) with { NeedsTorch = true, KnowsScenarios = true, Experimental = true },
        RecommenderFamily.Of<UltraGcnOptions>("ultragcn", "UltraGCN", "The graph of touches as weights of a loss, without walking it.",
            "Mao et al. 2021, CIKM", "graph", o => new UltraGcn(o)) with { NeedsTorch = true },
        RecommenderFamily.Of<CaserOptions>("caser", "Caser", "Filters over the newest items, as over an image, predict the next.",
            "Tang, Wang 2018, WSDM", "sequence", o => new Caser(o)) with { NeedsTorch = true },
        RecommenderFamily.Of<AutoRecOptions>("autorec", "AutoRec", "An autoencoder with one hidden layer under squared error.",
            "Sedhain et al. 2015, WWW", "neural", o => new AutoRec(o)) with { NeedsTorch = true },
        RecommenderFamily.Of<MultimodalOptions>("multimodal", "Multimodal towers", "Two towers whose items are fused from ids, given vectors and words; places what nobody touched yet.",
            "Yi et al. 2019, RecSys; Volkovs et al. 2017, NIPS", "neural", o => new Multimodal(o)) with { NeedsTorch = true },
        RecommenderFamily.Of<ContentOptions>("content", "Content", "What reads like what you touched: words of titles, categories, attributes and descriptions.",
            "Lops, de Gemmis, Semeraro 2011, Recommender Systems Handbook", "content", o => new ContentBased(o)),
        RecommenderFamily.Of<TopicsOptions>("topics", "Content topics", "What is about the same topics as what you touched, the topics found in the descriptions.",
            "Xu, Liu, Gong 2003, SIGIR; Lee, Seung 2001, NIPS", "content", o => new Topics(o)),
        RecommenderFamily.Of<HybridOptions>("hybrid", "Hybrid", "Several families as one: weighted, switching by length of history, or with learnt weights.",
            "Burke 2002, UMUAI", "hybrid", o => new Hybrid(o)) with { KnowsScenarios = true },
        RecommenderFamily.Of<BprOptions>("bpr", "BPR-MF", "Vectors learnt so that touched items come before untouched ones.",
            "Rendle et al. 2009, UAI", "factors", o => new Bpr(o)),
        RecommenderFamily.Of<LogisticMfOptions>("logistic-mf", "Logistic MF", "A dot product learnt as the odds of a touch, one example a step.",
            "Rendle et al. 2020, RecSys", "factors", o => new LogisticMf(o)),
        RecommenderFamily.Of<SlimOptions>("slim", "SLIM", "Few weights from item to item, by an elastic net for each item.",
            "Ning, Karypis 2011, ICDM", "linear", o => new Slim(o)),
        RecommenderFamily.Of<UserKnnOptions>("user-knn", "User kNN", "What people like you touched: the nearest users by shared items.",
            "Resnick et al. 1994, CSCW; Aiolli 2013, RecSys", "neighbours", o => new UserKnn(o)),
        RecommenderFamily.Of<Rp3BetaOptions>("rp3beta", "RP3beta", "A random walk of three steps with popular items held back.",
            "Paudel et al. 2017, TiiS", "graph", o => new Rp3Beta(o)),
        RecommenderFamily.Of<NextItemOptions>("next-item", "Next item", "What tends to follow what was touched last: Markov chain to sequential rules.",
            "Rendle et al. 2010, WWW; Ludewig, Jannach 2018, UMUAI", "sequence", o => new NextItem(o)),
        RecommenderFamily.Of<Item2VecOptions>("item2vec", "Item2Vec", "Item vectors from the company they keep in histories.",
            "Barkan, Koenigstein 2016, MLSP", "factors", o => new Item2Vec(o)) with { Experimental = true },
        RecommenderFamily.Of<FactorizationMachineOptions>("fm", "Factorisation machine", "Vectors for ids and attributes of users and items, all in pairs.",
            "Rendle 2010, ICDM", "factors", o => new FactorizationMachine(o)) with { Experimental = true, KnowsScenarios = true },
        RecommenderFamily.Of<BiasedMfOptions>("biased-mf", "Biased MF (ratings)", "Predicts ratings from biases and vectors of user and item.",
            "Koren, Bell, Volinsky 2009, IEEE Computer", "factors", o => new BiasedMf(o)),
        RecommenderFamily.Of<BiasBaselineOptions>("bias", "Bias baseline (ratings)", "Predicts ratings from how users and items deviate from the mean.",
            "Koren 2010, TKDD", "baseline", o => new BiasBaseline(o)),
        RecommenderFamily.Of<RatingKnnOptions>("rating-knn", "Rating kNN", "Predicts ratings from what the users most alike thought of the item.",
            "Koren 2010, TKDD; Shardanand, Maes 1995, CHI", "neighbours", o => new RatingKnn(o)),
        RecommenderFamily.Of<RatingNmfOptions>("rating-nmf", "NMF (ratings)", "Predicts ratings by vectors that hold no negative number.",
            "Luo et al. 2014, IEEE TII", "factors", o => new RatingNmf(o)),
        RecommenderFamily.Of<SlopeOneOptions>("slope-one", "Slope One", "Predicts ratings from how much better others found one item than another.",
            "Lemire, Maclachlan 2005, SDM", "neighbours", o => new SlopeOne(o)),
        RecommenderFamily.Of<ContentVectorsOptions>("content-vectors", "Content by vectors", "What lies near to what you touched, by item vectors made elsewhere.",
            "Lops, de Gemmis, Semeraro 2011, Recommender Systems Handbook", "content", o => new ContentVectors(o)) with { Experimental = true },
        RecommenderFamily.Of<RandomOrderOptions>("random", "Random", "Chance: the floor for every comparison.",
            "baseline", "baseline", o => new RandomOrder(o)),
    ];

    /// <exception cref="KeyNotFoundException">No family has this key.</exception>
    public static RecommenderFamily Get(string key) =>
        All.FirstOrDefault(f => f.Key == key) ?? throw new KeyNotFoundException($"There is no recommender family '{key}'. Known: {string.Join(", ", All.Select(f => f.Key))}.");
}
