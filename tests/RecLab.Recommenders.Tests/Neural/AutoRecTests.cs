using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Neural.Models;

namespace RecLab.Recommenders.Tests.Neural;

public sealed class AutoRecTests : NeuralContract
{
    protected override string Key => "autorec";
    protected override RecommenderOptions Options => new AutoRecOptions { HiddenWidth = 32, Epochs = 60, BatchSize = 8, LearningRate = 0.02, WeightDecay = 0, Patience = 0 };

    /// <summary>A user is their history; without one there is nothing to fill in.</summary>
    protected override bool KnowsUsers => false;
}
