using RecLab.Recommenders.Data;
using RecLab.Recommenders.Neural;
using RecLab.Recommenders.Neural.Batches;
using RecLab.Recommenders.Neural.Models;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RecLab.Recommenders.Tests.Neural;

/// <summary>The smallest network a loop can train: w goes to zero under |x w|^2; a test may do something else first.</summary>
internal sealed class ToyNetwork : Network<int>
{
    private readonly Func<int, ToyNetwork, Tensor?> _instead;
    private readonly int _rows;
    private readonly Linear layer;

    /// <param name="instead">What a batch's loss is instead, or null for the usual one.</param>
    /// <param name="rows">Rows of x, 64 wide.</param>
    public ToyNetwork(Func<int, ToyNetwork, Tensor?>? instead = null, int rows = 4) : base("Toy")
    {
        (_instead, _rows) = (instead ?? ((_, _) => null), rows);
        layer = nn.Linear(64, 64, hasBias: false);
        RegisterComponents();
    }

    public float[] Weights => layer.weight.Copied();

    public override Tensor Loss(int batch) => _instead(batch, this) ?? Usual();

    public Tensor Usual() => layer.call(ones(_rows, 64)).pow(2).mean();

    public override IModel Freeze(Vocabulary users, Vocabulary items) => new Silent(users, items);

    private sealed record Silent(Vocabulary Users, Vocabulary Items) : IModel
    {
        public bool Score(Query query, Span<float> scores) => false;
        public void Save(Stream stream) { }
    }
}

/// <summary>Numbers as batches.</summary>
internal sealed record Numbers(int PerEpoch) : IBatches<int>
{
    public IEnumerable<int> Epoch(int epoch, int from) => Enumerable.Range(from, PerEpoch - from);
}

/// <summary>A family over <see cref="ToyNetwork"/> whose batches are as many as its data need.</summary>
internal sealed class ToyRecommender(DeepMlpOptions options, Func<int, Tensor?> instead) : NeuralRecommender<DeepMlpOptions, int>(options)
{
    public List<int> Sizes { get; } = [];

    protected override (Network<int> Network, IBatches<int> Batches) Prepare(DeepMlpOptions options, Interactions train, int seed)
    {
        Sizes.Add(options.BatchSize);
        return (new ToyNetwork((_, _) => instead(options.BatchSize)), new Numbers(2));
    }

    public override IModel Load(Stream artifact, Vocabulary users, Vocabulary items) => throw new InvalidDataException("Nothing was saved.");
}

/// <summary>What was reported, in order.</summary>
internal sealed class Reports(Action<TrainingProgress>? each = null) : IProgress<TrainingProgress>
{
    public List<TrainingProgress> Seen { get; } = [];
    public IEnumerable<string> Log => Seen.Select(r => r.Log).OfType<string>();

    public void Report(TrainingProgress value)
    {
        Seen.Add(value);
        each?.Invoke(value);
    }
}
