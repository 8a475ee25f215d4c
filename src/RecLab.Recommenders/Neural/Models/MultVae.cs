using System.ComponentModel.DataAnnotations;
using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Neural.Batches;
using RecLab.Recommenders.Neural.Frozen;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace RecLab.Recommenders.Neural.Models;

/// <summary>Options of <see cref="MultVae"/>.</summary>
public sealed record MultVaeOptions : NeuralOptions
{
    public MultVaeOptions() => (Epochs, BatchSize, ClipNorm, Patience, ValidateEvery) = (80, 256, 0, 4, 2);

    [Display(Name = "Hidden width", Description = "Units between the items and the code, on both sides.", Order = 1), Range(4, 4096), Tunable(100, 800, Log = true)]
    public int HiddenWidth { get; init; } = 400;

    [Display(Name = "Latent width", Description = "Length of the code in the middle.", Order = 2), Range(2, 1024), Tunable(32, 256, Log = true)]
    public int LatentWidth { get; init; } = 128;

    [Display(Name = "Dropout", Description = "Share of the touched items hidden from the encoder while training.", Order = 3), Range(0, 0.9), Tunable(0.2, 0.7)]
    public double Dropout { get; init; } = 0.5;

    [Display(Name = "Variational", Description = "Mult-VAE draws the code from a distribution; off is Mult-DAE, which computes it.", Order = 4)]
    public bool Variational { get; init; } = true;

    [Display(Name = "Largest beta", Description = "Weight of the Kullback-Leibler term once it has risen fully; Mult-VAE only.", Order = 5), Range(0, 1), Tunable(0.05, 0.5)]
    public double Beta { get; init; } = 0.2;

    [Display(Name = "Annealing steps", Description = "Steps over which beta rises from zero in a line; Mult-VAE only.", Order = 6), Range(1, 1_000_000)]
    public int AnnealingSteps { get; init; } = 1000;
}

/// <summary>Mult-VAE: an autoencoder of a user's row. With x the touches and x' = dropout(x / |x|), <c>h = tanh(W1 x' + b1)</c>, code <c>z ~ N(mu(h), sigma^2(h))</c>,
/// scores <c>f(z) = W4 tanh(W3 z + b3) + b4</c>; loss <c>-sum_i x_i log softmax(f(z))_i + beta KL(q(z|x) || N(0, I))</c>, beta rising from 0. Served with z = mu.
/// Without the variational part it is Mult-DAE.</summary>
/// <remarks>Liang, Krishnan, Hoffman and Jebara, "Variational Autoencoders for Collaborative Filtering", WWW 2018, eq. 2, 7 and section 2.2.2 (annealing). A user is what
/// they touched, so a stranger with a history is answered like anyone.</remarks>
public sealed class MultVae(MultVaeOptions options) : NeuralRecommender<MultVaeOptions, RowBatch>(options)
{
    protected override (Network<RowBatch> Network, IBatches<RowBatch> Batches) Prepare(MultVaeOptions options, Interactions train, int seed) =>
        (new Autoencoder(options, train.Items.Count), new RowBatches(train, options.BatchSize, seed));

    public override IModel Load(Stream artifact, Vocabulary users, Vocabulary items) => MultVaeModel.Load(artifact, users, items);

    private sealed class Autoencoder : Network<RowBatch>
    {
        private readonly MultVaeOptions _options;
        private readonly int _items;
        private readonly Linear encoder, mean, spread, decoder, output;

        public Autoencoder(MultVaeOptions options, int items) : base("MultVae")
        {
            (_options, _items) = (options, items);
            encoder = Linear(items, options.HiddenWidth);
            mean = Linear(options.HiddenWidth, options.LatentWidth);
            spread = Linear(options.HiddenWidth, options.LatentWidth);
            decoder = Linear(options.LatentWidth, options.HiddenWidth);
            output = Linear(options.HiddenWidth, items);
            RegisterComponents();
            foreach (var layer in (Linear[])[encoder, mean, spread, decoder, output])
            {
                init.xavier_uniform_(layer.weight);
                init.normal_(layer.bias!, 0, 0.001);
            }
        }

        public override Tensor Loss(RowBatch batch)
        {
            var rows = batch.Users.Length;
            var x = new float[rows * _items];
            for (var r = 0; r < rows; r++)
            {
                var row = batch.Row(r);
                var share = 1 / MathF.Sqrt(row.Length);
                foreach (var item in row) x[r * _items + item] = share;
            }
            var hidden = tanh(encoder.call(F.dropout(tensor(x, [rows, _items], device: Device), _options.Dropout, training)));
            var mu = mean.call(hidden);
            var code = mu;
            Tensor? divergence = null;
            if (_options.Variational)
            {
                var logVariance = spread.call(hidden);
                code = mu + randn_like(mu) * (logVariance * 0.5).exp();
                divergence = (logVariance.exp() + mu.pow(2) - logVariance - 1).sum() * (0.5 / rows);
            }
            var chances = F.log_softmax(output.call(tanh(decoder.call(code))), 1);
            var loss = -chances.view(-1).index_select(0, tensor(batch.Places(_items), device: Device)).sum() / (double)rows;
            return divergence is null ? loss : loss + divergence * Beta(batch.Step);
        }

        private double Beta(int step) => _options.Beta * Math.Min(1, (double)step / _options.AnnealingSteps);

        public override IModel Freeze(Vocabulary users, Vocabulary items)
        {
            var weight = encoder.weight.Copied();
            var byItem = new float[weight.Length];
            for (var h = 0; h < _options.HiddenWidth; h++)
                for (var i = 0; i < _items; i++) byItem[i * _options.HiddenWidth + h] = weight[h * _items + i];
            return new MultVaeModel(users, items, new(byItem, encoder.bias!.Copied(), mean.weight.Copied(), mean.bias!.Copied(), decoder.weight.Copied(), decoder.bias!.Copied(),
                output.weight.Copied(), output.bias!.Copied()));
        }
    }
}
