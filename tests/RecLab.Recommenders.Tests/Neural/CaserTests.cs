using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Neural.Models;

namespace RecLab.Recommenders.Tests.Neural;

public sealed class CaserTests : NeuralContract
{
    protected override string Key => "caser";
    protected override RecommenderOptions Options => new CaserOptions { MaxLength = 8, Window = 3, Width = 16, Horizontal = 4, Vertical = 2, Epochs = 30, BatchSize = 8, LearningRate = 0.02, Dropout = 0.1, Patience = 0 };

    /// <summary>A user is their history; without one there is nothing to read.</summary>
    protected override bool KnowsUsers => false;
}
