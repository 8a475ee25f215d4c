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

/// <summary>What remembers from item to item.</summary>
public enum RecurrentCell
{
    /// <summary>Gated recurrent units (Cho et al. 2014).</summary>
    Gru,

    /// <summary>Long short-term memory (Hochreiter and Schmidhuber 1997).</summary>
    Lstm,
}

/// <summary>Options of <see cref="Gru4Rec"/>.</summary>
public sealed record Gru4RecOptions : NeuralOptions
{
    public Gru4RecOptions() => (Epochs, BatchSize, LearningRate, WarmUp) = (20, 64, 5e-3, 0.05);

    [Display(Name = "Sequence length", Description = "Newest items of a user the model looks at.", Order = 1), Range(2, 1000), Tunable(20, 200)]
    public int MaxLength { get; init; } = 50;

    [Display(Name = "Width", Description = "Length of an item's vector.", Order = 2), Range(4, 1024), Tunable(32, 256, Log = true)]
    public int Width { get; init; } = 64;

    [Display(Name = "Hidden width", Description = "Units of the recurrent state.", Order = 3), Range(4, 2048), Tunable(64, 512, Log = true)]
    public int HiddenWidth { get; init; } = 128;

    [Display(Name = "Layers", Description = "Recurrent layers one above the other.", Order = 4), Range(1, 4), Tunable(1, 2)]
    public int Layers { get; init; } = 1;

    [Display(Name = "Dropout", Description = "Share of values zeroed while training.", Order = 5), Range(0, 0.9), Tunable(0.1, 0.5)]
    public double Dropout { get; init; } = 0.2;

    [Display(Name = "Loss", Description = "What the model is punished for.", Order = 6)]
    public SequenceLoss Loss { get; init; }

    [Display(Name = "Negatives", Description = "Random items for the sampled losses: of a batch under the softmax, of each place under the binary ones.", Order = 7), Range(1, 100_000), Tunable(64, 1024, Log = true)]
    public int Negatives { get; init; } = 256;

    [Display(Name = "Cell", Description = "What remembers from item to item.", Order = 8)]
    public RecurrentCell Cell { get; init; }

    [Display(Name = "Contrast beforehand", Description = "Epochs at the beginning in which the model only learns to tell changed views of one history from those of others.", Order = 9), Range(0, 1000)]
    public int ContrastEpochs { get; init; }

    [Display(Name = "Contrast beside", Description = "Weight of that task beside the next item afterwards; 0 leaves it out.", Order = 10), Range(0, 10), Tunable(0.01, 1, Log = true)]
    public double ContrastWeight { get; init; }

    internal override int FirstValidation => ContrastEpochs;
}

/// <summary>GRU4Rec: gated recurrent units read a user's newest items one by one; the score of item i after place t is <c>(W h_t + b) . e(i)</c> with
/// <c>h_t = GRU(e(s_t), h_{t-1})</c> and the same item table e on both sides.</summary>
/// <remarks>Hidasi, Karatzoglou, Baltrunas and Tikk, "Session-based Recommendations with Recurrent Neural Networks", ICLR 2016; the shared table and softmax losses:
/// Hidasi and Karatzoglou, "Recurrent Neural Networks with Top-k Gains", CIKM 2018. Trained on whole histories with a loss at every place. The cell may be an LSTM; a contrast of changed views (<see cref="ViewContrast"/>) may come before or beside.</remarks>
public sealed class Gru4Rec(Gru4RecOptions options) : NeuralRecommender<Gru4RecOptions, SequenceBatch>(options)
{
    protected override (Network<SequenceBatch> Network, IBatches<SequenceBatch> Batches) Prepare(Gru4RecOptions options, Interactions train, int seed) =>
        (new Recurrent(options, train.Items.Count), new SequenceBatches(train, options.BatchSize, options.MaxLength, options.Loss == SequenceLoss.FullSoftmax ? 0 : options.Negatives, seed, new(options.ContrastEpochs, options.ContrastWeight > 0)));

