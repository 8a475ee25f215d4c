using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Neural.Batches;
using RecLab.Recommenders.Neural.Models;
using RecLab.Recommenders.Tests.Models;
using Xunit;

namespace RecLab.Recommenders.Tests.Neural;

public sealed class TwoTowerTests : NeuralContract
{
    protected override string Key => "two-tower";
    protected override RecommenderOptions Options => new TwoTowerOptions { Width = 8, HiddenWidth = 16, Epochs = 30, BatchSize = 64, LearningRate = 0.01, Patience = 0 };

    [Fact]
    public void A_history_never_holds_the_item_it_is_to_explain_and_touched_items_are_no_negatives()
    {
        foreach (var longest in (int[])[4, 20])
            foreach (var batch in new TowerBatches(Checkerboard.Touches, 50, longest, 0.5, seed: 1).Epoch(0, 0))
                for (var r = 0; r < batch.Items.Length; r++)
                {
                    var history = batch.History.AsSpan(r * longest, longest).ToArray().Where(i => i < Checkerboard.Size).ToArray();
                    Assert.DoesNotContain(batch.Items[r], history);
                    Assert.Equal(Math.Min(longest, 13), history.Length);
                    Assert.Equal(1f / history.Length, batch.Share[r]);
                    Assert.All(history, i => Assert.Equal(batch.Items[r] % 2, i % 2));
                    for (var c = 0; c < batch.Items.Length; c++)
                        if (c != r && batch.Items[c] == batch.Items[r]) Assert.Equal(1, batch.Excluded[r * batch.Items.Length + c]);
                }
    }
}
