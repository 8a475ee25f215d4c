using System.ComponentModel.DataAnnotations;
using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Neural.Batches;
using RecLab.Recommenders.Neural.Frozen;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RecLab.Recommenders.Neural.Models;

/// <summary>Options of <see cref="Mf"/>.</summary>
public sealed record MfOptions : FactorOptions
{
    public MfOptions() => (Epochs, BatchSize, LearningRate, Regularization, ValidateEvery) = (100, 64, 0.01, 0.1, 2);
}

/// <summary>Matrix factorisation by gradient descent: <c>score(u, i) = p_u . q_i + b_i</c>, with a choice of losses: softmax over all items
/// <c>-log(exp s(u,i) / sum_j exp s(u,j))</c>, BPR <c>-log sigma(s(u,i) - s(u,j))</c>, or binary cross-entropy against sampled items.</summary>
/// <remarks>Rendle, Krichene, Zhang and Anderson, "Neural Collaborative Filtering vs. Matrix Factorization Revisited", RecSys 2020, section 3 (the dot product, well tuned,
/// beats learnt similarities); softmax: Liang, Krishnan, Hoffman and Jebara, WWW 2018, eq. 2; BPR: Rendle et al., UAI 2009. A stranger's vector is
/// the mean over their items of the mean vector of those who touched the item, stretched to fit known users best in least squares.</remarks>
public sealed class Mf(MfOptions options) : NeuralRecommender<MfOptions, Touches>(options)
{
    private const string Key = "mf";

    protected override (Network<Touches> Network, IBatches<Touches> Batches) Prepare(MfOptions options, Interactions train, int seed) =>
        (new Tables(options, train), FactorNetwork.Batches(options, train, seed));

    public override IModel Load(Stream artifact, Vocabulary users, Vocabulary items) => VectorModel.Load(artifact, users, items, Key);

    private sealed class Tables : FactorNetwork
    {
        private readonly Embedding user, item;
        private readonly Parameter bias;

        public Tables(MfOptions options, Interactions train) : base("Mf", Key, options, train)
        {
            user = Embedding(train.Users.Count, options.Factors);
            item = Embedding(train.Items.Count, options.Factors);
            bias = Parameter(zeros([train.Items.Count]));
            RegisterComponents();
            init.normal_(user.weight, 0, 0.1);
            init.normal_(item.weight, 0, 0.1);
        }

        protected override (Tensor Users, Tensor Items) Vectors() => Learnt;
        protected override (Tensor Users, Tensor Items) Learnt => (user.weight, item.weight);
        protected override Tensor Bias => bias;
    }
}