    public override IModel Load(Stream artifact, Vocabulary users, Vocabulary items) => Gru4RecModel.Load(artifact, users, items);

    private sealed class Recurrent : Network<SequenceBatch>
    {
        private readonly Gru4RecOptions _options;
        private readonly Embedding item;
        private readonly Embedding? mask;
        private readonly GRU? gru;
        private readonly LSTM? lstm;
        private readonly Linear output;
        private readonly Dropout drop;

        public Recurrent(Gru4RecOptions options, int items) : base("Gru4Rec")
        {
            _options = options;
            item = Embedding(items, options.Width);
            if (options.ContrastEpochs > 0 || options.ContrastWeight > 0) mask = Embedding(1, options.Width);
            var between = options.Layers > 1 ? options.Dropout : 0;
            if (options.Cell == RecurrentCell.Gru) gru = GRU(options.Width, options.HiddenWidth, options.Layers, batchFirst: true, dropout: between);
            else lstm = LSTM(options.Width, options.HiddenWidth, options.Layers, batchFirst: true, dropout: between);
            output = Linear(options.HiddenWidth, options.Width);
            drop = Dropout(options.Dropout);
            RegisterComponents();
            init.normal_(item.weight, 0, 0.05);
            if (mask is not null) init.normal_(mask.weight, 0, 0.05);
        }

        public override Tensor Loss(SequenceBatch batch)
        {
            if (batch.Beforehand) return ViewContrast.Of(Hidden(batch.Views!), batch.Views!);
            var (hidden, target) = (Hidden(batch), tensor(batch.Target, device: Device));
            var loss = _options.Loss == SequenceLoss.FullSoftmax
                ? Kernels.LinearCrossEntropy(hidden, item.weight, target)
                : SampledLosses.Of(_options.Loss, hidden, item.weight, target, batch.Negatives, calibration: 0.75);
            return batch.Views is { } views ? loss + ViewContrast.Of(Hidden(views), views) * _options.ContrastWeight : loss;
        }

        /// <summary>Rows x width: what the model knows after each place.</summary>
        private Tensor Hidden(SequenceBatch batch)
        {
            // Padded at the end, where nothing that counts can see it.
            var sequences = batch.Starts.Length - 1;
            var longest = Enumerable.Range(0, sequences).Max(s => batch.Starts[s + 1] - batch.Starts[s]);
            var (padded, back) = (new int[sequences * longest], new long[batch.Input.Length]);
            for (var s = 0; s < sequences; s++)
                for (var i = 0L; i < batch.Starts[s + 1] - batch.Starts[s]; i++)
                {
                    padded[s * longest + i] = batch.Input[batch.Starts[s] + i];
                    back[batch.Starts[s] + i] = s * longest + i;
                }
            var places = tensor(padded, [sequences, longest], device: Device);
            var seen = drop.call(mask is null ? item.call(places) : Kernels.Rows(cat([item.weight, mask.weight]), places.view(-1)).view(sequences, longest, _options.Width));
            var states = gru is not null ? gru.call(seen).Item1 : lstm!.call(seen).Item1;
            return output.call(drop.call(Kernels.Rows(states.reshape(-1, _options.HiddenWidth), tensor(back, device: Device))));
        }

        public override IModel Freeze(Vocabulary users, Vocabulary items)
        {
            var weights = ((Module?)gru ?? lstm!).state_dict();
            float[] Of(string name, int layer) => weights[$"{name}_l{layer.ToString(System.Globalization.CultureInfo.InvariantCulture)}"].Copied();
            var layers = Enumerable.Range(0, _options.Layers).Select(l => new GruArrays(Of("weight_ih", l), Of("bias_ih", l), Of("weight_hh", l), Of("bias_hh", l)));
            return new Gru4RecModel(users, items, new(item.weight.Copied(), [.. layers], output.weight.Copied(), output.bias!.Copied(), _options.MaxLength, _options.Cell));
        }
    }
}
