using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Neural.Models;

namespace RecLab.Recommenders.Tests.Neural;

public sealed class SasRecTests : NeuralContract
{
    protected override string Key => "sasrec";
    protected override RecommenderOptions Options => new SasRecOptions { MaxLength = 8, Width = 16, Layers = 1, Epochs = 40, BatchSize = 8, LearningRate = 0.01, Patience = 0 };

    /// <summary>A user is their history; without one there is nothing to read.</summary>
    protected override bool KnowsUsers => false;
}
