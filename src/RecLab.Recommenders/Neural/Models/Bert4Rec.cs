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

/// <summary>Options of <see cref="Bert4Rec"/>.</summary>
public sealed record Bert4RecOptions : NeuralOptions
{
    public Bert4RecOptions() => (Epochs, BatchSize, LearningRate, ValidateEvery, Patience) = (60, 64, 4e-3, 4, 4);

    [Display(Name = "Sequence length", Description = "Places of the model: the newest items of a user and the hidden one.", Order = 1), Range(2, 1000), Tunable(20, 200)]
    public int MaxLength { get; init; } = 50;

    [Display(Name = "Width", Description = "Length of the vectors inside the model; divisible by the heads.", Order = 2), Range(4, 1024), Tunable(36, 252, Log = true, Multiple = 12)]
    public int Width { get; init; } = 64;

    [Display(Name = "Layers", Description = "Attention blocks one after the other.", Order = 3), Range(1, 16), Tunable(1, 4)]
    public int Layers { get; init; } = 2;

    [Display(Name = "Heads", Description = "Attention heads per block.", Order = 4), Range(1, 16), Tunable(1, 4)]
    public int Heads { get; init; } = 2;

    [Display(Name = "Dropout", Description = "Share of values zeroed while training.", Order = 5), Range(0, 0.9), Tunable(0.1, 0.5)]
    public double Dropout { get; init; } = 0.1;

    [Display(Name = "Hidden share", Description = "Probability with which an item of a sequence is hidden while training.", Order = 6), Range(0.01, 0.9), Tunable(0.1, 0.6)]
    public double HiddenShare { get; init; } = 0.2;

    [Display(Name = "Last only", Description = "Share of the sequences in which the last item alone is hidden, as when serving.", Order = 7), Range(0, 1), Tunable(0, 0.5)]
    public double LastOnly { get; init; } = 0.2;
}

/// <summary>BERT4Rec: a Transformer that sees a whole sequence guesses the items hidden in it. With e the item table, m the vector of a hidden item and p the places,
/// <c>h = Block_n(...Block_1(sqrt(d) e(s) + p))</c>, and the score of item i at a hidden place is <c>LN(h) . e(i)</c>; loss -log softmax over all items at the
/// hidden places. Served with one hidden place after the newest item.</summary>
/// <remarks>Sun, Liu, Wu, Pei, Lin, Ou and Jiang, "BERT4Rec: Sequential Recommendation with Bidirectional Encoder Representations from Transformer", CIKM 2019, sections
/// 3.3 to 3.6. Different from there: the blocks are those of <see cref="SasRec"/> (normalised before, ReLU), and the output is the item table without a further layer and bias.</remarks>
public sealed class Bert4Rec(Bert4RecOptions options) : NeuralRecommender<Bert4RecOptions, MaskedBatch>(options)
{
    protected override (Network<MaskedBatch> Network, IBatches<MaskedBatch> Batches) Prepare(Bert4RecOptions options, Interactions train, int seed)
    {
        if (options.Width % options.Heads != 0) throw new TrainingException($"The width {options.Width} cannot be divided among {options.Heads} heads.");
        var batches = new MaskedBatches(train, options.BatchSize, options.MaxLength, options.HiddenShare, options.LastOnly, seed);
        return (new Encoder(options, train.Items.Count), batches);
    }

    public override IModel Load(Stream artifact, Vocabulary users, Vocabulary items) => SasRecModel.Load(artifact, users, items, masked: true);

    private sealed class Encoder : Network<MaskedBatch>
    {
        private readonly Bert4RecOptions _options;
        private readonly Embedding item, mask, position;
        private readonly ModuleList<TransformerBlock> blocks;
        private readonly LayerNorm norm;
        private readonly Dropout drop;

        public Encoder(Bert4RecOptions options, int items) : base("Bert4Rec")
        {
            _options = options;
            item = Embedding(items, options.Width);
            mask = Embedding(1, options.Width);
            position = Embedding(options.MaxLength, options.Width);
            blocks = ModuleList(Enumerable.Range(0, options.Layers).Select(_ => new TransformerBlock(options.Width, options.Heads, options.Dropout, causal: false)).ToArray());
            norm = LayerNorm(options.Width);
            drop = Dropout(options.Dropout);
            RegisterComponents();
            foreach (var table in (Embedding[])[item, mask, position]) init.normal_(table.weight, 0, 0.02);
        }

        public override Tensor Loss(MaskedBatch batch)
        {
            var seen = Kernels.Rows(cat([item.weight, mask.weight]), tensor(batch.Input, device: Device));
            var x = drop.call(seen * Math.Sqrt(_options.Width) + position.call(tensor(batch.Position, device: Device)));
            foreach (var block in blocks) x = block.call(x, batch.Starts);
            return Kernels.LinearCrossEntropy(norm.call(Kernels.Rows(x, tensor(batch.Hidden, device: Device))), item.weight, tensor(batch.Target, device: Device));
        }

        public override IModel Freeze(Vocabulary users, Vocabulary items) =>
            new SasRecModel(users, items, new(item.weight.Copied(), position.weight.Copied(), [.. blocks.Select(b => b.Freeze())], norm.weight!.Copied(), norm.bias!.Copied(),
                _options.Width, _options.Heads, mask.weight.Copied()));
    }
}
