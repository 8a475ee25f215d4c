using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Neural.Batches;
using RecLab.Recommenders.Neural.Models;
using RecLab.Recommenders.Tests.Models;
using Xunit;

namespace RecLab.Recommenders.Tests.Neural;

public sealed class Bert4RecTests : NeuralContract
{
    protected override string Key => "bert4rec";
    protected override RecommenderOptions Options => new Bert4RecOptions { MaxLength = 9, Width = 16, Layers = 1, Heads = 2, Epochs = 60, BatchSize = 8, LearningRate = 0.01, Patience = 0, HiddenShare = 0.2, LastOnly = 0.5 };

    /// <summary>A user is their history; without one there is nothing to read.</summary>
    protected override bool KnowsUsers => false;

    [Theory]
    [InlineData(0.0), InlineData(1.0)]
    public void Every_sequence_hides_something_and_tells_what_it_was(double lastOnly)
    {
        var batches = new MaskedBatches(Checkerboard.Touches, 7, 6, 0.3, lastOnly, seed: 1);
        var (hidden, places) = (0, 0);
        for (var epoch = 0; epoch < 2; epoch++)
            foreach (var batch in batches.Epoch(epoch, 0))
            {
                (hidden, places) = (hidden + batch.Hidden.Length, places + batch.Input.Length);
                Assert.Equal(batch.Hidden, Enumerable.Range(0, batch.Input.Length).Where(r => batch.Input[r] == Checkerboard.Size));
                for (var s = 0; s + 1 < batch.Starts.Length; s++)
                {
                    var own = batch.Hidden.Where(r => r >= batch.Starts[s] && r < batch.Starts[s + 1]).ToArray();
                    if (lastOnly == 1) Assert.Equal([(int)batch.Starts[s + 1] - 1], own);
                    else Assert.NotEmpty(own);
                    // Users go round in steps of two, so that any seen neighbour tells what is hidden.
                    var known = Enumerable.Range((int)batch.Starts[s], (int)(batch.Starts[s + 1] - batch.Starts[s])).First(r => batch.Input[r] < Checkerboard.Size || own.Length == 6);
                    if (own.Length < 6)
                        Assert.All(own, r => Assert.Equal((batch.Input[known] + 2 * (r - known) + 2 * Checkerboard.Size) % Checkerboard.Size, batch.Target[Array.IndexOf(batch.Hidden, r)]));
                }
            }
        // 60 sequences of 6 places: each hidden with 0.3, or the last where none was (0.7^6 of the time).
        if (lastOnly == 0) Assert.InRange(hidden / (double)places, 0.25, 0.38);
    }
}
