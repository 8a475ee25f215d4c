using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Neural.Frozen;
using RecLab.Recommenders.Neural.Models;
using RecLab.Recommenders.Tests.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RecLab.Recommenders.Tests.Neural;

public sealed class Gru4RecTests : NeuralContract
{
    protected override string Key => "gru4rec";
    protected override RecommenderOptions Options => new Gru4RecOptions { MaxLength = 8, Width = 16, HiddenWidth = 16, Epochs = 40, BatchSize = 8, LearningRate = 0.01, Patience = 0 };

    /// <summary>A user is their history; without one there is nothing to read.</summary>
    protected override bool KnowsUsers => false;

    [Theory]
    [InlineData(1), InlineData(2)]
    public void The_served_recurrence_is_libtorchs(int layers)
    {
        manual_seed(3);
        using var scope = NewDisposeScope();
        using var gru = nn.GRU(6, 5, layers, batchFirst: true);
        var items = randn(9, 6);
        using var quiet = no_grad();
        var (states, _) = gru.call(items.index_select(0, tensor([3, 1, 7])).unsqueeze(0));
        var last = states[0][2].data<float>().ToArray();

        // An output that hands the state on, and items whose scores are its parts.
        float[] Unit(int rows, int columns) => [.. Enumerable.Range(0, rows * columns).Select(k => k / columns == k % columns ? 1f : 0f)];
        var weights = gru.state_dict();
        var arrays = Enumerable.Range(0, layers).Select(l => new GruArrays(Of($"weight_ih_l{l}"), Of($"bias_ih_l{l}"), Of($"weight_hh_l{l}"), Of($"bias_hh_l{l}"))).ToArray();
        var model = new Gru4RecModel(Vocabulary.OfNumbers(1), Vocabulary.OfNumbers(9), new(items.data<float>().ToArray(), arrays, Unit(6, 5), new float[6], 3));
        var scores = new float[9];
        Assert.True(model.Score(Query.Of(0, [8, 3, 1, 7]), scores)); // three places: the oldest is not read
        var table = items.data<float>().ToArray();
        for (var i = 0; i < 9; i++) Assert.Equal(Enumerable.Range(0, 5).Sum(d => last[d] * table[i * 6 + d]), scores[i], 1e-5f);

        float[] Of(string name) => weights[name].data<float>().ToArray();
    }
}

/// <summary>Changed views told apart before and beside the next items; the contract asks that those are learnt all the same.</summary>
public sealed class Gru4RecContrastTests : NeuralContract
{
    protected override string Key => "gru4rec";
    protected override RecommenderOptions Options => new Gru4RecOptions { ContrastEpochs = 10, ContrastWeight = 0.1, MaxLength = 8, Width = 16, HiddenWidth = 16, Epochs = 50, BatchSize = 8, LearningRate = 0.01, Patience = 0 };
    protected override bool KnowsUsers => false;

    [Fact]
    public void Halves_of_one_history_are_found_among_those_of_others()
    {
        var reports = new Reports();
        new Gru4Rec((Gru4RecOptions)Options).Train(Checkerboard.Touches, new() { Seed = 7, Threads = 1, Progress = reports });
        // 8 users a batch are 16 views: guessing the other half is worth ln 15 = 2.71.
        Assert.InRange(reports.Seen.Where(r => r.Curve is not null).Select(r => r.Curve!["loss"]).ElementAt(9), 0, 2.4);
    }
}

public sealed class LstmTests : NeuralContract
{
    protected override string Key => "gru4rec";
    protected override RecommenderOptions Options => new Gru4RecOptions { Cell = RecurrentCell.Lstm, MaxLength = 8, Width = 16, HiddenWidth = 24, Epochs = 40, BatchSize = 8, LearningRate = 0.02, Patience = 0 };

    /// <summary>A user is their history; without one there is nothing to read.</summary>
    protected override bool KnowsUsers => false;
}
