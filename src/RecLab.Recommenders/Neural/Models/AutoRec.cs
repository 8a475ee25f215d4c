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

/// <summary>Options of <see cref="AutoRec"/>.</summary>
public sealed record AutoRecOptions : NeuralOptions
{
    public AutoRecOptions() => (Epochs, BatchSize, LearningRate, WeightDecay, Patience, ValidateEvery) = (100, 128, 3e-3, 0.1, 4, 3);

    [Display(Name = "Hidden width", Description = "Units between what goes in and what comes out.", Order = 1), Range(4, 4096), Tunable(100, 800, Log = true)]
    public int HiddenWidth { get; init; } = 256;

    [Display(Name = "Dropout", Description = "Share of the touched items hidden from the encoder while training.", Order = 2), Range(0, 0.9), Tunable(0.2, 0.7)]
    public double Dropout { get; init; } = 0.5;

    [Display(Name = "Weight of untouched", Description = "How much an untouched item counts beside a touched one.", Order = 3), Range(0.0001, 1), Tunable(0.01, 1, Log = true)]
    public double UnobservedWeight { get; init; } = 0.2;
}

/// <summary>AutoRec: an autoencoder of a user's row with one hidden layer, <c>h = s(V x + m)</c>, scores <c>W h + b</c>, under squared error: <c>sum over touched (1 - score)^2 + c sum over untouched
/// score^2</c>.</summary>
/// <remarks>Sedhain, Menon, Sanner and Xie, "AutoRec: Autoencoders Meet Collaborative Filtering", WWW 2015, eq. 1 and 2, by users. There ratings are filled in and only they count; touches alone would be met by
/// a constant, so that untouched items count here as zeros of smaller weight, and the row is scaled to length 1 and thinned out while training as in Mult-DAE (Liang et al., WWW 2018). A user is
/// what they touched, so a stranger with a history is answered like anyone.</remarks>
public sealed class AutoRec(AutoRecOptions options) : NeuralRecommender<AutoRecOptions, RowBatch>(options)
{
    protected override (Network<RowBatch> Network, IBatches<RowBatch> Batches) Prepare(AutoRecOptions options, Interactions train, int seed) =>
        (new Autoencoder(options, train.Items.Count), new RowBatches(train, options.BatchSize, seed));

    public override IModel Load(Stream artifact, Vocabulary users, Vocabulary items) => AutoRecModel.Load(artifact, users, items);

    private sealed class Autoencoder : Network<RowBatch>
    {
        private readonly AutoRecOptions _options;
        private readonly int _items;
        private readonly Linear encoder, decoder;

        public Autoencoder(AutoRecOptions options, int items) : base("AutoRec")
        {
            (_options, _items) = (options, items);
            encoder = Linear(items, options.HiddenWidth);
            decoder = Linear(options.HiddenWidth, items);
            RegisterComponents();
            foreach (var layer in (Linear[])[encoder, decoder])
            {
                init.xavier_uniform_(layer.weight);
                init.zeros_(layer.bias!);
            }
        }

        public override Tensor Loss(RowBatch batch)
        {
            var rows = batch.Users.Length;
            float[] x = new float[rows * _items], wanted = new float[rows * _items], weight = new float[rows * _items];
            Array.Fill(weight, (float)_options.UnobservedWeight);
            for (var r = 0; r < rows; r++)
            {
                var row = batch.Row(r);
                foreach (var item in row) (x[r * _items + item], wanted[r * _items + item], weight[r * _items + item]) = (1 / MathF.Sqrt(row.Length), 1, 1);
            }
            Tensor Of(float[] values) => tensor(values, [rows, _items], device: Device);
            var scores = decoder.call(sigmoid(encoder.call(F.dropout(Of(x), _options.Dropout, training))));
            return ((scores - Of(wanted)).pow(2) * Of(weight)).sum() / (double)rows;
        }

        public override IModel Freeze(Vocabulary users, Vocabulary items)
        {
            var weight = encoder.weight.Copied();
            var byItem = new float[weight.Length];
            for (var h = 0; h < _options.HiddenWidth; h++)
                for (var i = 0; i < _items; i++) byItem[i * _options.HiddenWidth + h] = weight[h * _items + i];
            return new AutoRecModel(users, items, byItem, encoder.bias!.Copied(), decoder.weight.Copied(), decoder.bias!.Copied());
        }
    }
}
